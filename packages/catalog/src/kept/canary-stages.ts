import { optionalNumber } from '../kit/fields.ts';
import { openList, openObject } from './fields.ts';
import { type KeptStage, keptStage } from './kept-stage.ts';

const WHY =
  'Server groups of a canary are deployed by stages of their own here. Deploy baseline and canary, and compare them with a `kayentaCanary` stage.';

type Told = Parameters<typeof keptStage>[0];
const canary = (told: Omit<Told, 'why' | 'group'>): KeptStage => keptStage({ ...told, group: 'Verify', why: WHY });

/** Stages that compare a canary with its baseline. */
export const keptCanaryStages: readonly KeptStage[] = [
  canary({
    type: 'deployCanaryServerGroups',
    internal: true,
    label: 'Deploy canary server groups',
    description: 'Deploys baseline and canary.',
    fields: { deployments: openObject('Server groups', 'Baseline and canary to deploy.') },
  }),
  canary({
    type: 'cleanupCanaryClusters',
    internal: true,
    label: 'Clean up canary clusters',
    description: 'Takes baseline and canary away.',
    fields: { deployments: openObject('Server groups', 'Baseline and canary to clean up.') },
  }),
  canary({
    type: 'canary',
    label: 'Canary (old)',
    description: 'The first kind of canary, which deploys and judges.',
    fields: {
      canary: openObject('Canary', 'Owner, health check and thresholds.'),
      clusterPairs: openList('Server groups', 'Pairs of baseline and canary.'),
      baseline: openObject('Baseline', 'Cluster the baseline is made from.'),
      scaleUp: openObject('Growth', 'When and how the canary grows.'),
    },
  }),
  canary({
    type: 'acaTask',
    label: 'Canary analysis (old)',
    description: 'The first kind of analysis, without a deploy.',
    fields: {
      canary: openObject('Canary', 'Owner, health check and thresholds.'),
      baseline: openObject('Baseline', 'What is compared with.'),
      lifetimeHours: optionalNumber({ label: 'Time', help: 'How long it is watched.', unit: 'h' }),
    },
  }),
];
