import type { Env } from '../env.ts';
import { ExpressionError, helperError } from '../errors.ts';
import { isTrueWord, parseDouble, parseInteger } from '../types/index.ts';
import { HostObject, isDouble, isNumber, javaText, toData, toNumber, typeNameOf } from '../values.ts';
import { decodeBase64, encodeBase64, parseProperties } from './encoding.ts';
import { parseYamlDocuments } from './yaml.ts';

/** A helper function callable as `#name(…)`. */
export interface ExpressionFunction {
  readonly arity: readonly [number, number];
  run(args: readonly unknown[], env: Env): unknown;
}

/** Marks a value whose `${` in JSON text is meant. */
class DoNotEvaluate extends HostObject {
  readonly typeName = 'doNotEval';
  readonly value: unknown;

  constructor(value: unknown) {
    super();
    this.value = value;
  }

  text(): string {
    return String(this.value);
  }

  data(): unknown {
    return this.value;
  }
}

export function textArg(value: unknown, name: string): string {
  if (typeof value === 'string') return value;
  throw helperError(`#${name} needs a text, not ${typeNameOf(value)}`);
}

function toInt(value: unknown): number {
  if (isNumber(value) && !isDouble(value)) return toNumber(value);
  return parseInteger(typeof value === 'string' ? value : typeNameOf(value));
}

function toJson(value: unknown, env: Env): string {
  const guarded = value instanceof DoNotEvaluate;
  const text = JSON.stringify(toData(guarded ? value.value : value, env));
  env.budget.text(text.length);
  if (!guarded && text.includes('${'))
    throw helperError('result for #toJson contains an expression; wrap it: #toJson(#doNotEval(…))');
  return text;
}

export function parseJson(text: string, name: string, env: Env): unknown {
  env.budget.text(text.length);
  env.budget.spend(text.length >>> 4);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (thrown) {
    throw helperError(`#${name} cannot read the JSON: ${thrown instanceof Error ? thrown.message.slice(0, 200) : ''}`);
  }
  if (typeof value !== 'object' || value === null) throw helperError(`#${name} needs a JSON object or list`);
  return value;
}

export function notAvailable(name: string): ExpressionError {
  return new ExpressionError('NotAvailable', `#${name} is not available here`);
}

/** Calls something of the host; what it throws is the expression's failure. */
export function provided<T>(name: string, call: () => T): T {
  try {
    return call();
  } catch (thrown) {
    throw helperError(`#${name} failed: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
  }
}

function fromUrl(url: unknown, name: string, env: Env): string {
  const get = env.context.providers?.fromUrl;
  if (!get) throw notAvailable(name);
  const text = provided(name, () => get(textArg(url, name)));
  env.budget.text(text.length);
  return text;
}

function fromBase64(value: unknown): string {
  const text = decodeBase64(textArg(value, 'fromBase64'));
  if (text === null) throw helperError('#fromBase64 got text that is not base64');
  return text;
}

const firstYaml = (text: string, name: string, env: Env): unknown => parseYamlDocuments(text, name, env)[0] ?? null;
const one: readonly [number, number] = [1, 1];

/** Helpers that need nothing of the execution. */
export const TEXT_FUNCTIONS: ReadonlyArray<readonly [string, ExpressionFunction]> = [
  ['alphanumerical', { arity: one, run: ([text]) => textArg(text, 'alphanumerical').replace(/[^A-Za-z0-9]/g, '') }],
  ['toInt', { arity: one, run: ([value]) => toInt(value) }],
  ['toFloat', { arity: one, run: ([value]) => parseDouble(isNumber(value) ? String(toNumber(value)) : value) }],
  ['toBoolean', { arity: one, run: ([value]) => isTrueWord(value) }],
  [
    'toBase64',
    {
      arity: one,
      run: ([text], env) => {
        env.budget.text(textArg(text, 'toBase64').length * 16);
        return encodeBase64(textArg(text, 'toBase64'));
      },
    },
  ],
  [
    'fromBase64',
    {
      arity: one,
      run: ([text], env) => {
        env.budget.text(textArg(text, 'fromBase64').length * 16);
        return fromBase64(text);
      },
    },
  ],
  ['toJson', { arity: one, run: ([value], env) => toJson(value, env) }],
  ['doNotEval', { arity: one, run: ([value]) => new DoNotEvaluate(value) }],
  ['readJson', { arity: one, run: ([text], env) => parseJson(textArg(text, 'readJson'), 'readJson', env) }],
  ['readYaml', { arity: one, run: ([text], env) => firstYaml(textArg(text, 'readYaml'), 'readYaml', env) }],
  [
    'readAllYaml',
    { arity: one, run: ([text], env) => parseYamlDocuments(textArg(text, 'readAllYaml'), 'readAllYaml', env) },
  ],
  ['fromUrl', { arity: one, run: ([url], env) => fromUrl(url, 'fromUrl', env) }],
  ['jsonFromUrl', { arity: one, run: ([url], env) => parseJson(fromUrl(url, 'jsonFromUrl', env), 'jsonFromUrl', env) }],
  ['yamlFromUrl', { arity: one, run: ([url], env) => firstYaml(fromUrl(url, 'yamlFromUrl', env), 'yamlFromUrl', env) }],
  ['propertiesFromUrl', { arity: one, run: ([url], env) => parseProperties(fromUrl(url, 'propertiesFromUrl', env)) }],
  ['fetchReference', { arity: one, run: ([reference], env) => fetchReference(javaText(reference, env), env) }],
];

function fetchReference(reference: string, env: Env): string {
  const fetch = env.context.providers?.fetchReference;
  if (!fetch) throw notAvailable('fetchReference');
  return provided('fetchReference', () => fetch(reference));
}
