import { isMap, parseAllDocuments, visit } from 'yaml';
import type { Env } from '../env.ts';
import { helperError } from '../errors.ts';

/** Longest YAML text, in characters; reading it is much slower than reading JSON. */
const LONGEST_YAML = 200_000;
const MOST_ALIASES = 100;
/** Lists in lists, all begun on one line, deeper than anybody writes them. */
const LISTS_IN_LISTS = /(?:[-?:] +){101}/;
/** Steps that setting up the parser is worth. */
const PARSER_COST = 1_000;

/** All documents of a YAML text as plain data. Throws an expression error when it is none. */
export function parseYamlDocuments(text: string, name: string, env: Env): unknown[] {
  if (text.length > LONGEST_YAML) throw helperError(`#${name} reads no YAML longer than ${LONGEST_YAML} characters`);
  env.budget.text(text.length);
  env.budget.spend(PARSER_COST + (text.length >>> 2));
  if (depthOf(text) > env.budget.limits.depth || LISTS_IN_LISTS.test(text))
    throw helperError(`#${name} reads no YAML nested as deeply as this`);
  try {
    const documents = parseAllDocuments(text, { schema: 'core', merge: true, logLevel: 'error', uniqueKeys: true });
    if (!Array.isArray(documents)) return [];
    return documents.map((document) => {
      const [problem] = document.errors;
      if (problem) throw problem;
      // Data never holds a key that names a prototype.
      visit(document, {
        Pair: (_at, pair, path) => (isMap(path.at(-1)) && String(pair.key) === '__proto__' ? visit.REMOVE : undefined),
      });
      return document.toJS({ maxAliasCount: MOST_ALIASES }) as unknown;
    });
  } catch (thrown) {
    const reason = thrown instanceof Error ? (thrown.message.split('\n')[0] ?? '') : '';
    throw helperError(`#${name} cannot read the YAML: ${reason.slice(0, 200)}`);
  }
}

/** How deep brackets nest at most; the parser recurses over them. */
function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  for (const char of text) {
    if (char === '[' || char === '{') depth += 1;
    else if (char === ']' || char === '}') depth = Math.max(0, depth - 1);
    deepest = Math.max(deepest, depth);
  }
  return deepest;
}
