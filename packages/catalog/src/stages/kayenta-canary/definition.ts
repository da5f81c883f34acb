import { defineStage } from '@gennaker/pipeline-dsl';
import * as z from 'zod';
import { analysisSchema } from '../../canary/fields.ts';
import { describeField, flag, optionalChoice } from '../../kit/fields.ts';

export const kayentaCanaryStage = defineStage({
  type: 'kayentaCanary',
  version: 1,
  label: 'Canary analysis',
  description: 'Compares metrics of a canary with those of its baseline, several times, and decides.',
  group: 'Verify',
  icon: 'bird',
  context: z.looseObject({
    analysisType: optionalChoice(['realTimeAutomatic', 'realTime', 'retrospective'], {
      label: 'Kind',
      help: 'On server groups that run (`realTime`), or on times gone by (`retrospective`).',
      order: 1,
    }),
    canaryConfig: describeField(analysisSchema, {
      label: 'Analysis',
      help: 'Config, scopes, scores and times of the analysis.',
      required: true,
      order: 2,
    }),
    deployments: describeField(z.looseObject({}).nullish(), {
      label: 'Server groups',
      help: 'Baseline and canary to deploy and to clean up. Not carried out: deploy them in stages before.',
      widget: 'hidden',
    }),
    isNew: flag({ label: 'New', help: 'Left by the editor.', widget: 'hidden' }),
  }),
  outputs: z.looseObject({
    canaryScore: z.number().optional().describe('Score of the last judgment, of 100'),
    canaryScores: z.array(z.number()).optional().describe('Scores of all judgments, in order'),
    canaryScoreMessage: z.string().optional().describe('What the scores came to'),
    warnings: z.array(z.string()).optional().describe('What makes the judgment weaker'),
  }),
  clearOnRestart: ['canaryScore', 'canaryScores', 'canaryScoreMessage', 'intervalStageId'],
});
