import { flag, optionalChoice, optionalNumber, optionalText } from '../kit/fields.ts';
import { anything, neededObject, openList, openObject } from './fields.ts';
import { type KeptStage, keptStage } from './kept-stage.ts';

const WHY =
  'Metrics are not judged in pipelines here. Put a `manualJudgment` stage in its place, or a `webhook` stage that asks the service that judges them and waits for its verdict.';

type Told = Parameters<typeof keptStage>[0];
const canary = (told: Omit<Told, 'why' | 'group'>): KeptStage => keptStage({ ...told, group: 'Verify', why: WHY });

const configField = {
  canaryConfig: openObject('Analysis', 'Config, accounts, scopes, thresholds and times of the analysis.'),
};

/** Stages that compare a canary with its baseline. */
export const keptCanaryStages: readonly KeptStage[] = [
  canary({
    type: 'kayentaCanary',
    label: 'Canary analysis',
    description: 'Compares metrics of a canary with those of its baseline, several times, and decides.',
    fields: {
      analysisType: optionalChoice(['realTimeAutomatic', 'realTime', 'retrospective'], {
        label: 'Kind',
        help: 'With server groups of its own, on running ones, or on times gone by.',
      }),
      canaryConfig: neededObject('Analysis', 'Config, accounts, scopes, thresholds and times of the analysis.'),
      deployments: openObject('Server groups', 'Baseline and canary to deploy and to clean up.'),
      isNew: flag({ label: 'New', help: 'Left by the editor.', widget: 'hidden' }),
    },
  }),
  canary({
    type: 'runCanaryIntervals',
    internal: true,
    label: 'Run canary intervals',
    description: 'Plans the waits and judgments of an analysis.',
    fields: configField,
  }),
  canary({
    type: 'runCanary',
    internal: true,
    label: 'Run canary',
    description: 'Judges one interval.',
    fields: {
      canaryConfigId: optionalText({ label: 'Config', help: 'Id of the config.' }),
      scopes: anything('Scopes', 'What is compared with what, and when.'),
      scoreThresholds: openObject('Thresholds', 'Scores for pass and marginal.'),
      metricsAccountName: optionalText({ label: 'Metrics account', help: 'Where metrics are read.' }),
      storageAccountName: optionalText({ label: 'Storage account', help: 'Where results are kept.' }),
    },
  }),
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
