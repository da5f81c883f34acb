import { defineStage } from '@gennaker/pipeline-dsl';
import * as z from 'zod';
import { actedOnOutputs, GUARD_FACTS, healthFields, safetyFields, targetFields } from '../../clusters/fields.ts';
import { clusterLocks } from '../../clusters/locks.ts';
import { describeField, flag, optionalChoice, optionalNumber, secondsField } from '../../kit/fields.ts';

const size = z.coerce.number().int().min(0).max(10_000).nullish();
const partialCapacity = z.looseObject({ min: size, desired: size, max: size });

export const resizeServerGroupStage = defineStage({
  type: 'resizeServerGroup',
  version: 1,
  provider: 'aws',
  label: 'Resize server group',
  description: 'Changes the number of instances of a server group and waits for them.',
  group: 'Cluster',
  icon: 'scaling',
  context: z.looseObject({
    ...targetFields,
    action: optionalChoice(['scale_exact', 'scale_up', 'scale_down', 'scale_to_cluster', 'scale_to_server_group'], {
      label: 'How',
      help: 'To a given size, up or down by some, to the largest of the cluster, or to another server group’s size. Default: a given size.',
      group: 'Size',
      order: 10,
    }),
    resizeType: unitChoice(),
    capacity: describeField(partialCapacity.nullish(), {
      label: 'Size',
      help: 'For a given size; numbers left out stay as they are.',
      group: 'Size',
      order: 11,
      widget: 'capacity',
    }),
    scalePct: shareField('By per cent', 'Share to add or take, or share of the wanted number.'),
    scaleNum: optionalNumber(
      { label: 'By number', help: 'Instances to add or take.', group: 'Size', order: 13 },
      { max: 10_000 },
    ),
    source: describeField(
      z
        .looseObject({
          serverGroupName: z.string().nullish(),
          asgName: z.string().nullish(),
          region: z.string().nullish(),
        })
        .nullish(),
      {
        label: 'Like',
        help: 'Server group whose size is taken.',
        group: 'Size',
        order: 14,
      },
    ),
    constraints: describeField(z.looseObject({ capacity: partialCapacity.nullish() }).nullish(), {
      label: 'Only when',
      help: 'With `capacity`: the size that the server group must have before, else the stage fails and changes nothing.',
      group: 'Size',
      widget: 'hidden',
    }),
    pinCapacity: flag({
      label: 'Pin',
      help: 'Sets least and greatest to the wanted number: autoscaling changes nothing.',
      group: 'Size',
      order: 15,
    }),
    pinMinimumCapacity: flag({
      label: 'Pin the minimum',
      help: 'Sets the least to the wanted number.',
      group: 'Size',
      order: 16,
    }),
    unpinMinimumCapacity: flag({
      label: 'Release the minimum',
      help: 'Sets the least back, never above what it is now. Wanted and greatest stay.',
      group: 'Size',
      order: 17,
    }),
    ...safetyFields,
    ...healthFields,
    meantCapacity: describeField(partialCapacity.nullish(), {
      label: 'Size meant in the end',
      help: 'Kept with the server group while it has another size, for a rollback to grow it to.',
      widget: 'hidden',
    }),
    mustExist: flag({ label: 'Must exist', help: 'Fails when the server group does not exist.', widget: 'hidden' }),
    stableSeconds: secondsField({
      label: 'Stay healthy for',
      help: 'Instances must stay healthy this long before the stage ends. Default 0.',
      group: 'Health',
    }),
  }),
  outputs: actedOnOutputs,
  changesTheWorld: true,
  locks: clusterLocks,
  changesTraffic: true,
  clearOnRestart: ['chosenServerGroups', 'resizedTo', ...GUARD_FACTS],
});

function unitChoice() {
  return optionalChoice(['pct', 'incr', 'exact'], {
    label: 'By',
    help: 'Tells whether the per cent or the number counts when both are there.',
    group: 'Size',
    widget: 'hidden',
  });
}

function shareField(label: string, help: string) {
  return optionalNumber({ label, help, unit: '%', group: 'Size', order: 12 }, { max: 1_000 });
}
