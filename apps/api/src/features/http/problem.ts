import { STATUS_CODES } from 'node:http';
import { FailureError, type Finding } from '@gennaker/pipeline-dsl';
import type { shapes } from '@gennaker/pipeline-dsl/contract';
import { HttpException } from '@nestjs/common';
import type * as z from 'zod';
import { Refusal } from '../../engine/index.ts';

export type Problem = z.infer<typeof shapes.problem>;

/** An input that was refused: JSON pointer into the body (or `/path/…`, `/query/…`) and why. */
export interface RefusedField {
  readonly pointer: string;
  readonly message: string;
}

interface ProblemFacts {
  readonly fields?: readonly RefusedField[];
  readonly findings?: readonly Finding[];
}

/** Thrown to answer with a problem. `code` is stable, `room.kebab-case`. */
export class ProblemError extends Error {
  readonly status: number;
  readonly code: string;
  readonly facts: ProblemFacts;

  constructor(status: number, code: string, message: string, facts: ProblemFacts = {}) {
    super(message);
    this.name = 'ProblemError';
    this.status = status;
    this.code = code;
    this.facts = facts;
  }
}

/** 404 with the name of what is missing. */
export const notFound = (noun: string, name: string): ProblemError =>
  new ProblemError(
    404,
    `${noun.replace(/y$/, 'ie').replaceAll(' ', '-')}s.not-found`,
    `There is no ${noun} ${JSON.stringify(name.slice(0, 200))}.`,
  );

type Told = Pick<Problem, 'status' | 'code' | 'message'> & ProblemFacts;

/** What of a thrown thing may be told; null for a defect, of which nothing is. */
function tell(error: unknown): Told | null {
  if (error instanceof ProblemError)
    return { status: error.status, code: error.code, message: error.message, ...error.facts };
  if (error instanceof Refusal) {
    const { status, code, message, field } = error;
    const pointer = field === undefined || field.startsWith('/') ? field : `/${field}`;
    return { status, code, message, ...(pointer === undefined ? {} : { fields: [{ pointer, message }] }) };
  }
  if (error instanceof FailureError) return { status: 502, code: error.failure.code, message: error.failure.message };
  if (isUnstorable(error))
    return {
      status: 400,
      code: 'request.not-storable',
      message: 'A value of the request is too long, too large, or holds characters that cannot be stored.',
    };
  const status = statusOf(error);
  return status === null || status >= 500 ? null : tellStatus(status, error);
}

function tellStatus(status: number, error: unknown): Told {
  if (status === 413)
    return { status, code: 'request.too-large', message: 'The body is larger than this server takes.' };
  if (status === 404)
    return {
      status,
      code: 'request.no-such-address',
      message: `There is nothing at this address. ${messageOf(error)}.`,
    };
  return { status, code: 'request.refused', message: messageOf(error) };
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

function statusOf(error: unknown): number | null {
  if (error instanceof HttpException) return error.getStatus();
  const status = error instanceof Error ? (error as { statusCode?: unknown }).statusCode : undefined;
  return typeof status === 'number' ? status : null;
}

/** The answer for a thrown thing; `defect` says that it is none of the caller's doing and belongs in the log. */
export function toProblem(error: unknown, timestamp: number, requestId: string): { problem: Problem; defect: boolean } {
  const told = tell(error);
  const { status, code, message, fields, findings } =
    told ??
    ({
      status: isDatabaseAway(error) ? 503 : 500,
      code: isDatabaseAway(error) ? 'server.no-database' : 'server.defect',
      message: isDatabaseAway(error)
        ? 'The database does not answer; try again in a moment.'
        : `Something went wrong in the server. Its log tells more under request ${requestId}.`,
    } as Told);
  const problem: Problem = {
    timestamp,
    status,
    error: STATUS_CODES[status] ?? 'Error',
    code,
    message,
    ...(fields === undefined ? {} : { fields: [...fields] }),
    ...(findings === undefined ? {} : { findings: [...findings] }),
    requestId,
  };
  return { problem, defect: told === null };
}

/** Postgres: numbers out of range, texts it cannot read or keep, entries too long for an index. */
const UNSTORABLE: ReadonlySet<unknown> = new Set(['22003', '22008', '22021', '22P02', '22P05', '54000']);

function isUnstorable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code, meta } = error as {
    code?: unknown;
    meta?: { driverAdapterError?: { cause?: { originalCode?: unknown } } };
  };
  return UNSTORABLE.has(code) || UNSTORABLE.has(meta?.driverAdapterError?.cause?.originalCode);
}

const AWAY: ReadonlySet<unknown> = new Set(['ECONNREFUSED', 'ECONNRESET', '57P01', '57P03', '53300', '08006', 'P1001']);

function isDatabaseAway(error: unknown): boolean {
  const code = error instanceof Error ? (error as { code?: unknown }).code : undefined;
  return (
    AWAY.has(code) ||
    (error instanceof Error && /Connection terminated|timeout exceeded when trying to connect/.test(error.message))
  );
}
