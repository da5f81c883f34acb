import { defineStage } from '@gennaker/pipeline-dsl';
import * as z from 'zod';
import { windowScopesSchema } from '../../canary/fields.ts';
import { describeField, number, secondsField, text } from '../../kit/fields.ts';

const hidden = (label: string, help: string) => ({ label, help, widget: 'hidden' });

export const runCanaryStage = defineStage({
  type: 'runCanary',
  version: 1,
  label: 'Run canary',
  description: 'Judges one interval of an analysis.',
  group: 'Verify',
  icon: 'scale',
  internal: true,
  context: z.looseObject({
    canaryConfigId: text(hidden('Config', 'Id of the canary config.')),
    canaryConfigVersion: number(hidden('Version', 'The version of it that judges.')),
    metricsAccountName: text(hidden('Metrics account', 'Account whose metrics are read.')),
    scopes: describeField(windowScopesSchema, hidden('Scopes', 'What is compared with what, and when.')),
    scoreThresholds: describeField(
      z.looseObject({ pass: z.number(), marginal: z.number() }),
      hidden('Thresholds', 'Scores for pass and marginal.'),
    ),
    look: describeField(
      z.looseObject({ number: z.number(), planned: z.number(), isSliding: z.boolean().optional() }),
      hidden('Number', 'Which of the planned judgments it is.'),
    ),
    dataDelaySeconds: secondsField(hidden('Delay of data', 'How long after the window its metrics are complete.')),
  }),
  outputs: z.looseObject({
    canaryPipelineExecutionId: z.string().optional().describe('Id of the report'),
    canaryScore: z.number().optional().describe('Score of this judgment, of 100'),
    canaryScoreMessage: z.string().optional().describe('What decided, as a sentence'),
    warnings: z.array(z.string()).optional().describe('What makes the judgment weaker'),
  }),
  clearOnRestart: ['canaryScore', 'canaryScoreMessage', 'canaryPipelineExecutionId', 'canaryPipelineStatus'],
});
