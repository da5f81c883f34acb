import { type Failure, FailureError, isJsonObject } from '@gennaker/pipeline-dsl';
import type * as z from 'zod';
import {
  again,
  executeStage,
  failed,
  hours,
  minutes,
  seconds,
  succeeded,
  type TaskResult,
  type TaskRun,
} from '../../kit/index.ts';
import type { DeploymentMonitor, HttpAnswer } from '../../kit/ports/index.ts';
import { askDeploymentMonitorStage } from './definition.ts';

type Context = z.output<typeof askDeploymentMonitorStage.context>;
type Run = TaskRun<Context, 'http' | 'monitors'>;

const ASK_AGAIN_MS = seconds(30);
/** Tries before a monitor counts as one that cannot be asked. */
const MOST_TRIES = 3;

type Directive = 'CONTINUE' | 'WAIT' | 'ABORT' | 'COMPLETE';
const DIRECTIVES: ReadonlySet<string> = new Set(['CONTINUE', 'WAIT', 'ABORT', 'COMPLETE']);

interface Verdict {
  readonly directive: Directive;
  readonly reasons: readonly string[];
}

/** Reads `{nextStep: {directive}, statusReasons: [{message}]}`; an answer without a directive is none. */
function verdictOf({ status, body }: HttpAnswer): Verdict | null {
  if (status < 200 || status >= 300) return null;
  const answer = parsed(body);
  if (!isJsonObject(answer)) return null;
  const { nextStep, statusReasons } = answer;
  const directive = isJsonObject(nextStep) ? String(nextStep['directive']).toUpperCase() : '';
  if (!DIRECTIVES.has(directive)) return null;
  const reasons = (Array.isArray(statusReasons) ? statusReasons : [])
    .map((reason: unknown) => (isJsonObject(reason) ? reason['message'] : reason))
    .filter((reason): reason is string => typeof reason === 'string' && reason !== '');
  return { directive: directive as Directive, reasons: reasons.slice(0, 20).map((reason) => reason.slice(0, 1_000)) };
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}

async function send(run: Run, monitor: DeploymentMonitor): Promise<HttpAnswer> {
  const { context, execution, stage } = run;
  const { moment, newServerGroup, oldServerGroup, account, region, parameters, deploymentStatus } = context;
  const body = {
    application: context.application || execution.application,
    executionId: execution.id,
    stageId: stage.id,
    deploymentId: stage.parentStageId,
    newServerGroup: newServerGroup ?? null,
    oldServerGroup: oldServerGroup ?? null,
    account: account ?? null,
    region: region ?? null,
    cloudProvider: 'aws',
    parameters: parameters ?? {},
    ...(moment === 'evaluateHealth' ? { currentProgress: context.currentProgress ?? 0 } : {}),
    ...(moment === 'completed' ? { status: deploymentStatus ?? 'SUCCESS' } : {}),
  };
  return run.ports.http.send({
    method: 'POST',
    url: `${monitor.url.replace(/\/+$/, '')}/deployment/${moment}`,
    headers: { 'content-type': 'application/json', 'idempotency-key': run.operation(moment).key },
    body: JSON.stringify(body),
    timeoutMs: minutes(1),
    abort: run.abort,
  });
}

const unknownMonitor = (id: string): Failure => ({
  code: 'deployment-monitor.unknown',
  message: `This installation knows no deployment monitor "${id}".`,
  advice: 'Add it to GENNAKER_DEPLOYMENT_MONITORS, or choose another one in the deploy.',
});

const aborted = ({ name }: DeploymentMonitor, reasons: readonly string[]): Failure => ({
  code: 'deployment-monitor.aborted',
  message: `Deployment monitor ${name} has stopped the deploy${reasons.length > 0 ? `: ${reasons.join('; ')}` : '.'}`,
  advice: 'Look at what the monitor measured for the new server group.',
  details: { errors: reasons },
});

const undecided = ({ name }: DeploymentMonitor, limit: number, reasons: readonly string[]): Failure => ({
  code: 'deployment-monitor.undecided',
  message: `Deployment monitor ${name} did not decide within ${limit} minutes${reasons.length > 0 ? `; it said: ${reasons.join('; ')}` : '.'}`,
  advice: 'Give it more time (maxAnalysisMinutesOverride), or look at why it has no verdict.',
  details: { errors: reasons },
});

const unreachable = ({ name, url }: DeploymentMonitor, problem: string): Failure => ({
  code: 'deployment-monitor.no-answer',
  message: `Deployment monitor ${name} at ${url} could not be asked: ${problem}`,
  advice: 'See whether the service runs, or set failOnErrorOverride to false to go on without its verdict.',
});

/** Asks once. A problem on the way, or an answer without a directive, is told as a sentence. */
async function ask(run: Run, monitor: DeploymentMonitor): Promise<Verdict | { readonly problem: string }> {
  try {
    const answer = await send(run, monitor);
    const told = run.context.moment === 'completed' && answer.status >= 200 && answer.status < 300;
    const verdict = told ? { directive: 'CONTINUE' as const, reasons: [] } : verdictOf(answer);
    return verdict ?? { problem: `it answered with status ${answer.status} and no directive.` };
  } catch (error) {
    if (!(error instanceof FailureError)) throw error;
    return { problem: error.failure.message };
  }
}

async function evaluate(run: Run): Promise<TaskResult> {
  const { context } = run;
  const monitor = await run.ports.monitors.find(context.monitor);
  if (!monitor) return failed(unknownMonitor(context.monitor));
  const verdict = await ask(run, monitor);
  if ('problem' in verdict) return notAnswered(run, monitor, verdict.problem);
  const { directive, reasons } = verdict;
  const outputs = { deploymentMonitorReasons: reasons };
  if (directive === 'ABORT') return failed(aborted(monitor, reasons), { outputs });
  if (directive === 'COMPLETE') return succeeded({ ...outputs, deploymentMonitorCompleted: true });
  if (directive === 'CONTINUE') return succeeded(outputs);
  const limit = context.maxAnalysisMinutesOverride ?? monitor.maxAnalysisMinutes;
  const left = run.task.startTime + minutes(limit) - run.now();
  if (left <= 0) return failed(undecided(monitor, limit, reasons), { outputs });
  const said = reasons.length > 0 ? ` (${reasons.join('; ')})` : '';
  return again(Math.min(ASK_AGAIN_MS, left), `deployment monitor ${monitor.name} to decide${said}`, {
    kind: 'answer',
    outputs,
  });
}

async function notAnswered(run: Run, monitor: DeploymentMonitor, problem: string): Promise<TaskResult> {
  const tries = Number(run.memory['tries'] ?? 0) + 1;
  if (tries < MOST_TRIES) {
    await run.remember({ tries });
    return again(ASK_AGAIN_MS, `deployment monitor ${monitor.name} to answer: ${problem}`, { kind: 'retry' });
  }
  if (run.context.failOnErrorOverride ?? monitor.failOnError) return failed(unreachable(monitor, problem));
  return succeeded({ deploymentMonitorReasons: [`Gone on without a verdict: ${problem}`] });
}

export const askDeploymentMonitor = executeStage(askDeploymentMonitorStage, {
  needs: ['http', 'monitors'],
  tasks: [{ name: 'askDeploymentMonitor', timeoutMs: hours(24 * 7), run: evaluate }],
});
