import type { Env } from '../env.ts';
import { evaluationError } from '../errors.ts';
import { stringArg } from '../methods/strings.ts';
import { admit, javaText, joinedText } from '../values.ts';
import { formatText } from './format.ts';
import { define, never, type Static, type Statics, type TypeDefinition } from './type-definition.ts';

const one: readonly [number, number] = [1, 1];
const many: readonly [number, number] = [1, 1_000];

function joinTexts([separator, ...rest]: readonly unknown[], env: Env): string {
  const items = rest.length === 1 && Array.isArray(rest[0]) ? (rest[0] as unknown[]) : rest;
  const glue = stringArg(separator, 'join');
  const parts = items.map((item) => {
    const part = javaText(admit(item), env);
    env.budget.text(part.length + glue.length);
    return part;
  });
  env.budget.text(parts.reduce((sum, part) => sum + part.length + glue.length, 0));
  return parts.join(glue);
}

const STRING: Statics = new Map<string, Static>([
  [
    'valueOf',
    {
      arity: one,
      run: (_self, [value], env) => (Array.isArray(value) ? joinedText(value, env) : javaText(value, env)),
    },
  ],
  [
    'format',
    {
      arity: many,
      run: (_self, [pattern, ...args], env) =>
        formatText(stringArg(pattern, 'format'), args.length === 1 && Array.isArray(args[0]) ? args[0] : args, env),
    },
  ],
  ['join', { arity: many, run: (_self, args, env) => joinTexts(args, env) }],
]);

function encodeUrl([value, charset]: readonly unknown[]): string {
  if (charset !== undefined && !/^utf-?8$/i.test(stringArg(charset, 'encode')))
    throw evaluationError('URLEncoder knows UTF-8 only');
  try {
    return encodeURIComponent(stringArg(value, 'encode'))
      .replace(/%20/g, '+')
      .replace(/[!'()~]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
  } catch {
    throw evaluationError('the text is not well-formed Unicode');
  }
}

export const TEXT_TYPES: readonly TypeDefinition[] = [
  define('java.lang', 'String', {
    statics: STRING,
    holds: (value) => typeof value === 'string',
    construct: (args, env) => (args.length === 0 ? '' : javaText(args[0], env)),
  }),
  define('java.net', 'URLEncoder', {
    statics: new Map<string, Static>([['encode', { arity: [1, 2], run: (_self, args) => encodeUrl(args) }]]),
    holds: never,
  }),
];
