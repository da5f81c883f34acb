import { defineStage } from '@gennaker/pipeline-dsl';
import * as z from 'zod';
import { actedOnOutputs, targetFields } from '../../clusters/fields.ts';
import { clusterLocks } from '../../clusters/locks.ts';
import { describeField, flag, optionalChoice, optionalNumber } from '../../kit/fields.ts';

const MOST = 10_000;

const poolFields = {
  minSize: optionalNumber(
    {
      label: 'At least',
      help: 'Instances kept in the pool at least. Left out: as it is; 0 in a new pool.',
      group: 'Pool',
    },
    { max: MOST },
  ),
  maxGroupPreparedCapacity: optionalNumber(
    {
      label: 'Together at most',
      help: 'Instances of group and pool together. -1: as many as the group may have. Left out: as it is.',
      group: 'Pool',
    },
    { min: -1, max: MOST },
  ),
  poolState: optionalChoice(['Stopped', 'Running', 'Hibernated'], {
    label: 'State',
    help: 'How instances wait. Left out: as it is; Stopped in a new pool.',
    group: 'Pool',
  }),
  reuseOnScaleIn: flag({
    label: 'Use again',
    help: 'Instances that a shrinking group gives up go back into the pool. Left out: as it is.',
    group: 'Pool',
  }),
  instanceReusePolicy: describeField(z.looseObject({ reuseOnScaleIn: z.boolean().nullish() }).nullish(), {
    label: 'Use again (other spelling)',
    help: 'Read when `reuseOnScaleIn` is absent.',
    widget: 'hidden',
  }),
};

export const modifyWarmPoolStage = defineStage({
  type: 'modifyWarmPool',
  version: 1,
  provider: 'aws',
  label: 'Modify warm pool',
  description: 'Saves or deletes the instances that a server group keeps ready.',
  group: 'Cluster',
  icon: 'thermometer',
  context: z.looseObject({
    ...targetFields,
    action: optionalChoice(['upsert', 'delete'], {
      label: 'Action',
      help: 'Save the pool, or delete it. Left out: save.',
      group: 'Pool',
    }),
    ...poolFields,
    warmPool: describeField(z.looseObject(poolFields).nullish(), {
      label: 'Pool (other spelling)',
      help: 'The fields of the pool in one object; each is read when the stage itself leaves it out.',
      widget: 'hidden',
    }),
    forceDelete: flag({
      label: 'By force',
      help: 'Deletes the pool with its instances at once, without their hooks. Off: the pool is emptied first.',
      group: 'Pool',
    }),
  }),
  outputs: actedOnOutputs,
  changesTheWorld: true,
  locks: clusterLocks,
  clearOnRestart: ['chosenServerGroups'],
});

export type WarmPoolContext = z.output<typeof modifyWarmPoolStage.context>;
