/**
 * The text a metric's query is made from: its own `customInlineTemplate`, else the shared one it names in
 * `customFilterTemplate`. `text` is undefined when it names none; `missing` is the name of one that is not there.
 */
export function queryTemplateOf(
  query: Readonly<Record<string, unknown>>,
  templates: Readonly<Record<string, string>> = {},
): { readonly text?: string; readonly missing?: string } {
  const inline = query['customInlineTemplate'];
  if (typeof inline === 'string' && inline !== '') return { text: unescaped(inline) };
  const name = query['customFilterTemplate'];
  if (typeof name !== 'string' || name === '') return {};
  if (!Object.hasOwn(templates, name)) return { missing: name };
  return { text: unescaped(templates[name]!) };
}

/** `$\{` keeps a template from being read as a pipeline expression on its way. */
const unescaped = (text: string): string => text.replaceAll('$\\{', '${');

const variable = /\$\{([^{}]*)\}/g;

/** Names of the variables of a template, each once, in order. A default after `:-` is not part of the name. */
export const templateVariables = (text: string): string[] => [
  ...new Set([...unescaped(text).matchAll(variable)].map((match) => nameOf(match[1]!).name)),
];

function nameOf(inner: string): { readonly name: string; readonly otherwise?: string } {
  const at = inner.indexOf(':-');
  return at < 0 ? { name: inner } : { name: inner.slice(0, at), otherwise: inner.slice(at + 2) };
}

/** The template with `${name}` replaced; `missing` lists variables that have neither binding nor default. */
export function expandTemplate(
  text: string,
  bindings: Readonly<Record<string, string>>,
): { readonly text: string; readonly missing: readonly string[] } {
  const missing: string[] = [];
  const expanded = unescaped(text).replaceAll(variable, (whole, inner: string) => {
    const { name, otherwise } = nameOf(inner);
    if (Object.hasOwn(bindings, name)) return bindings[name]!;
    if (otherwise !== undefined) return otherwise;
    missing.push(name);
    return whole;
  });
  return { text: expanded, missing };
}
