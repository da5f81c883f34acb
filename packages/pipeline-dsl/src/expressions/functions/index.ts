import type { Env } from '../env.ts';
import { evaluationError } from '../errors.ts';
import { toData } from '../values.ts';
import { EXECUTION_FUNCTIONS } from './execution.ts';
import { type ExpressionFunction, provided, TEXT_FUNCTIONS } from './text.ts';

const FUNCTIONS: ReadonlyMap<string, ExpressionFunction> = new Map([...TEXT_FUNCTIONS, ...EXECUTION_FUNCTIONS]);

/** Names of all built-in helper functions, for editors. */
export const FUNCTION_NAMES: readonly string[] = [...FUNCTIONS.keys()].sort();

/** Fewest and most arguments of a built-in helper; undefined when there is none of that name. */
export const functionArity = (name: string): readonly [number, number] | undefined => FUNCTIONS.get(name)?.arity;

/** Calls `#name(args)`: a built-in helper, else one of an extension. */
export function callFunction(name: string, args: readonly unknown[], env: Env): unknown {
  const known = FUNCTIONS.get(name);
  if (known) {
    const [least, most] = known.arity;
    if (args.length < least || args.length > most)
      throw evaluationError(`#${name} does not take ${args.length} arguments`);
    const result = known.run(args, env);
    if (typeof result === 'string') env.budget.text(result.length);
    return result;
  }
  const extension = env.context.extensions?.get(name);
  if (!extension) throw evaluationError(`unknown function '#${name}'`, { wanted: name, names: () => FUNCTION_NAMES });
  const plain = args.map((arg) => toData(arg, env));
  return provided(name, () => extension(plain));
}
