import type { JsonObject } from '@gennaker/pipeline-dsl';
import { usage } from '../problem.ts';

/** `name=value` of `--parameter`. Values stay text, as a person types them; JSON lists and objects are read. */
export function readPairs(pairs: readonly string[], option: string): JsonObject {
  const values: JsonObject = {};
  for (const pair of pairs) {
    const at = pair.indexOf('=');
    if (at < 1) throw usage(`${option} "${pair}" is no name=value.`, `For example: ${option} version=2.0.0`);
    values[pair.slice(0, at)] = read(pair.slice(at + 1));
  }
  return values;
}

function read(text: string): unknown {
  if (!/^[[{]/.test(text)) return text;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
