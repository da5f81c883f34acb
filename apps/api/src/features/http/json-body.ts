import { isJsonObject } from '@gennaker/pipeline-dsl';
import { jsonFaultAt } from './json-fault.ts';
import { ProblemError } from './problem.ts';

/** Deepest nesting taken; deeper documents are attacks on recursion, not pipelines. */
const MAX_DEPTH = 200;
/** Spellings of a key that would reach the prototype of an object it is merged into. */
const PROTOTYPE_KEY =
  /"(?:_|\\u005[Ff]){2}(?:p|\\u0070)(?:r|\\u0072)(?:o|\\u006[Ff])(?:t|\\u0074)(?:o|\\u006[Ff])(?:_|\\u005[Ff]){2}"\s*:/;

/** Parses a body as JSON whatever its content type says; an empty one is undefined. Refusals say where it is wrong. */
export function parseBody(bytes: Buffer): unknown {
  const text = bytes.toString('utf8').replace(/^\uFEFF/, '');
  if (text.trim() === '') return undefined;
  const value = parse(text);
  if (PROTOTYPE_KEY.test(text))
    throw new ProblemError(400, 'request.bad-json', 'The body has a key named __proto__, which is not taken.');
  checkDepth(text);
  if (/\\u0000|\\ud[89a-f]/i.test(text)) checkText(value, '', 0);
  return value;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    const at = jsonFaultAt(text);
    const before = text.slice(0, at).split('\n');
    const place = `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1} (position ${at})`;
    throw new ProblemError(400, 'request.bad-json', `The body is not JSON: it breaks at ${place}.`, {
      fields: [{ pointer: '', message: `Not JSON from ${place}` }],
    });
  }
}

function checkDepth(text: string): void {
  let depth = 0;
  let quoted = false;
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (quoted) {
      if (code === 92) i += 1;
      else if (code === 34) quoted = false;
    } else if (code === 34) quoted = true;
    else if (code === 123 || code === 91) {
      depth += 1;
      if (depth > MAX_DEPTH)
        throw new ProblemError(400, 'request.too-deep', `The body is nested more than ${MAX_DEPTH} levels deep.`);
    } else if (code === 125 || code === 93) depth -= 1;
  }
}

/** Texts that the database cannot keep: with a null character, or with half of a surrogate pair. */
function checkText(value: unknown, pointer: string, depth: number): void {
  if (typeof value === 'string') refuseText(value, pointer);
  else if (Array.isArray(value)) value.forEach((item, i) => checkText(item, `${pointer}/${i}`, depth + 1));
  else if (isJsonObject(value)) {
    for (const [key, inner] of Object.entries(value)) {
      refuseText(key, pointer);
      checkText(inner, `${pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`, depth + 1);
    }
  }
}

function refuseText(text: string, pointer: string): void {
  if (!text.includes('\u0000') && !/\p{Surrogate}/u.test(text)) return;
  const message = 'The text holds a null character or half of a character pair, which cannot be stored.';
  throw new ProblemError(400, 'request.bad-text', `${pointer || 'The body'}: ${message}`, {
    fields: [{ pointer, message }],
  });
}
