import { evaluationError } from '../errors.ts';
import { compare, equals } from '../operators.ts';
import { Double, isDouble, isNumber, type Method, type NumberValue, numberText, toNumber } from '../values.ts';

const none: readonly [number, number] = [0, 0];
const one: readonly [number, number] = [1, 1];

const whole = (value: NumberValue): number => {
  const number = Math.trunc(toNumber(value));
  return Number.isNaN(number) ? 0 : Math.min(Math.max(number, Number.MIN_SAFE_INTEGER), Number.MAX_SAFE_INTEGER);
};

/** Equality of boxed numbers in Java also asks for the same kind. */
const sameNumber = (left: NumberValue, right: unknown): boolean =>
  isNumber(right) && isDouble(left) === isDouble(right) && toNumber(left) === toNumber(right);

export const NUMBER_METHODS: ReadonlyMap<string, Method<NumberValue>> = new Map<string, Method<NumberValue>>([
  ['intValue', { arity: none, run: (value) => whole(value) }],
  ['longValue', { arity: none, run: (value) => whole(value) }],
  ['doubleValue', { arity: none, run: (value) => Double.of(toNumber(value)) }],
  ['floatValue', { arity: none, run: (value) => Double.of(toNumber(value)) }],
  ['isNaN', { arity: none, run: (value) => Number.isNaN(toNumber(value)) }],
  ['isInfinite', { arity: none, run: (value) => Math.abs(toNumber(value)) === Number.POSITIVE_INFINITY }],
  ['toString', { arity: none, run: (value) => numberText(value) }],
  ['hashCode', { arity: none, run: (value) => whole(value) | 0 }],
  ['equals', { arity: one, run: (value, [other]) => sameNumber(value, other) }],
  [
    'compareTo',
    {
      arity: one,
      run: (value, [other]) => (isNumber(other) ? compare(value, other) : fail('compareTo needs a number')),
    },
  ],
]);

export const BOOLEAN_METHODS: ReadonlyMap<string, Method<boolean>> = new Map<string, Method<boolean>>([
  ['toString', { arity: none, run: (value) => String(value) }],
  ['booleanValue', { arity: none, run: (value) => value }],
  ['equals', { arity: one, run: (value, [other], env) => equals(value, other, env) }],
  ['compareTo', { arity: one, run: (value, [other]) => compare(value, other) }],
  ['hashCode', { arity: none, run: (value) => (value ? 1231 : 1237) }],
]);

function fail(message: string): never {
  throw evaluationError(message);
}
