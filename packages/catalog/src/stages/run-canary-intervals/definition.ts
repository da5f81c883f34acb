import { defineStage } from '@gennaker/pipeline-dsl';
import * as z from 'zod';
import { analysisSchema } from '../../canary/fields.ts';
import { describeField, optionalNumber, optionalText } from '../../kit/fields.ts';

export const runCanaryIntervalsStage = defineStage({
  type: 'runCanaryIntervals',
  version: 1,
  label: 'Run canary intervals',
  description: 'Finds the config of an analysis, and plans its waits and judgments.',
  group: 'Verify',
  icon: 'list-ordered',
  internal: true,
  context: z.looseObject({
    canaryConfig: describeField(analysisSchema, {
      label: 'Analysis',
      help: 'Config, scopes, scores and times of the analysis.',
      required: true,
    }),
    deployments: describeField(z.looseObject({}).nullish(), {
      label: 'Server groups',
      help: 'Refused where it is given.',
      widget: 'hidden',
    }),
    canaryConfigId: optionalText({ label: 'Config', help: 'The config that was found.', widget: 'hidden' }),
    canaryConfigVersion: optionalNumber({ label: 'Version', help: 'The version of it that judges.', widget: 'hidden' }),
    analysisStart: optionalNumber(
      { label: 'Start', help: 'From when on windows are counted, in ms since 1970-01-01 UTC.', widget: 'hidden' },
      { max: 8_640_000_000_000_000 },
    ),
  }),
  outputs: z.looseObject({}),
  clearOnRestart: ['canaryConfigId', 'canaryConfigVersion', 'analysisStart'],
});
