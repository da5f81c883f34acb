import { isComplete, isFailure, isHalt, isStatus, isSuccessful } from '../status.ts';
import type { Node } from './ast.ts';
import type { Env } from './env.ts';
import { deniedError, ExpressionError, evaluationError, type Missing } from './errors.ts';
import { callFunction } from './functions/index.ts';
import { entriesOf, keyText, LIST_METHODS, MAP_METHODS, MapEntry } from './methods/collections.ts';
import { BOOLEAN_METHODS, NUMBER_METHODS } from './methods/scalars.ts';
import { charAt, STRING_METHODS } from './methods/strings.ts';
import { arithmetic, compare, equals, negate, toBoolean } from './operators.ts';
import { regexFor } from './regex.ts';
import { construct, isInstance, TypeReference, typeReference } from './types/index.ts';
import {
  admit,
  type Data,
  HostObject,
  hasKey,
  isDouble,
  isMapLike,
  isNumber,
  javaText,
  keysOf,
  LazyMap,
  type Method,
  readKey,
  setOwn,
  toNumber,
  typeNameOf,
} from './values.ts';

/** Steps that making an object is worth. */
const CONSTRUCTION_COST = 50;

/** The root of names, seen as a map. */
class RootMap extends LazyMap {
  private readonly env: Env;
  private known: readonly string[] | undefined;

  constructor(env: Env) {
    super();
    this.env = env;
  }

  has(name: string): boolean {
    return this.env.context.root.has(name);
  }

  get(name: string): unknown {
    return this.env.context.root.get(name);
  }

  names(): Iterable<string> {
    this.known ??= [...(this.env.context.root.names?.() ?? [])];
    return this.known;
  }
}

/** Evaluates a parsed expression. The result may hold host objects; `toData` makes it plain. */
export function evaluateNode(node: Node, env: Env): unknown {
  const root = new RootMap(env);
  return new Evaluator(env, root).value(node, root);
}

class Evaluator {
  private readonly env: Env;
  private readonly root: LazyMap;

  constructor(env: Env, root: LazyMap) {
    this.env = env;
    this.root = root;
  }

  /** `self` is what bare names are read from: the root, or the element inside a selection. */
  value(node: Node, self: unknown): unknown {
    this.env.budget.spend(1);
    switch (node.kind) {
      case 'literal':
        return node.value;
      case 'name':
        return this.bareName(node, self);
      case 'this':
        return self;
      case 'variable':
        this.at(node);
        return this.variable(node.name);
      case 'property': {
        const target = this.value(node.target, self);
        return target === null && node.safe ? null : this.property(target, node.name, node);
      }
      case 'method': {
        const target = this.value(node.target, self);
        if (target === null && node.safe) return null;
        return this.method(target, node, this.values(node.args, self));
      }
      case 'call':
        return this.method(self, node, this.values(node.args, self));
      case 'function': {
        const args = this.values(node.args, self);
        this.at(node);
        return admit(callFunction(node.name, args, this.env));
      }
      case 'index':
        return this.indexed(node, self);
      case 'selection':
        return this.selection(node, self);
      case 'projection':
        return this.projection(node, self);
      case 'type':
        this.at(node);
        return typeReference(node.name);
      case 'new': {
        const args = this.values(node.args, self);
        this.at(node);
        this.env.budget.spend(CONSTRUCTION_COST);
        return construct(node.name, args, this.env);
      }
      case 'list':
        return this.values(node.items, self);
      case 'map':
        return this.inlineMap(node, self);
      case 'unary': {
        const operand = this.value(node.operand, self);
        this.at(node);
        return this.unary(node.operator, operand);
      }
      case 'binary':
        return this.binary(node, self);
      case 'ternary':
        return this.value(this.condition(node.test, self) ? node.yes : node.no, self);
      case 'elvis': {
        const left = this.value(node.left, self);
        return left === null || left === '' ? this.value(node.right, self) : left;
      }
    }
  }

  private values(nodes: readonly Node[], self: unknown): unknown[] {
    return nodes.map((node) => this.value(node, self));
  }

  private at(node: Node): void {
    this.env.trace.at = node;
  }

  private condition(node: Node, self: unknown): boolean {
    const value = this.value(node, self);
    this.at(node);
    return toBoolean(value);
  }

  private bareName(node: Extract<Node, { kind: 'name' }>, self: unknown): unknown {
    const { name } = node;
    if (name === 'deployedServerGroups' && !(isMapLike(self) && hasKey(self, name))) {
      this.at(node);
      return callFunction(name, [], this.env);
    }
    return this.property(self, name, node);
  }

  private variable(name: string): unknown {
    if (name === 'root') return this.root;
    throw evaluationError(`unknown variable '#${name}'; a function needs parentheses: #${name}(…)`);
  }

