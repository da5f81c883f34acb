import type { Failure } from '@gennaker/pipeline-dsl';
import type * as z from 'zod';
import { questionsOf, scopeProblems, scopesIn } from '../../canary/scopes.ts';
import { planWindows } from '../../canary/windows.ts';
import {
  executeStage,
  failed,
  inSequence,
  type PlanView,
  type SyntheticSpec,
  succeeded,
  type TaskResult,
  type TaskRun,
} from '../../kit/index.ts';
import type { StoredCanaryConfig } from '../../kit/ports/index.ts';
import { runCanaryIntervalsStage } from './definition.ts';

type Context = z.output<typeof runCanaryIntervalsStage.context>;
type Run = TaskRun<Context, 'judge' | 'metrics'>;

const DEFAULT_THRESHOLDS = { pass: 75, marginal: 50 };
const DEFAULT_DELAY_SECONDS = 60;

const thresholdsOf = ({ canaryConfig: { scoreThresholds } }: Context) => ({
  pass: scoreThresholds?.pass ?? DEFAULT_THRESHOLDS.pass,
  marginal: scoreThresholds?.marginal ?? Math.min(DEFAULT_THRESHOLDS.marginal, scoreThresholds?.pass ?? 100),
});

const cannotStart = (problems: readonly string[]): Failure => ({
  code: 'canary.cannot-start',
  message: `The analysis cannot start. ${problems.join(' ')}`,
  advice: 'Correct the stage or its canary config. Nothing was judged.',
  details: { errors: problems },
});

/** Faults of the stage that can be told without its config. */
function ownProblems(context: Context): readonly string[] {
  const { canaryConfig, deployments } = context;
  const { pass, marginal } = thresholdsOf(context);
  return [
    ...(deployments
      ? [
          'The field "deployments" asks to deploy a baseline and a canary, which this stage does not do. Deploy both in stages before, name their server groups in the scopes, and take the field out.',
        ]
      : []),
    ...(canaryConfig.canaryConfigId || canaryConfig.canaryConfigName
      ? []
      : ['It names no canary config (canaryConfigId or canaryConfigName).']),
    ...(canaryConfig.metricsAccountName ? [] : ['It names no account whose metrics are read (metricsAccountName).']),
    ...((canaryConfig.scopes ?? []).length > 0
      ? []
      : ['It has no scopes, so nothing says what is compared with what.']),
    ...(marginal > 0 && marginal <= pass
      ? []
      : [`The scores are pass ${pass} and marginal ${marginal}; marginal must be above 0 and not above pass.`]),
  ];
}

/** Faults that only the config shows: scopes it compares, words its queries name. */
async function problemsWith(run: Run, stored: StoredCanaryConfig): Promise<readonly string[]> {
  const { canaryConfig } = run.context;
  const problems = scopeProblems(stored, canaryConfig);
  if (problems.length > 0) return problems;
  const scopes = scopesIn(canaryConfig, { start: run.now(), end: run.now() });
  const questions = (['control', 'experiment'] as const).flatMap((side) => questionsOf(stored, scopes, side));
  const found = await Promise.all(questions.map((question) => run.ports.metrics.problemsOf(question)));
  return [...new Set(found.flat())];
}

async function setUp(run: Run): Promise<TaskResult> {
  const { canaryConfig } = run.context;
  const own = ownProblems(run.context);
  if (own.length > 0) return failed(cannotStart(own));
  const analysisStart = run.stage.startTime;
  planWindows(canaryConfig, analysisStart);
  const { canaryConfigId: id, canaryConfigName: name } = canaryConfig;
  const stored = await run.ports.judge.config({ application: run.execution.application, id, name });
  const problems =
    stored.config.metrics.length === 0
      ? [`Canary config "${stored.config.name}" has no metrics.`]
      : await problemsWith(run, stored);
  if (problems.length > 0) return failed(cannotStart(problems));
  return succeeded(undefined, { canaryConfigId: stored.id, canaryConfigVersion: stored.version, analysisStart });
}

function plan({ context }: PlanView<Context>): readonly SyntheticSpec[] {
  const { canaryConfig, canaryConfigId, canaryConfigVersion, analysisStart } = context;
  const { windows, warmUpUntil, isRetrospective, isSliding } = planWindows(canaryConfig, analysisStart ?? 0);
  const waitUntil = (name: string, epochMillis: number): SyntheticSpec => ({
    type: 'waitUntil',
    name,
    context: { epochMillis },
  });
  const judged = windows.flatMap((window, i): readonly SyntheticSpec[] => [
    ...(isRetrospective ? [] : [waitUntil(`Interval Wait #${i + 1}`, window.end)]),
    {
      type: 'runCanary',
      name: `Run Canary #${i + 1}`,
      context: {
        canaryConfigId,
        canaryConfigVersion,
        metricsAccountName: canaryConfig.metricsAccountName,
        scopes: scopesIn(canaryConfig, window),
        scoreThresholds: thresholdsOf(context),
        look: { number: i + 1, planned: windows.length, isSliding },
        dataDelaySeconds: canaryConfig.dataDelaySeconds ?? DEFAULT_DELAY_SECONDS,
      },
    },
  ]);
  return [...(warmUpUntil === null ? [] : [waitUntil('Warmup Wait', warmUpUntil)]), ...judged];
}

export const runCanaryIntervals = executeStage(runCanaryIntervalsStage, {
  needs: ['judge', 'metrics'],
  tasks: [{ name: 'setUpCanary', run: setUp }],
  after: (view) => inSequence(plan(view)),
});
