import { ExpressionError, evaluationError } from '../errors.ts';
import { checkRange, intArg } from '../methods/strings.ts';
import { Double, isDouble, isNumber, javaText, type NumberValue, toNumber, typeNameOf } from '../values.ts';
import { construct1, define, never, type Static, type Statics, type TypeDefinition } from './type-definition.ts';

const one: readonly [number, number] = [1, 1];
const two: readonly [number, number] = [2, 2];

function parseWhole(value: unknown, base: unknown, least: number, most: number): number {
  const text = typeof value === 'string' ? value : value === null ? 'null' : String(value);
  const radix = base === undefined ? 10 : intArg(base, 'parse');
  const digits = '0123456789abcdefghijklmnopqrstuvwxyz'.slice(0, radix);
  const sign = text[0] === '-' || text[0] === '+' ? 1 : 0;
  const body = text.slice(sign).toLowerCase();
  const number = Number.parseInt(text, radix);
  if (
    body === '' ||
    body.length > 64 ||
    ![...body].every((char) => digits.includes(char)) ||
    !(number >= least && number <= most)
  ) {
    throw evaluationError(`For input string: "${text.slice(0, 100)}"`);
  }
  return number + 0;
}

export const parseInteger = (value: unknown, base?: unknown): number =>
  parseWhole(value, base, -(2 ** 31), 2 ** 31 - 1);
const parseLong = (value: unknown, base?: unknown): number =>
  parseWhole(value, base, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);

export function parseDouble(value: unknown): number | Double {
  const text = typeof value === 'string' ? value.trim() : '';
  if (!/^[+-]?(\d+\.?\d*([eE][+-]?\d+)?|\.\d+([eE][+-]?\d+)?|NaN|Infinity)[fFdD]?$/.test(text)) {
    throw evaluationError(`For input string: "${text.slice(0, 100)}"`);
  }
  return Double.of(Number(text.replace(/[fFdD]$/, '').replace(/^\+/, '')));
}

const isInt = (value: unknown): boolean => isNumber(value) && !isDouble(value);
const numeric = (value: unknown, parse: (text: unknown) => unknown): unknown =>
  isNumber(value) ? value : parse(value);

function wholeStatics(parse: (value: unknown, base?: unknown) => number, name: string): Statics {
  const bits = name === 'Long' ? 2n ** 64n : 2n ** 32n;
  const radix = (value: unknown, base: number) => {
    const number = BigInt(intArg(value, name));
    return (number < 0n ? number + bits : number).toString(base);
  };
  return new Map<string, Static>([
    [
      name === 'Integer' ? 'parseInt' : `parse${name}`,
      { arity: [1, 2], run: (_self, [text, base]) => parse(text, base) },
    ],
    ['valueOf', { arity: [1, 2], run: (_self, [value, base]) => (isNumber(value) ? value : parse(value, base)) }],
    [
      'toString',
      {
        arity: [1, 2],
        run: (_self, [value, base]) => intArg(value, 'toString').toString(base === undefined ? 10 : radixArg(base)),
      },
    ],
    ['toHexString', { arity: one, run: (_self, [value]) => radix(value, 16) }],
    ['toBinaryString', { arity: one, run: (_self, [value]) => radix(value, 2) }],
    ['toOctalString', { arity: one, run: (_self, [value]) => radix(value, 8) }],
    ['compare', { arity: two, run: (_self, [a, b]) => Math.sign(intArg(a, 'compare') - intArg(b, 'compare')) }],
    ['sum', { arity: two, run: (_self, [a, b]) => exact(intArg(a, 'sum') + intArg(b, 'sum')) }],
    ['max', { arity: two, run: (_self, [a, b]) => Math.max(intArg(a, 'max'), intArg(b, 'max')) }],
    ['min', { arity: two, run: (_self, [a, b]) => Math.min(intArg(a, 'min'), intArg(b, 'min')) }],
    ['signum', { arity: one, run: (_self, [a]) => Math.sign(intArg(a, 'signum')) }],
  ]);
}

