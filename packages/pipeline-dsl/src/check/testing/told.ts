import * as z from 'zod';
import { checkPipeline, type Vocabulary } from '../../check-pipeline.ts';
import { applyFixes } from '../../document/index.ts';
import type { Finding } from '../../finding.ts';
import { defineStage } from '../../stage.ts';

const stageOf = (type: string, context: z.ZodType, more: object = {}) =>
  defineStage({
    type,
    version: 1,
    label: type,
    description: '',
    group: 'Control',
    icon: 'x',
    context,
    outputs: z.looseObject({}),
    ...more,
  });

/** Words of a small installation. */
export const vocabulary: Vocabulary = {
  stages: {
    toy: stageOf('toy', z.looseObject({ url: z.string().min(1).optional(), count: z.number().optional() })),
    wait: stageOf('wait', z.looseObject({ waitTime: z.coerce.number().min(0).nullish() })),
    pipeline: stageOf('pipeline', z.looseObject({ pipeline: z.string().min(1) })),
    deploy: stageOf('deploy', z.looseObject({ clusters: z.array(z.looseObject({})).nullish() }), { provider: 'aws' }),
    manualJudgment: stageOf('manualJudgment', z.looseObject({ instructions: z.string().nullish() }), {
      waitsForPeople: true,
    }),
    checkPreconditions: stageOf('checkPreconditions', z.looseObject({})),
    evaluateVariables: stageOf('evaluateVariables', z.looseObject({})),
    jenkins: stageOf('jenkins', z.looseObject({}), { runs: false, why: 'Use a webhook.' }),
    planned: stageOf('planned', z.looseObject({}), { internal: true }),
  },
  triggers: { webhook: {}, manual: {}, docker: { runs: false, why: 'Use a webhook.' } },
  strategies: { none: {}, redblack: {}, monitored: { runs: false, why: 'Use redblack.' } },
  notifications: { slack: {}, sms: { runs: false, why: 'Use slack.' } },
};

export const check = (more: object): Finding[] => checkPipeline({ application: 'a', name: 'n', ...more }, vocabulary);

/** `severity code pointer` of each finding. */
export const told = (more: object): string[] =>
  check(more).map(({ severity, code, pointer }) => `${severity} ${code} ${pointer}`);

/** A stage that has nothing wrong. */
export const toy = (refId: string, requisiteStageRefIds: string[] = [], more: object = {}): object => ({
  type: 'toy',
  name: `Toy ${refId}`,
  refId,
  requisiteStageRefIds,
  ...more,
});

/** Codes that are left once all fixes are applied. */
export function leftAfterFixes(more: object): string[] {
  const document = { application: 'a', name: 'n', ...more };
  return checkPipeline(applyFixes(document, check(more)).value, vocabulary).map(({ code }) => code);
}
