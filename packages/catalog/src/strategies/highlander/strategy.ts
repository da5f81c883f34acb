import { inSequence, planStrategy } from '../../kit/index.ts';
import { highlanderStrategy } from './definition.ts';

export const highlander = planStrategy(highlanderStrategy, {
  after: ({ target, cluster, serverGroup, needed }) =>
    inSequence([
      {
        type: 'shrinkCluster',
        name: `Shrink ${cluster} to the new server group`,
        context: {
          ...target,
          shrinkToSize: 1,
          allowDeleteActive: true,
          retainLargerOverNewer: false,
          continueIfClusterNotFound: true,
          keepServing: { serverGroup, needed },
        },
      },
    ]),
});
