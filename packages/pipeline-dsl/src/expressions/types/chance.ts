import type { Env } from '../env.ts';
import { evaluationError, helperError } from '../errors.ts';
import { intArg, stringArg } from '../methods/strings.ts';
import { Double, HostObject, type Method } from '../values.ts';
import { define, type Static, type TypeDefinition } from './type-definition.ts';

const none: readonly [number, number] = [0, 0];
const one: readonly [number, number] = [1, 1];

/** `java.util.UUID`. */
class Uuid extends HostObject {
  readonly typeName = 'UUID';
  private readonly value: string;

  constructor(value: string) {
    super();
    this.value = value;
  }

  override method(name: string): Method<HostObject> | undefined {
    if (name === 'toString') return { arity: none, run: () => this.value };
    return name === 'equals' ? { arity: one, run: (_self, [other]) => this.equals(other) } : undefined;
  }

  override members(): Iterable<string> {
    return ['toString', 'equals'];
  }

  override equals(other: unknown): boolean {
    return other instanceof Uuid && other.value === this.value;
  }

  text(): string {
    return this.value;
  }

  data(): unknown {
    return this.value;
  }
}

/** `java.util.Random`; a seed is accepted and has no effect. */
class JavaRandom extends HostObject {
  readonly typeName = 'Random';

  override method(name: string): Method<HostObject> | undefined {
    return RANDOM_METHODS.get(name);
  }

  override members(): Iterable<string> {
    return RANDOM_METHODS.keys();
  }

  text(): string {
    return 'Random';
  }

  data(): unknown {
    return null;
  }
}

const RANDOM_METHODS: ReadonlyMap<string, Method<HostObject>> = new Map<string, Method<HostObject>>([
  ['nextInt', { arity: [0, 2], run: (_self, args, env) => nextInt(args, env) }],
  ['nextLong', { arity: none, run: (_self, _args, env) => Math.floor((env.context.random() - 0.5) * 2 ** 53) }],
  ['nextDouble', { arity: none, run: (_self, _args, env) => Double.of(env.context.random()) }],
  ['nextBoolean', { arity: none, run: (_self, _args, env) => env.context.random() < 0.5 }],
]);

function nextInt(args: readonly unknown[], env: Env): number {
  const least = args.length === 2 ? intArg(args[0], 'nextInt') : args.length === 1 ? 0 : -(2 ** 31);
  const end = args.length === 0 ? 2 ** 31 : intArg(args.at(-1), 'nextInt');
  if (end <= least) throw evaluationError('nextInt needs a positive bound');
  return least + Math.floor(env.context.random() * (end - least));
}

function uuidOf(text: unknown): Uuid {
  const value = stringArg(text, 'fromString').toLowerCase();
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(value))
    throw helperError(`Invalid UUID string: ${value.slice(0, 50)}`);
  return new Uuid(value);
}

/** `Random` and `UUID`; both draw from the chance of the evaluation. */
export const CHANCE_TYPES: readonly TypeDefinition[] = [
  define('java.util', 'Random', { holds: (value) => value instanceof JavaRandom, construct: () => new JavaRandom() }),
  define('java.util', 'UUID', {
    statics: new Map<string, Static>([
      ['randomUUID', { arity: none, run: (_self, _args, env) => new Uuid(env.context.uuid()) }],
      ['fromString', { arity: one, run: (_self, [text]) => uuidOf(text) }],
    ]),
    holds: (value) => value instanceof Uuid,
  }),
];
