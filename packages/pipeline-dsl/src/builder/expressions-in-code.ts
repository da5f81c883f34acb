import type * as z from 'zod';
import type { deployedValue, executionValue, triggerValue } from './known-values.ts';
import {
  asRef,
  type Expression,
  HOLD,
  nodeOf,
  type OpenReference,
  type Piece,
  quoted,
  type Ref,
  type Reference,
  reference,
  type TextTemplate,
} from './reference.ts';
import type { StageHandle } from './stage-code.ts';

type Scalar = string | number | boolean | null;

function literal(value: unknown): string {
  if (typeof value === 'string') return quoted(value);
  if (typeof value === 'boolean' || value === null || (typeof value === 'number' && Number.isFinite(value)))
    return String(value);
  if (Array.isArray(value)) return `{${value.map(literal).join(', ')}}`;
  throw new Error(
    'An expression can hold references, texts, numbers, true, false, null and lists of them, nothing else.',
  );
}

function expressionOf(value: unknown): Expression {
  const node = nodeOf(value);
  if (node?.kind === 'text')
    throw new Error('expr`…` makes a text and cannot be part of an expression. Join texts with + inside calc`…`.');
  return node ?? { kind: 'expression', pieces: [literal(value)], hold: HOLD.value };
}

type Hold = Expression['hold'];

/** Pieces of an operand; in brackets unless it holds at least as tightly. */
const operand = (value: unknown, least: Hold): readonly Piece[] => {
  const { pieces, hold } = expressionOf(value);
  return hold >= least ? pieces : ['(', ...pieces, ')'];
};
const made = <Value>(pieces: readonly Piece[], hold: Hold): Ref<Value> =>
  asRef<Value>({ kind: 'expression', pieces, hold });

/**
 * A text with references in it: expr`web-${p.version}` compiles to `web-${parameters.version}`. A text that is nothing
 * but one reference keeps the type of its value.
 */
export function expr(
  texts: TemplateStringsArray,
  ...values: ReadonlyArray<Ref<unknown> | string | number | boolean>
): Ref<string> {
  const parts: Array<string | Expression> = [];
  texts.forEach((text, at) => {
    parts.push(text);
    if (at < values.length) parts.push(...partsOf(values[at]));
  });
  return asRef({ kind: 'text', parts: parts.filter((part) => part !== '') });
}

function partsOf(value: unknown): TextTemplate['parts'] {
  const node = nodeOf(value);
  if (node) return node.kind === 'text' ? node.parts : [node];
  if (typeof value === 'object') throw new Error('expr`…` can hold references, texts, numbers, true and false.');
  return [String(value)];
}

/**
 * One expression in the language of pipelines, with references and values put in: calc`#toInt(${p.size}) * 2`. Texts
 * that are put in are quoted.
 */
export function calc(
  texts: TemplateStringsArray,
  ...values: ReadonlyArray<Ref<unknown> | Scalar | readonly Scalar[]>
): Ref<never> {
  const pieces = texts.flatMap((text, at): readonly Piece[] =>
    at < values.length ? [text, ...expressionOf(values[at]).pieces] : [text],
  );
  return made(
    pieces.filter((piece) => piece !== ''),
    HOLD.anything,
  );
}

type Comparable<Value> = [Value] extends [never] ? Scalar : Value;

const compare = (left: Ref<unknown>, sign: string, right: unknown): Ref<boolean> =>
  made([...operand(left, HOLD.value), ` ${sign} `, ...operand(right, HOLD.value)], HOLD.comparison);

/** True when the reference has this value. */
export const is = <Value>(value: Ref<Value>, other: Comparable<NoInfer<Value>> | Ref<NoInfer<Value>>): Ref<boolean> =>
  compare(value, '==', other);

/** True when the reference has another value. */
export const isNot = <Value>(
  value: Ref<Value>,
  other: Comparable<NoInfer<Value>> | Ref<NoInfer<Value>>,
): Ref<boolean> => compare(value, '!=', other);

/** True when the condition is not. */
export const not = (condition: Ref<boolean>): Ref<boolean> =>
  made(['!', ...operand(condition, HOLD.value)], HOLD.value);

const joined = (sign: string, hold: Hold, conditions: readonly Ref<boolean>[]): Ref<boolean> => {
  const pieces = conditions.flatMap((condition, at) => [
    ...(at === 0 ? [] : [` ${sign} `]),
    ...operand(condition, hold),
  ]);
  return made(pieces, hold);
};

/** True when every condition is. */
export const allOf = (...conditions: readonly [Ref<boolean>, ...Ref<boolean>[]]): Ref<boolean> =>
  joined('&&', HOLD.and, conditions);

/** True when at least one condition is. */
export const anyOf = (...conditions: readonly [Ref<boolean>, ...Ref<boolean>[]]): Ref<boolean> =>
  joined('||', HOLD.or, conditions);

/** The option that the judge of a manual judgment chose. */
export const judgment = (stage: StageHandle): Ref<string> =>
  asRef({ kind: 'expression', pieces: [{ stage, form: 'judgment' }], hold: HOLD.value });

/** Every server group that this execution has made so far. */
export const deployedServerGroups = (): Reference<z.output<typeof deployedValue>> =>
  reference('#deployedServerGroups()');

type TriggerReference = Reference<z.output<typeof triggerValue>> & Pick<OpenReference, 'at'>;

/** What started this execution. Fields that are not named here are read by `trigger.at('field')`. */
export const trigger = reference<z.output<typeof triggerValue>>('trigger') as TriggerReference;

/** This execution. */
export const execution: Reference<z.output<typeof executionValue>> = reference('execution');
