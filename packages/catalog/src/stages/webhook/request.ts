import { isJsonObject } from '@gennaker/pipeline-dsl';
import type * as z from 'zod';
import { seconds } from '../../kit/index.ts';
import type { HttpAnswer, HttpRequest } from '../../kit/ports/index.ts';
import type { webhookStage } from './definition.ts';

export type WebhookContext = z.output<typeof webhookStage.context>;

const BODILESS: ReadonlySet<string> = new Set(['GET', 'HEAD']);

const originOf = (url: string): string => (URL.canParse(url) ? new URL(url).origin : url);

/** Headers may hold credentials: they go to the stage's own address and its host, never to another one an answer named. */
function headersOf(context: WebhookContext, url: string): Record<string, string> {
  const trusted = [context.url, context.cancelEndpoint ?? context.url].map(originOf);
  if (!trusted.includes(originOf(url))) return {};
  const given = Object.entries(context.customHeaders ?? {})
    .filter(([name]) => !name.toLowerCase().startsWith('x-spinnaker-'))
    .map(([name, value]) => [name.toLowerCase(), Array.isArray(value) ? value.join(', ') : String(value)]);
  return Object.fromEntries(given);
}

function bodyOf(payload: unknown): string | undefined {
  if (payload === undefined || payload === null) return undefined;
  return typeof payload === 'string' ? payload : JSON.stringify(payload);
}

/** A request with the stage's headers. JSON is the content type unless the stage names another. */
export function requestOf(
  context: WebhookContext,
  { url, method, payload, key }: { url: string; method: string; payload?: unknown; key?: string },
): HttpRequest {
  const body = BODILESS.has(method) ? undefined : bodyOf(payload);
  return {
    method,
    url,
    headers: {
      accept: 'application/json',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(key === undefined ? {} : { 'idempotency-key': key }),
      ...headersOf(context, url),
    },
    ...(body === undefined ? {} : { body }),
    timeoutMs: seconds(20),
  };
}

/** The body as JSON where it is JSON, else the text. */
export function bodyValue(answer: HttpAnswer): unknown {
  try {
    return answer.body === '' ? null : (JSON.parse(answer.body) as unknown);
  } catch {
    return answer.body;
  }
}

const PRIVATE_HEADERS: ReadonlySet<string> = new Set(['set-cookie', 'authorization', 'www-authenticate']);

/** Headers of an answer that may be kept and shown. */
export const keptHeaders = (answer: HttpAnswer): Record<string, string> =>
  Object.fromEntries(Object.entries(answer.headers).filter(([name]) => !PRIVATE_HEADERS.has(name)));

export const artifactsOf = (body: unknown): readonly unknown[] =>
  isJsonObject(body) && Array.isArray(body['artifacts']) ? body['artifacts'] : [];

const PHRASES: Readonly<Record<number, string>> = {
  200: 'OK',
  201: 'CREATED',
  202: 'ACCEPTED',
  204: 'NO_CONTENT',
  301: 'MOVED_PERMANENTLY',
  302: 'FOUND',
  303: 'SEE_OTHER',
  304: 'NOT_MODIFIED',
  400: 'BAD_REQUEST',
  401: 'UNAUTHORIZED',
  403: 'FORBIDDEN',
  404: 'NOT_FOUND',
  405: 'METHOD_NOT_ALLOWED',
  409: 'CONFLICT',
  422: 'UNPROCESSABLE_ENTITY',
  429: 'TOO_MANY_REQUESTS',
  500: 'INTERNAL_SERVER_ERROR',
  502: 'BAD_GATEWAY',
  503: 'SERVICE_UNAVAILABLE',
  504: 'GATEWAY_TIMEOUT',
};

/** Status as stages keep it: `statusCode` in words, `statusCodeValue` as the number. */
export const statusOf = (answer: HttpAnswer) => ({
  statusCode: PHRASES[answer.status] ?? String(answer.status),
  statusCodeValue: answer.status,
});

export type Verdict = 'good' | 'retry' | 'bad';

/** What the first answer means. */
export function judgeFirst(answer: HttpAnswer, context: WebhookContext): Verdict {
  const { status } = answer;
  if ((context.failFastStatusCodes ?? [504]).includes(status)) return 'bad';
  if (status >= 200 && status < 400) return 'good';
  const listed =
    (context.webhookRetryStatusCodes ?? []).includes(status) || context.retries?.[String(status)] !== undefined;
  return listed || status === 429 || status >= 500 ? 'retry' : 'bad';
}

/** Does the HTTP status of a polled answer leave the matter open? */
export const keepsPolling = (status: number, context: WebhookContext): boolean =>
  status === 429 || status >= 500 || (context.retryStatusCodes ?? []).includes(status);

const listed = (list: string | null | undefined, value: string): boolean =>
  (list ?? '').split(',').some((word) => word.trim() !== '' && word.trim().toLowerCase() === value.toLowerCase());

/** What a polled status means: a text is looked up, a number is a percentage. */
export function judgeStatus(value: unknown, context: WebhookContext): 'succeeded' | 'canceled' | 'failed' | 'running' {
  if (typeof value === 'number' && value >= 100) return 'succeeded';
  const text = String(value);
  if (listed(context.successStatuses, text)) return 'succeeded';
  if (listed(context.canceledStatuses, text)) return 'canceled';
  return listed(context.terminalStatuses, text) ? 'failed' : 'running';
}
