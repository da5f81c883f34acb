import { type CollectionTag, parse, type ScalarTag } from 'yaml';
import { refuse, ServiceError } from '../../wire/service-error.ts';

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
type JsonObject = { [key: string]: Json };

export interface TemplateParameter {
  type: string;
  fallback: string | null;
  noEcho: boolean;
  description: string | null;
  allowed: string[] | null;
}

export interface TemplateResource {
  type: string;
  properties: JsonObject;
  metadata: JsonObject;
  dependsOn: string[];
  condition: string | null;
  retained: boolean;
}

/** A template as read; expressions in it are still to be filled in. */
export interface Template {
  description: string | null;
  parameters: Record<string, TemplateParameter>;
  mappings: JsonObject;
  conditions: JsonObject;
  resources: Record<string, TemplateResource>;
  outputs: Record<
    string,
    { value: Json; description: string | null; exportName: Json | null; condition: string | null }
  >;
  transforms: string[];
}

const invalid = (message: string): never => refuse('ValidationError', message);

const functions = [
  'Sub',
  'Join',
  'Select',
  'Split',
  'If',
  'Equals',
  'And',
  'Or',
  'Not',
  'FindInMap',
  'Base64',
  'GetAZs',
  'ImportValue',
  'Cidr',
  'Transform',
];

/** `!Ref x` and its like, which stand for `{Ref: x}`. */
const shortForms: Array<ScalarTag | CollectionTag> = ['Ref', 'Condition', 'GetAtt', ...functions].flatMap((name) => {
  const key = name === 'Ref' || name === 'Condition' ? name : `Fn::${name}`;
  const scalar: ScalarTag = {
    tag: `!${name}`,
    resolve: (text) => ({ [key]: name === 'GetAtt' ? splitOnce(text) : text }),
  };
  const collections = (['seq', 'map'] as const).map(
    (collection): CollectionTag => ({
      tag: `!${name}`,
      collection,
      resolve: (node) => ({ [key]: node.toJSON() as Json }),
    }),
  );
  return [scalar, ...collections];
});

