import type { Env } from '../env.ts';
import { deniedError, evaluationError } from '../errors.ts';
import { HostObject, type Method } from '../values.ts';

/** A method called on the type itself, as in `T(Math).max(1, 2)`. */
export type Static = Method<TypeReference>;
export type Statics = ReadonlyMap<string, Static>;

/** A type expressions may name: what can be called on it, read from it, and how one is made. */
export interface TypeDefinition {
  readonly name: string;
  readonly statics: Statics;
  readonly constants: ReadonlyMap<string, unknown>;
  readonly construct?: (args: readonly unknown[], env: Env) => unknown;
  readonly holds: (value: unknown) => boolean;
}

/** A type named by `T(…)`. */
export class TypeReference extends HostObject {
  readonly typeName = 'Class';
  readonly definition: TypeDefinition;

  constructor(definition: TypeDefinition) {
    super();
    this.definition = definition;
  }

  override property(name: string): unknown {
    return this.definition.constants.get(name);
  }

  override method(name: string): Method<HostObject> | undefined {
    return this.definition.statics.get(name) as Method<HostObject> | undefined;
  }

  override members(): Iterable<string> {
    return this.definition.statics.keys();
  }

  override propertyNames(): Iterable<string> {
    return this.definition.constants.keys();
  }

  override equals(other: unknown): boolean {
    return other instanceof TypeReference && other.definition === this.definition;
  }

  text(): string {
    return `class ${this.definition.name}`;
  }

  data(): unknown {
    throw deniedError('a type cannot be a result');
  }
}

const nothing: ReadonlyMap<string, never> = new Map<string, never>();

export function define(
  packageName: string,
  name: string,
  rest: Partial<TypeDefinition> & Pick<TypeDefinition, 'holds'>,
): TypeDefinition {
  return { name: `${packageName}.${name}`, statics: nothing, constants: nothing, ...rest };
}

export const never = (): boolean => false;

/** A constructor of one argument. */
export const construct1 =
  (parse: (value: unknown) => unknown) =>
  (args: readonly unknown[]): unknown => {
    if (args.length !== 1) throw evaluationError('the constructor takes one argument');
    return parse(args[0]);
  };
