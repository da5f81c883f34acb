import { type Failure, FailureError, isJsonObject } from '@gennaker/pipeline-dsl';
import {
  again,
  canceled,
  executeStage,
  failed,
  hours,
  minutes,
  readJsonPath,
  seconds,
  succeeded,
  type TaskResult,
  type TaskRun,
} from '../../kit/index.ts';
import type { HttpAnswer } from '../../kit/ports/index.ts';
import { webhookStage } from './definition.ts';
import {
  artifactsOf,
  bodyValue,
  judgeFirst,
  judgeStatus,
  keepsPolling,
  keptHeaders,
  requestOf,
  statusOf,
  type WebhookContext,
} from './request.ts';

type Run = TaskRun<WebhookContext, 'http'>;

const CALL_LIMIT_MS = minutes(5);
const methodOf = (context: WebhookContext): string => context.method ?? 'POST';
const isRead = (method: string): boolean => method === 'GET' || method === 'HEAD';
const capped = (answer: HttpAnswer): string => answer.body.slice(0, 4_000);

function refused(answer: HttpAnswer, url: string, what: string): Failure {
  return {
    code: 'webhook.refused',
    message: `${what} ${url} was answered with status ${answer.status}.`,
    advice: 'Look at the response body below, and at the service behind that address.',
    details: { status: answer.status, url, responseBody: capped(answer) },
  };
}

/** Trouble on the way may pass: names that do not resolve, refused connections, and timeouts where repeating is harmless. */
function mayPass(error: unknown, method: string): error is FailureError {
  if (!(error instanceof FailureError) || !error.failure.retry) return false;
  return error.failure.code !== 'http.timeout' || isRead(method);
}

async function call(run: Run): Promise<TaskResult> {
  const { context } = run;
  const method = methodOf(context);
  const late = run.now() - run.task.startTime >= CALL_LIMIT_MS;
  const request = requestOf(context, { url: context.url, method, payload: context.payload, key: run.operation().key });
  let answer: HttpAnswer;
  try {
    answer = await run.ports.http.send({ ...request, abort: run.abort });
  } catch (error) {
    if (late || !mayPass(error, method)) throw error;
    return again(seconds(10), `another try: ${error.failure.message}`, {
      kind: 'retry',
      context: { webhook: { error: error.failure.message } },
    });
  }
  return judgeCall(run, answer, late);
}

async function judgeCall(run: Run, answer: HttpAnswer, late: boolean): Promise<TaskResult> {
  const { context } = run;
  const body = bodyValue(answer);
  const webhook = { ...statusOf(answer), body, headers: keptHeaders(answer) };
  const verdict = judgeFirst(answer, context);
  const failure = refused(answer, context.url, methodOf(context));
  if (verdict === 'bad') return failed(failure, { context: { webhook: { ...webhook, error: failure.message } } });
  if (verdict === 'good') return called(context, answer, webhook, body);
  const tries = Number(run.memory[`tries${answer.status}`] ?? 0) + 1;
  await run.remember({ [`tries${answer.status}`]: tries });
  const most = context.retries?.[String(answer.status)]?.maxAttempts ?? Number.POSITIVE_INFINITY;
  if (late || tries >= most) return failed(failure, { context: { webhook: { ...webhook, error: failure.message } } });
  return again(seconds(10), `another try after status ${answer.status}`, { kind: 'retry', context: { webhook } });
}

function called(
  context: WebhookContext,
  answer: HttpAnswer,
  webhook: Record<string, unknown>,
  body: unknown,
): TaskResult {
  if (!context.waitForCompletion) return succeeded({ artifacts: artifactsOf(body) }, { webhook });
  const statusEndpoint = statusAddress(context, answer, body);
  if (statusEndpoint) return succeeded(undefined, { webhook: { ...webhook, statusEndpoint } });
  return failed(
    {
      code: 'webhook.no-status-address',
      message: `The answer of ${context.url} does not say where to ask for the status (${context.statusUrlResolution}).`,
      advice: 'Check the path of the address, or choose another way to find it.',
      details: { url: context.url, responseBody: capped(answer) },
    },
    { context: { webhook } },
  );
}

function statusAddress(context: WebhookContext, answer: HttpAnswer, body: unknown): string | null {
  const way = context.statusUrlResolution ?? 'getMethod';
  if (way === 'getMethod') return context.url;
  const found =
    way === 'locationHeader' ? answer.headers['location'] : readJsonPath(body, context.statusUrlJsonPath ?? '');
  if (typeof found !== 'string' || found === '') return null;
  return URL.canParse(found, context.url) ? new URL(found, context.url).href : null;
}

