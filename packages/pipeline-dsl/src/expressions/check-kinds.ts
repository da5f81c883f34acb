import type { Node } from './ast.ts';
import { type Kind, kindOf, methodsOfKind } from './infer.ts';
import { nearest } from './nearest.ts';

const WORDS: Readonly<Record<Kind, string>> = {
  text: 'a text',
  number: 'a number',
  boolean: 'true or false',
  list: 'a list',
  map: 'a map',
  null: 'null',
};
const ARITHMETIC: ReadonlySet<string> = new Set(['-', '*', '/', '%', '^']);
const ORDER: ReadonlySet<string> = new Set(['<', '>', '<=', '>=']);
const TRUTH = /^(?:true|false|yes|no|on|off|1|0)$/i;
const BARE_PROPERTIES: Readonly<Record<'text' | 'list', readonly string[]>> = {
  text: ['empty', 'blank', 'complete', 'halt', 'successful', 'failure'],
  list: ['empty', 'length'],
};

/** Why a part of an expression fails whenever it is reached; null when that depends on what it reads. */
export function certainFailure(node: Node): string | null {
  switch (node.kind) {
    case 'binary':
      return binaryFailure(node);
    case 'ternary':
      return conditionFailure(node.test);
    case 'unary':
      return unaryFailure(node);
    case 'method':
      return methodFailure(node);
    case 'property':
      return propertyFailure(node);
    case 'selection':
    case 'projection': {
      const kind = kindOf(node.target);
      if (kind === null || kind === 'list' || kind === 'map' || (kind === 'null' && node.safe)) return null;
      return `${WORDS[kind]} has no elements to go through.`;
    }
    default:
      return null;
  }
}

function binaryFailure({ operator, left, right }: Extract<Node, { kind: 'binary' }>): string | null {
  if (operator === 'or' || operator === 'and') return conditionFailure(left) ?? conditionFailure(right);
  const a = kindOf(left);
  const b = kindOf(right);
  if (ARITHMETIC.has(operator)) {
    const wrong = [a, b].find((kind) => kind !== null && kind !== 'number' && kind !== 'text');
    const texts = a === 'text' && b === 'text';
    if (wrong || texts || (b === 'text' && a !== null))
      return `'${operator}' does not work on ${WORDS[wrong ?? 'text']}.`;
  }
  if (
    operator === '+' &&
    a !== null &&
    b !== null &&
    a !== 'text' &&
    b !== 'text' &&
    (a !== 'number' || b !== 'number')
  )
    return `'+' does not work on ${WORDS[a]} and ${WORDS[b]}.`;
  if (ORDER.has(operator) && a !== null && b !== null && a !== 'null' && b !== 'null') {
    if (a !== b || a === 'list' || a === 'map')
      return `${WORDS[a]} and ${WORDS[b]} have no order; make both numbers or both texts.`;
  }
  if (operator === 'matches' && b !== null && b !== 'text') return "'matches' needs a regular expression as text.";
  if (operator === 'between' && b !== null && b !== 'list')
    return "'between' needs a list of two values, such as {1, 9}.";
  return null;
}

function conditionFailure(node: Node): string | null {
  const kind = kindOf(node);
  if (kind === null || kind === 'boolean') return null;
  if (kind === 'text' && (node.kind !== 'literal' || TRUTH.test(String(node.value).trim()))) return null;
  return `A condition needs true or false, not ${WORDS[kind]}.`;
}

function unaryFailure({ operator, operand }: Extract<Node, { kind: 'unary' }>): string | null {
  if (operator === '!') return conditionFailure(operand);
  const kind = kindOf(operand);
  return kind === null || kind === 'number' ? null : `'${operator}' does not work on ${WORDS[kind]}.`;
}

function methodFailure({ target, name, args, safe }: Extract<Node, { kind: 'method' }>): string | null {
  const kind = kindOf(target);
  if (kind === null) return null;
  const methods = methodsOfKind(kind);
  if (!methods) return safe ? null : `Nothing can be called on ${WORDS[kind]}.`;
  const method = methods.get(name);
  if (!method) {
    if (kind === 'text' && /^is(?:Complete|Halt|Successful|Failure)$/.test(name)) return null;
    const { suggestion } = nearest(name, methods.keys());
    return `There is no method '${name}' of ${WORDS[kind]}.${suggestion === null ? '' : ` Did you mean '${suggestion}'?`}`;
  }
  const [least, most] = method.arity;
  if (args.length >= least && args.length <= most) return null;
  const wanted = least === most ? String(least) : `${least} to ${most}`;
  return `'${name}' takes ${wanted} argument${wanted === '1' ? '' : 's'}, not ${args.length}.`;
}

function propertyFailure({ target, name, safe }: Extract<Node, { kind: 'property' }>): string | null {
  const kind = kindOf(target);
  if (kind === null || kind === 'map' || (kind === 'null' && safe)) return null;
  if ((kind === 'text' || kind === 'list') && BARE_PROPERTIES[kind].includes(name)) return null;
  const called = methodsOfKind(kind)?.has(name) ? ` Write ${name}().` : '';
  return `There is no '${name}' to read of ${WORDS[kind]}.${called}`;
}
