import type { Failure, JsonObject } from '@gennaker/pipeline-dsl';
import type * as z from 'zod';
import { questionsOf } from '../../canary/scopes.ts';
import {
  days,
  executeStage,
  failed,
  seconds,
  succeeded,
  type TaskResult,
  type TaskRun,
  waitFor,
} from '../../kit/index.ts';
import type { CanaryVerdict } from '../../kit/ports/index.ts';
import { runCanaryStage } from './definition.ts';

type Context = z.output<typeof runCanaryStage.context>;
type Run = TaskRun<Context, 'judge' | 'metrics'>;

/** With fewer points of the baseline than this a judgment is weak. */
const FEW_POINTS = 50;

/** Reads all metrics of both sides in one go, and has them judged. */
async function judgeWindow(run: Run): Promise<CanaryVerdict> {
  const { canaryConfigId, canaryConfigVersion, metricsAccountName, scopes, scoreThresholds, look } = run.context;
  const { application } = run.execution;
  const config = await run.ports.judge.config({ application, id: canaryConfigId, version: canaryConfigVersion });
  const controls = questionsOf(config, scopes, 'control');
  const questions = [...controls, ...questionsOf(config, scopes, 'experiment')];
  const answers = await run.ports.metrics.fetch(metricsAccountName, questions, run.abort);
  const control = answers.slice(0, controls.length);
  const verdict = await run.ports.judge.judge(
    {
      application,
      config,
      thresholds: scoreThresholds,
      look,
      metricsAccount: metricsAccountName,
      scopes,
      control,
      experiment: answers.slice(controls.length),
    },
    run.operation('judge'),
  );
  const fewest = Math.min(...control.flat().map(({ values }) => values.filter(Number.isFinite).length));
  const few = `A metric has ${fewest} points of the baseline; with fewer than ${FEW_POINTS} only large differences are seen.`;
  return { ...verdict, warnings: [...(fewest < FEW_POINTS ? [few] : []), ...verdict.warnings] };
}

const inWords = (score: number): string => String(Math.round(score * 100) / 100);

/** One sentence: the score, what it had to reach, and what decided. */
function messageOf({ score, reason, telling }: CanaryVerdict, { scoreThresholds, look }: Context): string {
  const { pass, marginal } = scoreThresholds;
  const whole = `Judgment ${look.number} of ${look.planned}: score ${inWords(score)} of 100 (pass from ${pass}, marginal from ${marginal}). ${reason}`;
  const [first] = telling;
  return first && !reason.includes(first.reason) ? `${whole} ${first.metric}: ${first.reason}` : whole;
}

const stopped = (message: string, { verdict, telling, id }: CanaryVerdict): Failure => ({
  code: verdict === 'fail' ? 'canary.failed' : 'canary.not-passed',
  message,
  advice:
    verdict === 'fail'
      ? 'Look at the report of the judgment for the metrics that decided.'
      : 'Nothing shows that the canary is worse, and nothing that it is not. Watch it longer, or let a person judge.',
  details: {
    verdict,
    canaryPipelineExecutionId: id,
    deciding: telling.map(({ metric, reason }) => `${metric}: ${reason}`),
  },
});

function outcomeOf(run: Run, verdict: CanaryVerdict): TaskResult {
  const { look, scopes, canaryConfigId } = run.context;
  const message = messageOf(verdict, run.context);
  const outputs: JsonObject = {
    canaryPipelineExecutionId: verdict.id,
    canaryScore: verdict.score,
    canaryScoreMessage: message,
    canaryVerdict: verdict.verdict,
    telling: verdict.telling,
    warnings: verdict.warnings,
  };
  const at = run.now();
  const context = {
    ...outputs,
    canaryPipelineStatus: 'SUCCEEDED',
    durationString: durationOf(scopes),
    lastUpdated: at,
    lastUpdatedIso: new Date(at).toISOString(),
    canaryConfigId,
  };
  const isLast = look.number >= look.planned;
  if (verdict.verdict === 'fail' || (isLast && verdict.verdict !== 'pass'))
    return failed(stopped(message, verdict), { outputs, context });
  return succeeded(outputs, context);
}

function durationOf(scopes: Context['scopes']): string {
  const [first] = Object.values(scopes);
  const ms = first ? first.experimentScope.end - first.experimentScope.start : 0;
  return `PT${Math.round(ms / 60_000)}M`;
}

/** When the metrics of the window are complete, epoch ms. */
const readyAt = ({ scopes, dataDelaySeconds }: Context): number =>
  Math.max(...Object.values(scopes).map(({ experimentScope }) => experimentScope.end)) + seconds(dataDelaySeconds ?? 0);

/** Longest single sleep: timers take no more than 2^31 ms. */
const LONGEST_SLEEP_MS = days(20);

function awaitMetrics(run: Run): TaskResult {
  const until = readyAt(run.context);
  const left = until - run.now();
  if (left <= 0) return succeeded();
  const wait = { kind: 'time', reason: 'the metrics of the window to be complete', until } as const;
  return waitFor(wait, { afterMs: Math.min(left, LONGEST_SLEEP_MS) });
}

export const runCanary = executeStage(runCanaryStage, {
  needs: ['judge', 'metrics'],
  tasks: [
    { name: 'awaitMetrics', timeoutMs: days(36_500), run: awaitMetrics },
    { name: 'runCanary', run: async (run) => outcomeOf(run, await judgeWindow(run)) },
  ],
});
