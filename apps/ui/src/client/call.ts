import { type Contract, contract } from '@gennaker/pipeline-dsl/contract';
import { alignClock, systemNow } from '@gennaker/ui-kit';
import type * as z from 'zod';
import { connection } from '../live/connection.ts';
import { ApiProblem, readProblem, UNREADABLE, unreachable } from './problem.ts';

type InputOf<Schema> = Schema extends z.ZodType ? z.input<Schema> : never;

/** What a call to an endpoint takes, read from the contract. */
export interface CallInput<Name extends keyof Contract> {
  readonly params?: InputOf<NonNullable<Contract[Name]['params' & keyof Contract[Name]]>>;
  readonly query?: Partial<InputOf<NonNullable<Contract[Name]['query' & keyof Contract[Name]]>>>;
  readonly body?: unknown;
  /** Made when a dialog opens, so that a double press or a retry is one action. */
  readonly idempotencyKey?: string;
  readonly signal?: AbortSignal;
}

export type Answer<Name extends keyof Contract> = z.output<Contract[Name]['answer']>;

/** Fills `:name` parts of a path. Throws when one is missing, which is a defect of the caller. */
export function fillPath(path: string, params: Readonly<Record<string, unknown>> = {}): string {
  return path.replace(/:(\w+)/g, (_, name: string) => {
    const value = params[name];
    if (value === undefined || value === '') throw new Error(`the address ${path} needs ${name}`);
    return encodeURIComponent(String(value));
  });
}

/** Query text of what is set; undefined and empty lists are left out. */
export function queryText(query: Readonly<Record<string, unknown>> = {}): string {
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    if (value === undefined || value === null) continue;
    search.set(key, String(value));
  }
  const text = search.toString();
  return text ? `?${text}` : '';
}

/**
 * Calls an endpoint of the contract and parses its answer. Throws `ApiProblem` for every refusal and for silence;
 * the code `ui.unexpected-answer` means that server and page do not agree on the contract.
 */
export async function call<Name extends keyof Contract>(
  name: Name,
  input: CallInput<Name> = {},
): Promise<Answer<Name>> {
  const endpoint = contract[name];
  const params = input.params as Record<string, unknown> | undefined;
  const url = fillPath(endpoint.path, params) + queryText(input.query as Record<string, unknown> | undefined);
  const response = await send(url, endpoint.method, input);
  const body: unknown = await response.json().catch(() => undefined);
  const parsed = endpoint.answer.safeParse(body);
  if (parsed.success) return parsed.data as Answer<Name>;
  throw new ApiProblem({
    timestamp: systemNow(),
    status: response.status,
    error: 'Unexpected answer',
    code: 'ui.unexpected-answer',
    message: `The answer to “${endpoint.summary}” is not in the agreed form: ${describe(parsed.error)}. Reload the page; if it stays, page and server have different versions.`,
    requestId: response.headers.get('x-request-id') ?? undefined,
  });
}

const describe = (error: z.ZodError): string => {
  const first = error.issues[0];
  return first ? `${first.path.join('.') || 'the answer'}: ${first.message}` : 'unknown difference';
};

/** A proxy's word that nobody is behind it is silence; the server's own refusal with such a status is an answer. */
async function refuseGateway(response: Response): Promise<void> {
  const problem = await readProblem(response.clone(), systemNow());
  if (problem.problem.code !== UNREADABLE) return;
  connection.lost(systemNow());
  throw unreachable(systemNow());
}

async function send(
  url: string,
  method: string,
  input: Pick<CallInput<keyof Contract>, 'body' | 'idempotencyKey' | 'signal'>,
): Promise<Response> {
  const headers: Record<string, string> = { accept: 'application/json' };
  if (input.body !== undefined) headers['content-type'] = 'application/json';
  if (input.idempotencyKey) headers['idempotency-key'] = input.idempotencyKey;
  const body = input.body === undefined ? undefined : JSON.stringify(input.body);
  const response = await fetch(url, { method, headers, body, signal: input.signal }).catch((error: unknown) => {
    if (input.signal?.aborted) throw error;
    connection.lost(systemNow());
    throw unreachable(systemNow());
  });
  if (response.status >= 502 && response.status <= 504) await refuseGateway(response);
  connection.heard(systemNow());
  const date = Date.parse(response.headers.get('date') ?? '');
  if (!Number.isNaN(date)) alignClock(date + 500);
  if (!response.ok) throw await readProblem(response, systemNow());
  return response;
}