function splitOnce(text: string): string[] {
  const at = text.indexOf('.');
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

const mostKept = 50;
const kept = new Map<string, Template>();

/** Reads a JSON or YAML template; refuses what is none with CloudFormation's words. The latest are remembered. */
export function readTemplate(text: string): Template {
  const known = kept.get(text);
  if (known !== undefined) return known;
  const template = readAnew(text);
  const [oldest] = kept.keys();
  if (kept.size >= mostKept && oldest !== undefined) kept.delete(oldest);
  kept.set(text, template);
  return template;
}

function readAnew(text: string): Template {
  if (Buffer.byteLength(text) > 51_200 * 20) invalid('Template may not exceed 1000000 bytes in size.');
  const root = objectOr(parseText(text), () => invalid('Template format error: unsupported structure.'));
  const known = [
    'AWSTemplateFormatVersion',
    'Description',
    'Metadata',
    'Parameters',
    'Rules',
    'Mappings',
    'Conditions',
    'Transform',
    'Resources',
    'Outputs',
    'Hooks',
    'Globals',
  ];
  const unknown = Object.keys(root).filter((key) => !known.includes(key));
  if (unknown.length > 0) invalid(`Invalid template property or properties [${unknown.join(', ')}]`);
  const resources = objectIn(root, 'Resources');
  if (Object.keys(resources).length === 0)
    invalid('Template format error: At least one Resources member must be defined.');
  const template: Template = {
    description: textOr(root['Description']),
    parameters: mapOf(objectIn(root, 'Parameters'), readParameter),
    mappings: objectIn(root, 'Mappings'),
    conditions: objectIn(root, 'Conditions'),
    resources: mapOf(resources, readResource),
    outputs: mapOf(objectIn(root, 'Outputs'), (each) => ({
      value: each['Value'] ?? null,
      description: textOr(each['Description']),
      exportName: isObject(each['Export']) ? (each['Export']['Name'] ?? null) : null,
      condition: textOr(each['Condition']),
    })),
    transforms: root['Transform'] === undefined ? [] : [root['Transform']].flat().map(String),
  };
  checkReferences(template);
  return template;
}

function parseText(text: string): unknown {
  try {
    return text.trimStart().startsWith('{') ? JSON.parse(text) : parse(text, { customTags: shortForms });
  } catch (error) {
    if (error instanceof ServiceError) throw error;
    const kind = text.trimStart().startsWith('{') ? 'JSON' : 'YAML';
    return invalid(
      `Template format error: ${kind} not well-formed. (${error instanceof Error ? error.message.split('\n')[0] : ''})`,
    );
  }
}

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function objectOr(value: unknown, otherwise: () => never): JsonObject {
  return isObject(value) ? value : otherwise();
}

function objectIn(root: JsonObject, section: string): JsonObject {
  if (root[section] === undefined || root[section] === null) return {};
  return objectOr(root[section], () => invalid(`Template format error: ${section} must be an object.`));
}

const textOr = (value: Json | undefined): string | null => (typeof value === 'string' ? value : null);

function mapOf<T>(section: JsonObject, read: (value: JsonObject, name: string) => T): Record<string, T> {
  const entries = Object.entries(section).map(([name, value]) => [
    name,
    read(
      objectOr(value, () => invalid(`Template format error: [/${name}] must be an object.`)),
      name,
    ),
  ]);
  return Object.fromEntries(entries) as Record<string, T>;
}

function readParameter(value: JsonObject): TemplateParameter {
  const fallback = value['Default'];
  return {
    type:
      textOr(value['Type']) ?? invalid('Template format error: Every Parameters object must contain a Type member.'),
    fallback: fallback === undefined || fallback === null ? null : String(fallback),
    noEcho: value['NoEcho'] === true || value['NoEcho'] === 'true',
    description: textOr(value['Description']),
    allowed: Array.isArray(value['AllowedValues']) ? value['AllowedValues'].map(String) : null,
  };
}

function readResource(value: JsonObject, name: string): TemplateResource {
  const type = textOr(value['Type']);
  if (type === null)
    return invalid(`Template format error: [/Resources/${name}] Every Resources object must contain a Type member.`);
  if (!/^[A-Za-z0-9]+$/.test(name)) invalid(`Template format error: Resource name ${name} is non alphanumeric.`);
  if (!/^(?:AWS|Alexa|Custom|[A-Za-z0-9]+)::[\w:@-]+$/.test(type))
    invalid(`Template format error: Unrecognized resource types: [${type}]`);
  return {
    type,
    properties: isObject(value['Properties']) ? value['Properties'] : {},
    metadata: isObject(value['Metadata']) ? value['Metadata'] : {},
    dependsOn: value['DependsOn'] === undefined ? [] : [value['DependsOn']].flat().map(String),
    condition: textOr(value['Condition']),
    retained: value['DeletionPolicy'] === 'Retain',
  };
}

/** Names that expressions inside a value refer to. */
export function referencesIn(value: Json): string[] {
  if (Array.isArray(value)) return value.flatMap(referencesIn);
  if (!isObject(value)) return [];
  const { Ref: ref, 'Fn::GetAtt': attribute, 'Fn::Sub': sub } = value;
  if (typeof ref === 'string') return [ref];
  if (attribute !== undefined)
    return [Array.isArray(attribute) ? String(attribute[0]) : (splitOnce(String(attribute))[0] ?? '')];
  if (sub !== undefined) {
    const [text, values = {}] = Array.isArray(sub) ? sub : [sub];
    const own = isObject(values) ? Object.keys(values) : [];
    const named = [...String(text).matchAll(/\$\{([^!}][^}]*)\}/g)].map(
      ([, name = '']) => splitOnce(name.trim())[0] ?? '',
    );
    return [...named.filter((name) => !own.includes(name)), ...referencesIn(values)];
  }
  return Object.values(value).flatMap(referencesIn);
}

function checkReferences(template: Template): void {
  const known = (name: string) =>
    name.startsWith('AWS::') || template.resources[name] !== undefined || template.parameters[name] !== undefined;
  const used = Object.values(template.resources).flatMap((resource) => [
    ...referencesIn(resource.properties),
    ...resource.dependsOn,
  ]);
  const missing = [...new Set(used.filter((name) => !known(name)))];
  if (missing.length > 0)
    invalid(
      `Template format error: Unresolved resource dependencies [${missing.join(', ')}] in the Resources block of the template`,
    );
  const shown = Object.values(template.outputs).flatMap((output) => referencesIn(output.value));
  const absent = [...new Set(shown.filter((name) => !known(name)))];
  if (absent.length > 0)
    invalid(
      `Template format error: Unresolved resource dependencies [${absent.join(', ')}] in the Outputs block of the template`,
    );
}

/** Resources in an order in which each comes after those it needs. */
export function creationOrder(template: Template, wanted: string[]): string[] {
  const done: string[] = [];
  const visit = (name: string, path: string[]): void => {
    if (done.includes(name) || !wanted.includes(name)) return;
    if (path.includes(name))
      invalid(`Circular dependency between resources: [${[...path.slice(path.indexOf(name))].join(', ')}]`);
    const resource = template.resources[name];
    if (resource === undefined) return;
    for (const each of [...referencesIn(resource.properties), ...resource.dependsOn]) visit(each, [...path, name]);
    done.push(name);
  };
  for (const name of wanted) visit(name, []);
  return done;
}
