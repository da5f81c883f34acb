import type { WarmPool } from '../../kit/ports/index.ts';
import type { WarmPoolContext } from './definition.ts';

/** The pool as the stage wants it: only what it says. */
export function poolOf({ warmPool, ...own }: WarmPoolContext): Partial<WarmPool> {
  const minSize = own.minSize ?? warmPool?.minSize;
  const prepared = own.maxGroupPreparedCapacity ?? warmPool?.maxGroupPreparedCapacity;
  const poolState = own.poolState ?? warmPool?.poolState;
  const reuseOnScaleIn =
    own.reuseOnScaleIn ??
    own.instanceReusePolicy?.reuseOnScaleIn ??
    warmPool?.reuseOnScaleIn ??
    warmPool?.instanceReusePolicy?.reuseOnScaleIn;
  return {
    ...(minSize == null ? {} : { minSize }),
    ...(prepared == null ? {} : { maxPrepared: prepared === -1 ? null : prepared }),
    ...(poolState == null ? {} : { poolState }),
    ...(reuseOnScaleIn == null ? {} : { reuseOnScaleIn }),
  };
}

/** True when a pool has everything that is wanted. */
export const hasAll = (pool: WarmPool, wanted: Partial<WarmPool>): boolean =>
  Object.entries({ ...pool, ...wanted }).every(([key, value]) => pool[key as keyof WarmPool] === value);
