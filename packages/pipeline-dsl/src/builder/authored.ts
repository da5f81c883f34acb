import type * as z from 'zod';
import type { JsonObject } from '../json.ts';
import type { commonFields } from './fields-in-code.ts';
import type { Named, Ref } from './reference.ts';

/** Text with `${…}` in it, written by hand. */
export type ExpressionText = `${string}\${${string}`;

type Plain<Value> = Value extends string
  ? Value
  : Value extends number
    ? Value | `${number}`
    : Value extends boolean
      ? Value | 'true' | 'false'
      : Value extends readonly (infer Entry)[]
        ? readonly Authored<Entry>[]
        : Value extends object
          ? AuthoredObject<Value>
          : Value;

/** A field as authors write it: its value, a reference to one, or text with an expression in it. */
export type Authored<Value> = unknown extends Value ? unknown : Plain<Value> | Ref<NonNullable<Value>> | ExpressionText;

/** An object as authors write it. A field that its type does not name does not compile; see {@link extra}. */
export type AuthoredObject<Value> = keyof Named<Value> extends never
  ? { readonly [key: string]: Authored<Value[keyof Value]> }
  : { readonly [Key in keyof Named<Value>]: Authored<Named<Value>[Key]> };

/** Fields that every stage may have, whatever its type. Words of the stored JSON; absent ones have its defaults. */
export type CommonFields = AuthoredObject<z.output<typeof commonFields>> & {
  /** Id inside the pipeline; made from the name, or counted, when it is not given. `undefined` leaves it out. */
  readonly refId?: string | number | undefined;
  /** Takes the place of `.after(…)`: refIds as they are stored. `undefined` leaves the key out. */
  readonly requisiteStageRefIds?: readonly (string | number)[] | undefined;
};

/** Everything that can be said of a stage whose type has this context. */
export type StageFields<Context> = AuthoredObject<Context> & Omit<CommonFields, keyof Named<Context>>;

/**
 * Fields that a type does not name, spread into an object: `{ account: 'prod', ...extra({ provider: 'aws' }) }`. They
 * reach the stored JSON unchecked.
 */
export const extra = (fields: JsonObject): Record<never, never> => fields;

/** A value that its field's type would refuse, stored as it is. */
export const unchecked = (value: unknown): never => value as never;