  private property(target: unknown, name: string, node: Node): unknown {
    this.at(node);
    if (target === null) throw evaluationError(`cannot read '${name}' of null`, this.env.trace.missed?.missing);
    if (isMapLike(target)) {
      const value = readKey(target, name);
      if (value !== undefined) return value;
      const missing = missingKey(target, name);
      if (this.env.unknownMapKey === 'error') throw evaluationError(`'${name}' not found`, missing);
      this.env.trace.missed = { node, missing };
      return null;
    }
    const value = target instanceof HostObject ? target.property(name) : valueProperty(target, name);
    if (value === undefined) {
      const names = () => (target instanceof HostObject ? target.propertyNames() : []);
      throw evaluationError(`${typeNameOf(target)} has no property '${name}'`, { wanted: name, names });
    }
    return admit(value);
  }

  private method(target: unknown, node: Extract<Node, { kind: 'call' | 'method' }>, args: readonly unknown[]): unknown {
    const { name } = node;
    this.at(node);
    if (target === null) throw evaluationError(`cannot call '${name}' on null`, this.env.trace.missed?.missing);
    const method = findMethod(target, name);
    if (!method) {
      const missing = { wanted: name, names: () => methodNamesOf(target) };
      throw deniedError(`${typeNameOf(target)} has no method '${name}' that may be called`, missing);
    }
    const [least, most] = method.arity;
    if (args.length < least || args.length > most) {
      throw evaluationError(`${typeNameOf(target)}.${name} does not take ${args.length} arguments`);
    }
    const cost = typeof target === 'string' || Array.isArray(target) ? target.length >>> 6 : 0;
    this.env.budget.spend(1 + cost);
    const result = admit(method.run(target, args, this.env));
    if (typeof result === 'string') this.env.budget.text(result.length);
    return result;
  }

  private indexed(node: Extract<Node, { kind: 'index' }>, self: unknown): unknown {
    const target = this.value(node.target, self);
    if (target === null) {
      if (node.safe) return null;
      this.at(node);
      throw evaluationError('cannot index into null', this.env.trace.missed?.missing);
    }
    if (isMapLike(target)) {
      // On a map a bare name between the brackets is the key itself: m[a] is m['a'].
      const key = node.index.kind === 'name' ? node.index.name : keyText(this.value(node.index, self));
      const found = key === undefined ? undefined : readKey(target, key);
      if (found === undefined && key !== undefined) this.env.trace.missed = { node, missing: missingKey(target, key) };
      return found ?? null;
    }
    const index = this.value(node.index, self);
    this.at(node);
    return this.elementAt(target, index, node);
  }

  private elementAt(target: unknown, index: unknown, node: Node): unknown {
    if (Array.isArray(target)) {
      const at = position(index);
      if (at < 0 || at >= target.length)
        throw evaluationError(`index ${at} is out of range, the list has ${target.length} elements`);
      return admit(target[at]);
    }
    if (typeof target === 'string') return charAt(target, position(index));
    if (target instanceof HostObject && typeof index === 'string') return this.property(target, index, node);
    throw evaluationError(`cannot index into ${typeNameOf(target)}`);
  }

  private selection(node: Extract<Node, { kind: 'selection' }>, self: unknown): unknown {
    const { which, test, safe } = node;
    const target = this.value(node.target, self);
    if (target === null && safe) return null;
    this.at(node);
    const entries = isMapLike(target) ? entriesOf(target, this.env) : null;
    const elements = entries ?? this.elements(target, 'select from');
    const picked: unknown[] = [];
    for (const element of which === 'last' ? elements.toReversed() : elements) {
      if (!this.condition(test, admit(element))) continue;
      picked.push(admit(element));
      if (which !== 'all') break;
    }
    if (entries) return which !== 'all' && picked.length === 0 ? null : entriesToMap(picked);
    return which === 'all' ? picked : (picked[0] ?? null);
  }

  private projection(node: Extract<Node, { kind: 'projection' }>, self: unknown): unknown {
    const target = this.value(node.target, self);
    if (target === null && node.safe) return null;
    this.at(node);
    const elements = isMapLike(target) ? entriesOf(target, this.env) : this.elements(target, 'project over');
    return elements.map((element) => this.value(node.each, admit(element)));
  }

  private elements(target: unknown, doing: string): readonly unknown[] {
    if (Array.isArray(target)) return target;
    throw evaluationError(`cannot ${doing} ${typeNameOf(target)}`);
  }

  private inlineMap(node: Extract<Node, { kind: 'map' }>, self: unknown): Data {
    const map: Record<string, unknown> = {};
    for (const [keyNode, valueNode] of node.entries) {
      const key = keyNode.kind === 'name' ? keyNode.name : keyText(this.value(keyNode, self));
      this.at(node);
      if (key === undefined) throw evaluationError('a key of a map must be a text');
      setOwn(map, key, this.value(valueNode, self));
    }
    return map;
  }

  private unary(operator: '-' | '+' | '!', value: unknown): unknown {
    if (operator === '!') return !toBoolean(value);
    if (operator === '-') return negate(value);
    if (!isNumber(value)) throw evaluationError(`'+' does not work on ${typeNameOf(value)}`);
    return value;
  }

