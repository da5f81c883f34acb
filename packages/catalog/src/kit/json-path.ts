import { isJsonObject } from '@gennaker/pipeline-dsl';

const STEP = /\.([A-Za-z_$][\w$-]*)|\[(\d+)\]|\['((?:[^'\\]|\\.)*)'\]|\["((?:[^"\\]|\\.)*)"\]/y;

/** Steps of a path of the form `$.a.b[0]['c']` (the leading `$` may be left out), or null when it is not one. */
export function parseJsonPath(path: string): ReadonlyArray<string | number> | null {
  const source = path.startsWith('$') ? path.slice(1) : path.startsWith('[') ? path : `.${path}`;
  const steps: Array<string | number> = [];
  STEP.lastIndex = 0;
  while (STEP.lastIndex < source.length) {
    const found = STEP.exec(source);
    if (!found) return null;
    steps.push(
      found[2] === undefined ? (found[1] ?? (found[3] ?? found[4] ?? '').replace(/\\(.)/g, '$1')) : Number(found[2]),
    );
  }
  return steps;
}

/** The value at the path; undefined when there is none or the path cannot be read. */
export function readJsonPath(document: unknown, path: string): unknown {
  const steps = parseJsonPath(path);
  if (steps === null) return undefined;
  let value: unknown = document;
  for (const step of steps) {
    if (Array.isArray(value)) value = typeof step === 'number' ? value[step] : undefined;
    else if (isJsonObject(value) && Object.hasOwn(value, String(step))) value = value[String(step)];
    else return undefined;
  }
  return value;
}
