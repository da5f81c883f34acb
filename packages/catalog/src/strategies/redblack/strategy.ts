import { giveMinimumBack, pause, scaleDownOld, shrinkTo } from '../../clusters/strategy-stages.ts';
import { inSequence, planStrategy } from '../../kit/index.ts';
import { redblackStrategy } from './definition.ts';

/**
 * Earlier groups are disabled only after the new one was read healthy and in traffic once more. What cannot be undone,
 * destroying, comes last: a failed disable never follows a deletion.
 */
export const redblack = planStrategy(redblackStrategy, {
  after(view) {
    const { options, target, cluster, serverGroup, needed, source } = view;
    if (!source) return [];
    const keepServing = { serverGroup, needed };
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
      giveMinimumBack(target, source.name, source.capacity.min),
      ...(options.scaleDown ? scaleDownOld(view, keepServing, options.delayBeforeScaleDownSec) : []),
      ...(options.maxRemainingAsgs
        ? [shrinkTo(view, keepServing, options.maxRemainingAsgs, options.allowDeleteActive === true)]
        : []),
    ]);
  },
});
