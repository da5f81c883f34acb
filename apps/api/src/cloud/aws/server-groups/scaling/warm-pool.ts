import type { PutWarmPoolCommandInput, WarmPoolConfiguration } from '@aws-sdk/client-auto-scaling';
import type { Operation, WarmPool, WarmPoolPicture } from '@gennaker/catalog/kit';
import { isFailure } from '../../errors.ts';
import type { Place } from '../../place.ts';
import { refusal } from '../../refusal.ts';

/** AWS's own way to say: no limit. */
const NO_LIMIT = -1;

const settingsFrom = (pool: WarmPoolConfiguration): WarmPool => ({
  minSize: pool.MinSize ?? 0,
  maxPrepared:
    pool.MaxGroupPreparedCapacity === undefined || pool.MaxGroupPreparedCapacity === NO_LIMIT
      ? null
      : pool.MaxGroupPreparedCapacity,
  poolState: pool.PoolState ?? 'Stopped',
  reuseOnScaleIn: pool.InstanceReusePolicy?.ReuseOnScaleIn ?? false,
});

/** The warm pool of a group that exists; null when it has none. */
export async function warmPoolOf(place: Place, name: string): Promise<WarmPoolPicture | null> {
  let instances = 0;
  let token: string | undefined;
  let pool: WarmPoolConfiguration | undefined;
  do {
    const page = await place.autoScaling.describeWarmPool({ AutoScalingGroupName: name, NextToken: token });
    instances += page.Instances?.length ?? 0;
    pool ??= page.WarmPoolConfiguration;
    token = page.NextToken;
  } while (token);
  return pool ? { ...settingsFrom(pool), instances, beingDeleted: pool.Status === 'PendingDelete' } : null;
}

const inputOf = (name: string, pool: Partial<WarmPool>): PutWarmPoolCommandInput => ({
  AutoScalingGroupName: name,
  ...(pool.minSize === undefined ? {} : { MinSize: pool.minSize }),
  ...(pool.maxPrepared === undefined ? {} : { MaxGroupPreparedCapacity: pool.maxPrepared ?? NO_LIMIT }),
  ...(pool.poolState === undefined ? {} : { PoolState: pool.poolState }),
  ...(pool.reuseOnScaleIn === undefined ? {} : { InstanceReusePolicy: { ReuseOnScaleIn: pool.reuseOnScaleIn } }),
});

const isAlready = (known: WarmPool, wanted: Partial<WarmPool>): boolean =>
  (wanted.minSize ?? known.minSize) === known.minSize &&
  (wanted.maxPrepared === undefined ? known.maxPrepared : wanted.maxPrepared) === known.maxPrepared &&
  (wanted.poolState ?? known.poolState) === known.poolState &&
  (wanted.reuseOnScaleIn ?? known.reuseOnScaleIn) === known.reuseOnScaleIn;

/** Gives a group that exists this warm pool, or changes its own; nothing is sent when it has it already. */
export async function saveWarmPool(
  place: Place,
  name: string,
  pool: Partial<WarmPool>,
  operation: Operation,
): Promise<void> {
  const known = await warmPoolOf(place, name);
  if (known?.beingDeleted)
    throw refusal(
      place,
      'aws.busy',
      `The warm pool of server group ${name} in ${place.account.name} ${place.region} is being deleted, so it cannot be changed yet.`,
      'It is tried again when the deletion is over.',
      true,
    );
  if (known && isAlready(known, pool)) return;
  await place.autoScaling.putWarmPool(inputOf(name, pool), { abort: operation.abort });
}

/**
 * One round of taking a warm pool away. AWS deletes one that still has instances by force only; else it is told first
 * to hold none, which ends them with their hooks.
 */
export async function deleteWarmPool(
  place: Place,
  name: string,
  force: boolean,
  operation: Operation,
): Promise<'gone' | 'going'> {
  const known = await warmPoolOf(place, name);
  if (!known) return 'gone';
  if (known.beingDeleted) return 'going';
  if (!force) {
    await saveWarmPool(place, name, { minSize: 0, maxPrepared: 0, reuseOnScaleIn: false }, operation);
    if (known.instances > 0) return 'going';
  }
  try {
    await place.autoScaling.deleteWarmPool(
      { AutoScalingGroupName: name, ForceDelete: force },
      { abort: operation.abort },
    );
  } catch (error) {
    // Gone: what was read is older than the deletion. Busy: an instance came in meanwhile. The next round tells.
    if (!isFailure(error, 'aws.gone', 'aws.busy')) throw error;
  }
  return (await warmPoolOf(place, name)) ? 'going' : 'gone';
}
