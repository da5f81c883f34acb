import type { Env } from '../env.ts';
import { deniedError } from '../errors.ts';
import { CHANCE_TYPES } from './chance.ts';
import { DATE_TYPES } from './date-types.ts';
import { MATH_TYPE } from './math.ts';
import { NUMBER_TYPES } from './numbers.ts';
import { TEXT_TYPES } from './texts.ts';
import { type TypeDefinition, TypeReference } from './type-definition.ts';

export { isTrueWord, parseDouble, parseInteger } from './numbers.ts';
export { TypeReference } from './type-definition.ts';

const BY_NAME: ReadonlyMap<string, TypeDefinition> = new Map(
  [...TEXT_TYPES, ...NUMBER_TYPES, MATH_TYPE, ...CHANCE_TYPES, ...DATE_TYPES].map((definition) => [
    definition.name,
    definition,
  ]),
);

/** Full names of all types that `T(…)` may name. */
export const TYPE_NAMES: readonly string[] = [...BY_NAME.keys()].sort();

/** Types of `java.lang` may be named without their package. */
function find(name: string): TypeDefinition | undefined {
  return BY_NAME.get(name) ?? (name.includes('.') ? undefined : BY_NAME.get(`java.lang.${name}`));
}

/** True when `T(name)` is allowed. */
export const isAllowedType = (name: string): boolean => find(name) !== undefined;

/** The type of `T(name)`; refused when it is not on the list. */
export function typeReference(name: string): TypeReference {
  const definition = find(name);
  if (!definition) throw deniedError(`type '${name}' is not allowed`);
  return new TypeReference(definition);
}

/** The value of `new name(args)`; refused when the type is not on the list. */
export function construct(name: string, args: readonly unknown[], env: Env): unknown {
  const definition = find(name);
  if (!definition?.construct) throw deniedError(`'new ${name}' is not allowed`);
  return definition.construct(args, env);
}

export const isInstance = (value: unknown, type: TypeReference): boolean =>
  value !== null && type.definition.holds(value);
