import type { ExecutionStore } from '../ports.ts';

/** Thrown in place of a process that died. */
export class Died extends Error {}

const CALLS = ['claim', 'commit', 'commitStart', 'signals', 'takeLocks'] as const;

/**
 * A store whose user dies at the nth call: before it has any effect, or after it with the answer lost. Counts calls,
 * so that a run that ends can be crashed at each of them.
 */
export function crashingStore(
  store: ExecutionStore,
  plan: { at: number; side: 'before' | 'after' },
): { store: ExecutionStore; calls(): number } {
  let calls = 0;
  let dead = false;
  const crash = (): never => {
    dead = true;
    throw new Died();
  };
  const handler: ProxyHandler<ExecutionStore> = {
    get(target, name) {
      const value = Reflect.get(target, name) as unknown;
      if (typeof value !== 'function') return value;
      const call = value.bind(target) as (...args: unknown[]) => Promise<unknown>;
      if (!(CALLS as readonly (string | symbol)[]).includes(name)) return call;
      return async (...args: unknown[]) => {
        calls += 1;
        if (dead || (calls === plan.at && plan.side === 'before')) crash();
        const answer = await call(...args);
        if (calls === plan.at && plan.side === 'after') crash();
        return answer;
      };
    },
  };
  return { store: new Proxy(store, handler), calls: () => calls };
}