  private binary(node: Extract<Node, { kind: 'binary' }>, self: unknown): unknown {
    if (node.operator === 'or') return this.condition(node.left, self) || this.condition(node.right, self);
    if (node.operator === 'and') return this.condition(node.left, self) && this.condition(node.right, self);
    const left = this.value(node.left, self);
    const right = this.value(node.right, self);
    this.at(node);
    switch (node.operator) {
      case '==':
        return equals(left, right, this.env);
      case '!=':
        return !equals(left, right, this.env);
      case '<':
        return compare(left, right) < 0;
      case '>':
        return compare(left, right) > 0;
      case '<=':
        return compare(left, right) <= 0;
      case '>=':
        return compare(left, right) >= 0;
      case 'matches':
        return this.matches(left, right);
      case 'between':
        return between(left, right);
      case 'instanceof':
        if (!(right instanceof TypeReference)) throw evaluationError('instanceof needs a type: T(String)');
        return isInstance(left, right);
      default:
        return arithmetic(node.operator, left, right, this.env);
    }
  }

  private matches(left: unknown, right: unknown): boolean {
    if (typeof right !== 'string') throw evaluationError('matches needs a regular expression as text');
    if (typeof left !== 'string' && typeof left !== 'boolean' && !isNumber(left))
      throw evaluationError(`matches works on a text, not on ${typeNameOf(left)}`);
    const text = javaText(left, this.env);
    return regexFor(right, text, this.env).testExact(text);
  }
}

function between(value: unknown, range: unknown): boolean {
  if (!Array.isArray(range) || range.length !== 2) throw evaluationError('between needs a list of two values');
  return compare(value, admit(range[0])) >= 0 && compare(value, admit(range[1])) <= 0;
}

function position(index: unknown): number {
  if (isNumber(index) && !isDouble(index)) return toNumber(index);
  if (typeof index === 'string' && /^-?\d{1,9}$/.test(index)) return Number(index);
  throw evaluationError(`${typeNameOf(index)} is not a position in a list`);
}

function entriesToMap(entries: readonly unknown[]): Data {
  const map: Record<string, unknown> = {};
  for (const entry of entries) if (entry instanceof MapEntry) setOwn(map, entry.key, entry.value);
  return map;
}

/** Properties of texts and lists; the status words work on texts that are a status. */
function valueProperty(target: unknown, name: string): unknown {
  if (Array.isArray(target))
    return name === 'length' ? target.length : name === 'empty' ? target.length === 0 : undefined;
  if (typeof target !== 'string') return undefined;
  if (name === 'empty') return target === '';
  if (name === 'blank') return target.trim() === '';
  if (!isStatus(target)) return undefined;
  if (name === 'complete') return isComplete(target);
  if (name === 'halt') return isHalt(target);
  if (name === 'successful') return isSuccessful(target);
  return name === 'failure' ? isFailure(target) : undefined;
}

const STATUS_QUESTIONS: ReadonlyMap<string, string> = new Map([
  ['isComplete', 'complete'],
  ['isHalt', 'halt'],
  ['isSuccessful', 'successful'],
  ['isFailure', 'failure'],
]);

const missingKey = (map: Data | LazyMap, wanted: string): Missing => ({ wanted, names: () => keysOf(map) });

type Methods = ReadonlyMap<string, Method<never>>;

/** Methods of values that are plain data. */
function methodsOf(target: unknown): Methods | null {
  if (typeof target === 'string') return STRING_METHODS;
  if (isNumber(target)) return NUMBER_METHODS;
  if (typeof target === 'boolean') return BOOLEAN_METHODS;
  if (Array.isArray(target)) return LIST_METHODS;
  return isMapLike(target) ? MAP_METHODS : null;
}

function findMethod(target: unknown, name: string): Method | undefined {
  const found = methodsOf(target)?.get(name) as Method | undefined;
  if (found) return found;
  if (typeof target === 'string') return statusMethod(target, name);
  return target instanceof HostObject ? (target.method(name) as Method | undefined) : undefined;
}

/** Names of all that may be called on a value. */
export function methodNamesOf(target: unknown): Iterable<string> {
  const methods = methodsOf(target);
  if (methods)
    return typeof target === 'string' && isStatus(target)
      ? [...methods.keys(), ...STATUS_QUESTIONS.keys()]
      : methods.keys();
  return target instanceof HostObject ? target.members() : [];
}

/** Fewest and most arguments of a method of a value. */
export const findMethodArity = (target: unknown, name: string): readonly [number, number] | undefined =>
  findMethod(target, name)?.arity;

function statusMethod(target: string, name: string): Method | undefined {
  const question = STATUS_QUESTIONS.get(name);
  const answer = question === undefined ? undefined : valueProperty(target, question);
  return answer === undefined ? undefined : { arity: [0, 0], run: () => answer };
}

/** Turns whatever was thrown into an expression error; a stack overflow is one more limit. */
export function asExpressionError(thrown: unknown): ExpressionError {
  if (thrown instanceof ExpressionError) return thrown;
  if (thrown instanceof RangeError)
    return new ExpressionError('LimitExceeded', 'the expression is too deep or its result too large');
  return new ExpressionError('SpelEvaluationException', thrown instanceof Error ? thrown.message : String(thrown));
}