function waitBefore(run: Run): TaskResult {
  const left = run.task.startTime + (run.context.waitBeforeMonitor ?? 0) * 1_000 - run.now();
  return left <= 0 ? succeeded() : again(left, 'the first look at the status', { kind: 'time' });
}

const webhookOf = (context: WebhookContext): Record<string, unknown> =>
  isJsonObject(context['webhook']) ? context['webhook'] : {};

async function monitor(run: Run): Promise<TaskResult> {
  const { context } = run;
  const so = webhookOf(context);
  const url = typeof so['statusEndpoint'] === 'string' ? so['statusEndpoint'] : context.url;
  let answer: HttpAnswer;
  try {
    answer = await run.ports.http.send({ ...requestOf(context, { url, method: 'GET' }), abort: run.abort });
  } catch (error) {
    if (!mayPass(error, 'GET')) throw error;
    return again(seconds(10), `an answer of ${url}: ${error.failure.message}`, { kind: 'answer' });
  }
  return judgeMonitor(context, so, url, answer);
}

function judgeMonitor(
  context: WebhookContext,
  so: Record<string, unknown>,
  url: string,
  answer: HttpAnswer,
): TaskResult {
  const body = bodyValue(answer);
  const progress = context.progressJsonPath ? readJsonPath(body, context.progressJsonPath) : undefined;
  const base = { ...statusOf(answer), body, ...progressOf(progress) };
  const written = (more: Record<string, unknown> = {}) => ({
    context: { webhook: { ...so, monitor: { ...base, ...more } } },
  });
  if (answer.status >= 400) {
    if (keepsPolling(answer.status, context))
      return again(seconds(10), `${url} to answer (status ${answer.status})`, { kind: 'answer', ...written() });
    const failure = refused(answer, url, 'The status request to');
    return failed(failure, written({ error: failure.message }));
  }
  if (!context.statusJsonPath) return succeeded({ artifacts: artifactsOf(body) }, written().context);
  const value = readJsonPath(body, context.statusJsonPath);
  if (value === undefined || value === null)
    return failed(statusMissing(context.statusJsonPath, url, answer), written());
  const state = judgeStatus(value, context);
  const seen = written({ resolvedValue: value });
  if (state === 'succeeded') return succeeded({ artifacts: artifactsOf(body) }, seen.context);
  if (state === 'canceled') return canceled(seen);
  if (state === 'failed') return failed(endedBadly(String(value), url, answer), seen);
  const shown = progress === undefined ? '' : ` (${String(progress)})`;
  return again(seconds(10), `${url} to end, now ${String(value)}${shown}`, { kind: 'answer', ...seen });
}

function progressOf(progress: unknown): Record<string, unknown> {
  if (progress === undefined || progress === null) return {};
  return typeof progress === 'number' ? { percentComplete: progress } : { progressMessage: String(progress) };
}

const statusMissing = (path: string, url: string, answer: HttpAnswer): Failure => ({
  code: 'webhook.status-missing',
  message: `The answer of ${url} holds nothing at ${path}.`,
  advice: 'Compare the path of the status with the response body below.',
  details: { url, status: answer.status, responseBody: capped(answer) },
});

const endedBadly = (value: string, url: string, answer: HttpAnswer): Failure => ({
  code: 'webhook.ended-in-failure',
  message: `The work behind ${url} ended with status "${value}".`,
  advice: 'Look at the response body below.',
  details: { url, status: answer.status, responseBody: capped(answer) },
});

export const webhook = executeStage(webhookStage, {
  needs: ['http'],
  choose({ context }) {
    const first = context.monitorOnly ? [] : ['createWebhook'];
    if (!context.waitForCompletion && !context.monitorOnly) return first;
    return [...first, ...(context.waitBeforeMonitor ? ['waitBeforeMonitor'] : []), 'monitorWebhook'];
  },
  tasks: [
    { name: 'createWebhook', timeoutMs: CALL_LIMIT_MS + minutes(1), run: call },
    { name: 'waitBeforeMonitor', timeoutMs: hours(24 * 366), run: waitBefore },
    { name: 'monitorWebhook', timeoutMs: hours(2), run: monitor },
  ],
  async onCancel(run) {
    const { context } = run;
    if (!context.cancelEndpoint) return;
    await run.ports.http.send(
      requestOf(context, {
        url: context.cancelEndpoint,
        method: context.cancelMethod ?? 'POST',
        payload: context.cancelPayload,
      }),
    );
  },
});
