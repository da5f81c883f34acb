import type { StageHandle } from './stage-code.ts';

declare const means: unique symbol;

/**
 * Stands for a value that is known only when the pipeline runs, and compiles to `${…}`. `Value` is the type it will
 * have; a reference whose type nobody can know (a parameter) is a `Ref<never>` and fits every field.
 */
export interface Ref<Value> {
  readonly [means]: Value;
}

/** Part of an open object: read on with `at('key', 0, 'key')`, in the order of the path. */
export interface OpenReference extends Ref<never> {
  at(...path: readonly [string | number, ...(string | number)[]]): OpenReference;
}

type FirstIndexes = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9;
type ListReference<Entry> = { readonly [Index in FirstIndexes]: Reference<Entry> } & {
  /** Any entry; the first ten can also be written `[0]` to `[9]`. */
  at(index: number): Reference<Entry>;
};

/** Keys that a type names; those of an open object are left out. */
type NamedKey<Key> = string extends Key ? never : number extends Key ? never : symbol extends Key ? never : Key;
export type Named<Value> = { [Key in keyof Value as NamedKey<Key>]: Value[Key] };

type Present<Value> = unknown extends Value ? unknown : NonNullable<Value>;

type Members<Value> = Value extends readonly (infer Entry)[]
  ? ListReference<Present<Entry>>
  : Value extends object
    ? keyof Named<Value> extends never
      ? { at(key: string): Reference<Present<Value[keyof Value]>> }
      : { readonly [Key in keyof Named<Value>]-?: Reference<Present<Named<Value>[Key]>> }
    : unknown;

/** A reference whose parts can be read like those of the value it stands for; a part that is not there does not compile. */
export type Reference<Value> = unknown extends Value ? OpenReference : Ref<Value> & Members<Value>;

/** What an expression holds of a stage: only the compiled pipeline knows how to name it there. */
export interface StagePiece {
  readonly stage: StageHandle;
  /** `stage`: the stage itself. `judgment`: its chosen option. `nearest`: the output `key` of the nearest stage with it. */
  readonly form: 'stage' | 'judgment' | 'nearest';
  readonly key?: string;
}
export type Piece = string | StagePiece;

/** How tightly an expression holds together, loosest first: inside a tighter one it needs brackets. */
export const HOLD = { anything: 0, or: 1, and: 2, comparison: 3, value: 4 } as const;

/** One expression, without `${ }`. */
export interface Expression {
  readonly kind: 'expression';
  readonly pieces: readonly Piece[];
  readonly hold: (typeof HOLD)[keyof typeof HOLD];
}

/** Text with expressions in it. */
export interface TextTemplate {
  readonly kind: 'text';
  readonly parts: ReadonlyArray<string | Expression>;
}

// Registered, so that two copies of this package in one program understand each other.
const NODE = Symbol.for('gennaker.reference');

/** What a reference stands for; undefined for every other value. */
export function nodeOf(value: unknown): Expression | TextTemplate | undefined {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return undefined;
  return (value as { [NODE]?: Expression | TextTemplate })[NODE];
}

const IDENTIFIER = /^[A-Za-z_][A-Za-z0-9_]*$/;
const INDEX = /^(0|[1-9]\d{0,8})$/;

/** Text as the expression language writes it: in single quotes, a quote doubled. */
export const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** Reading one part of a value: `.key`, `['a key']` or `[0]`. */
export function stepText(key: string | number): string {
  if (typeof key === 'number') return `[${key}]`;
  return IDENTIFIER.test(key) ? `.${key}` : `[${quoted(key)}]`;
}

const refuseText = (): never => {
  throw new Error(
    'A reference was put into an ordinary template or joined with "+". Write expr`…` in front of the text: expr`web-${p.version}`.',
  );
};

/** A node as the value that authors handle: a text template or a finished expression. */
export function asRef<Value>(node: Expression | TextTemplate): Ref<Value> {
  return { [NODE]: node, [Symbol.toPrimitive]: refuseText } as unknown as Ref<Value>;
}

/** A reference that can be read into. */
export function reference<Value>(...pieces: readonly Piece[]): Reference<Value> {
  return readable(pieces) as Reference<Value>;
}

/** References to the outputs of the nearest stage that has them; the first step names the output. */
export function nearestReferences<Value>(stage: StageHandle): Reference<Value> {
  const at = (key: string) => readable([{ stage, form: 'nearest', key }]);
  return new Proxy({}, { get: (_, key) => (typeof key === 'string' ? at(key) : undefined) }) as Reference<Value>;
}

function readable(pieces: readonly Piece[], before?: readonly Piece[]): unknown {
  // Callable, because `at` may be a method here and a key there; which, only the call tells.
  return new Proxy(() => undefined, {
    get(_, key) {
      if (key === NODE) return { kind: 'expression', pieces, hold: HOLD.value } satisfies Expression;
      if (key === Symbol.toPrimitive) return refuseText;
      if (typeof key !== 'string') return undefined;
      return readable([...pieces, stepText(INDEX.test(key) ? Number(key) : key)], key === 'at' ? pieces : undefined);
    },
    apply(_, __, path: readonly (string | number)[]) {
      if (!before) throw new TypeError('A reference is a value, not a function.');
      return readable([...before, ...path.map(stepText)]);
    },
  });
}
