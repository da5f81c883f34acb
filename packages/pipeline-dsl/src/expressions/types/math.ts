import { ExpressionError } from '../errors.ts';
import { intArg } from '../methods/strings.ts';
import { Double, isDouble, type NumberValue, toNumber } from '../values.ts';
import { floorMod } from './calendar.ts';
import { exact, numberArg } from './numbers.ts';
import { define, never, type Static, type Statics, type TypeDefinition } from './type-definition.ts';

const none: readonly [number, number] = [0, 0];
const one: readonly [number, number] = [1, 1];
const two: readonly [number, number] = [2, 2];

/** Functions of doubles. */
const REAL_MATH = [
  'sqrt',
  'cbrt',
  'exp',
  'log',
  'log10',
  'sin',
  'cos',
  'tan',
  'asin',
  'acos',
  'atan',
  'sinh',
  'cosh',
  'tanh',
  'expm1',
  'log1p',
  'floor',
  'ceil',
] as const;
const clampLong = (value: number): number =>
  Number.isNaN(value) ? 0 : Math.min(Math.max(value, Number.MIN_SAFE_INTEGER), Number.MAX_SAFE_INTEGER);
const typed = (like: readonly NumberValue[], value: number): unknown =>
  like.some(isDouble) ? Double.of(value) : exact(value);
const javaRint = (value: number): number => {
  const floor = Math.floor(value);
  const rest = value - floor;
  return rest < 0.5 || (rest === 0.5 && floor % 2 === 0) ? floor : floor + 1;
};

function numeric2(name: string, run: (a: number, b: number) => number): [string, Static] {
  return [
    name,
    {
      arity: two,
      run: (_self, args) => {
        const [a, b] = args.map((arg) => numberArg(arg, name)) as [NumberValue, NumberValue];
        return typed([a, b], run(toNumber(a), toNumber(b)));
      },
    },
  ];
}

const MATH: Statics = new Map<string, Static>([
  ...REAL_MATH.map((name): [string, Static] => [
    name,
    { arity: one, run: (_self, [value]) => Double.of(Math[name](toNumber(numberArg(value, name)))) },
  ]),
  ['rint', { arity: one, run: (_self, [value]) => Double.of(javaRint(toNumber(numberArg(value, 'rint')))) }],
  [
    'abs',
    {
      arity: one,
      run: (_self, [value]) => typed([numberArg(value, 'abs')], Math.abs(toNumber(numberArg(value, 'abs')))),
    },
  ],
  ['round', { arity: one, run: (_self, [value]) => clampLong(Math.floor(toNumber(numberArg(value, 'round')) + 0.5)) }],
  ['signum', { arity: one, run: (_self, [value]) => Double.of(Math.sign(toNumber(numberArg(value, 'signum')))) }],
  [
    'toRadians',
    { arity: one, run: (_self, [value]) => Double.of((toNumber(numberArg(value, 'toRadians')) * Math.PI) / 180) },
  ],
  [
    'toDegrees',
    { arity: one, run: (_self, [value]) => Double.of((toNumber(numberArg(value, 'toDegrees')) * 180) / Math.PI) },
  ],
  numeric2('max', Math.max),
  numeric2('min', Math.min),
  numeric2('addExact', (a, b) => a + b),
  numeric2('subtractExact', (a, b) => a - b),
  numeric2('multiplyExact', (a, b) => a * b),
  ['floorDiv', { arity: two, run: (_self, [a, b]) => Math.floor(intArg(a, 'floorDiv') / nonZero(b)) }],
  ['floorMod', { arity: two, run: (_self, [a, b]) => floorMod(intArg(a, 'floorMod'), nonZero(b)) }],
  [
    'pow',
    { arity: two, run: (_self, [a, b]) => Double.of(toNumber(numberArg(a, 'pow')) ** toNumber(numberArg(b, 'pow'))) },
  ],
  [
    'atan2',
    {
      arity: two,
      run: (_self, [a, b]) => Double.of(Math.atan2(toNumber(numberArg(a, 'atan2')), toNumber(numberArg(b, 'atan2')))),
    },
  ],
  [
    'hypot',
    {
      arity: two,
      run: (_self, [a, b]) => Double.of(Math.hypot(toNumber(numberArg(a, 'hypot')), toNumber(numberArg(b, 'hypot')))),
    },
  ],
  ['random', { arity: none, run: (_self, _args, env) => Double.of(env.context.random()) }],
]);

function nonZero(value: unknown): number {
  const number = intArg(value, 'Math');
  if (number === 0) throw new ExpressionError('ArithmeticException', '/ by zero');
  return number;
}

export const MATH_TYPE: TypeDefinition = define('java.lang', 'Math', {
  statics: MATH,
  constants: new Map([
    ['PI', Math.PI],
    ['E', Math.E],
  ]),
  holds: never,
});