function radixArg(value: unknown): number {
  const base = intArg(value, 'radix');
  checkRange(base, 2, 36, 'radix');
  return base;
}

export function exact(value: number): number {
  if (!Number.isSafeInteger(value)) throw new ExpressionError('ArithmeticException', 'integer overflow');
  return value;
}

export function numberArg(value: unknown, name: string): NumberValue {
  if (isNumber(value)) return value;
  throw evaluationError(`Math.${name} needs a number, not ${typeNameOf(value)}`);
}

const BOOLEAN: Statics = new Map<string, Static>([
  ['parseBoolean', { arity: one, run: (_self, [text]) => isTrueWord(text) }],
  ['valueOf', { arity: one, run: (_self, [value]) => (typeof value === 'boolean' ? value : isTrueWord(value)) }],
  ['toString', { arity: one, run: (_self, [value]) => String(value === true) }],
]);

export const isTrueWord = (value: unknown): boolean =>
  value === true || (typeof value === 'string' && value.toLowerCase() === 'true');

const DOUBLE: Statics = new Map<string, Static>([
  ['parseDouble', { arity: one, run: (_self, [text]) => parseDouble(text) }],
  [
    'valueOf',
    { arity: one, run: (_self, [value]) => (isNumber(value) ? Double.of(toNumber(value)) : parseDouble(value)) },
  ],
  [
    'toString',
    { arity: one, run: (_self, [value], env) => javaText(isNumber(value) ? Double.of(toNumber(value)) : value, env) },
  ],
  [
    'compare',
    {
      arity: two,
      run: (_self, [a, b]) => Math.sign(toNumber(numberArg(a, 'compare')) - toNumber(numberArg(b, 'compare'))),
    },
  ],
  ['isNaN', { arity: one, run: (_self, [value]) => Number.isNaN(toNumber(numberArg(value, 'isNaN'))) }],
]);

const parseByte = (value: unknown, base?: unknown): number => parseWhole(value, base, -128, 127);

/** `Boolean` and the types of numbers. */
export const NUMBER_TYPES: readonly TypeDefinition[] = [
  define('java.lang', 'Boolean', {
    statics: BOOLEAN,
    constants: new Map([
      ['TRUE', true],
      ['FALSE', false],
    ]),
    holds: (value) => typeof value === 'boolean',
    construct: construct1(isTrueWord),
  }),
  define('java.lang', 'Byte', {
    statics: wholeStatics(parseByte, 'Byte'),
    constants: new Map([
      ['MAX_VALUE', 127],
      ['MIN_VALUE', -128],
    ]),
    holds: never,
    construct: construct1((value) => numeric(value, parseByte)),
  }),
  define('java.lang', 'Integer', {
    statics: wholeStatics(parseInteger, 'Integer'),
    constants: new Map([
      ['MAX_VALUE', 2 ** 31 - 1],
      ['MIN_VALUE', -(2 ** 31)],
    ]),
    holds: (value) => typeNameOf(value) === 'Integer',
    construct: construct1((value) => numeric(value, parseInteger)),
  }),
  define('java.lang', 'Long', {
    statics: wholeStatics(parseLong, 'Long'),
    constants: new Map([
      ['MAX_VALUE', Number.MAX_SAFE_INTEGER],
      ['MIN_VALUE', Number.MIN_SAFE_INTEGER],
    ]),
    holds: (value) => isInt(value),
    construct: construct1((value) => numeric(value, parseLong)),
  }),
  define('java.lang', 'Double', {
    statics: DOUBLE,
    constants: new Map([
      ['MAX_VALUE', Double.of(Number.MAX_VALUE)],
      ['MIN_VALUE', Double.of(Number.MIN_VALUE)],
      ['NaN', Number.NaN],
      ['POSITIVE_INFINITY', Number.POSITIVE_INFINITY],
    ]),
    holds: (value) => isNumber(value) && isDouble(value),
    construct: construct1((value) => (isNumber(value) ? Double.of(toNumber(value)) : parseDouble(value))),
  }),
];
