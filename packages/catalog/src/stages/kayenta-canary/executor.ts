import type { Stage } from '@gennaker/pipeline-dsl';
import type * as z from 'zod';
import { executeStage, inSequence, type PlanView, succeeded, type TaskResult } from '../../kit/index.ts';
import { kayentaCanaryStage } from './definition.ts';

type View = PlanView<z.output<typeof kayentaCanaryStage.context>>;

const childrenOf = (view: View, parent: string): readonly Stage[] =>
  view.stages.filter(({ parentStageId }) => parentStageId === parent);

/** Adds up what the intervals came to. One that failed has ended the stage before. */
function aggregate(view: View): TaskResult {
  const intervals = childrenOf(view, view.stage.id).find(({ type }) => type === 'runCanaryIntervals');
  const runs = intervals ? childrenOf(view, intervals.id).filter(({ type }) => type === 'runCanary') : [];
  const canaryScores = runs.flatMap(({ outputs: { canaryScore } }) =>
    typeof canaryScore === 'number' ? [canaryScore] : [],
  );
  const last = runs.at(-1)?.outputs ?? {};
  const lists = runs.flatMap(({ outputs: { warnings } }) => (Array.isArray(warnings) ? warnings.map(String) : []));
  const results = {
    canaryScore: canaryScores.at(-1),
    canaryScores,
    canaryScoreMessage: last['canaryScoreMessage'],
    warnings: [...new Set(lists)],
  };
  return succeeded(results, { ...results, intervalStageId: intervals?.id });
}

export const kayentaCanary = executeStage(kayentaCanaryStage, {
  needs: [],
  before: ({ context: { canaryConfig, deployments } }) =>
    inSequence([
      {
        type: 'runCanaryIntervals',
        name: 'Run Canary Intervals',
        context: { canaryConfig, ...(deployments ? { deployments } : {}) },
      },
    ]),
  tasks: [{ name: 'aggregateCanaryResults', instant: true, run: aggregate }],
});
