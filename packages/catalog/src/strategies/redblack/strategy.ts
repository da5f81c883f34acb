import { inSequence, planStrategy, type SyntheticSpec } from '../../kit/index.ts';
import { redblackStrategy } from './definition.ts';

const pause = (name: string, seconds: number | null | undefined): readonly SyntheticSpec[] =>
  seconds ? [{ type: 'wait', name, context: { waitTime: seconds } }] : [];

/**
 * Earlier groups are disabled only after the new one was read healthy and in traffic once more. What cannot be undone,
 * destroying, comes last: a failed disable never follows a deletion.
 */
export const redblack = planStrategy(redblackStrategy, {
  after({ options, target, cluster, serverGroup, needed, source }) {
    const keepServing = { serverGroup, needed };
    if (!source) return [];
    const scaleDown: readonly SyntheticSpec[] = options.scaleDown
      ? [
          ...pause('Wait before scaling down', options.delayBeforeScaleDownSec),
          {
            type: 'scaleDownCluster',
            name: `Scale down ${cluster}`,
            context: {
              ...target,
              remainingFullSizeServerGroups: 1,
              preferLargerOverNewer: false,
              allowScaleDownActive: false,
              continueIfClusterNotFound: true,
              keepServing,
            },
          },
        ]
      : [];
    const shrink: readonly SyntheticSpec[] = options.maxRemainingAsgs
      ? [
          {
            type: 'shrinkCluster',
            name: `Shrink ${cluster}`,
            context: {
              ...target,
              shrinkToSize: options.maxRemainingAsgs,
              allowDeleteActive: options.allowDeleteActive === true,
              retainLargerOverNewer: false,
              continueIfClusterNotFound: true,
              keepServing,
            },
          },
        ]
      : [];
    return inSequence([
      ...pause('Wait before disabling', options.delayBeforeCleanup || options.delayBeforeDisableSec),
      {
        type: 'disableCluster',
        name: `Disable ${cluster}`,
        context: {
          ...target,
          remainingEnabledServerGroups: 1,
          preferLargerOverNewer: false,
          continueIfClusterNotFound: true,
          keepServing,
        },
      },
      {
        type: 'resizeServerGroup',
        name: `Give ${source.name} its minimum size back`,
        context: {
          ...target,
          serverGroupName: source.name,
          action: 'scale_exact',
          capacity: { min: source.capacity.min },
          unpinMinimumCapacity: true,
        },
      },
      ...scaleDown,
      ...shrink,
    ]);
  },
});
