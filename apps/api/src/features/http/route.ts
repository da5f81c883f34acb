import { isJsonObject } from '@gennaker/pipeline-dsl';
import type { Endpoint } from '@gennaker/pipeline-dsl/contract';
import {
  applyDecorators,
  createParamDecorator,
  type ExecutionContext,
  HttpCode,
  RequestMapping,
  RequestMethod,
  SetMetadata,
} from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type * as z from 'zod';
import type { Principal } from '../../auth/index.ts';
import { ProblemError, type RefusedField } from './problem.ts';
import { refuseWithoutRight } from './rights.ts';

const ENDPOINT = 'gennaker:endpoint';

type Parsed<Schema> = Schema extends z.ZodType ? z.output<Schema> : undefined;

/** A request to an endpoint of the contract, parsed: what a controller method is handed. */
export interface CallOf<E extends Endpoint> {
  readonly params: Parsed<NonNullable<E['params']>>;
  readonly query: Parsed<NonNullable<E['query']>>;
  readonly body: Parsed<NonNullable<E['body']>>;
  readonly principal: Principal;
  /** Made by the caller for one action, so that a repeated request is the same action. */
  readonly idempotencyKey: string | null;
}

/** Makes a controller method the handler of an endpoint: its method, path and status. */
export function Route(endpoint: Endpoint): MethodDecorator {
  return applyDecorators(
    RequestMapping({ path: endpoint.path, method: RequestMethod[endpoint.method] }),
    HttpCode(endpoint.status),
    SetMetadata(ENDPOINT, endpoint),
  );
}

/** Hands the method its `CallOf<endpoint>`, parsed with the endpoint's schemas; a bad request never gets there. */
export const Call = createParamDecorator((_data: unknown, context: ExecutionContext) => {
  const endpoint = Reflect.getMetadata(ENDPOINT, context.getHandler()) as Endpoint;
  return readCall(endpoint, context.switchToHttp().getRequest<FastifyRequest>());
});

function readCall(endpoint: Endpoint, request: FastifyRequest): CallOf<Endpoint> {
  const refused: RefusedField[] = [];
  const parse = (schema: z.ZodType | undefined, value: unknown, prefix: string): unknown => {
    if (!schema) return undefined;
    const parsed = schema.safeParse(value);
    if (parsed.success) return parsed.data;
    refused.push(...parsed.error.issues.flatMap((issue) => toFields(issue, prefix)));
    return undefined;
  };
  const params = parse(endpoint.params, checkedTexts(request.params, '/path', refused), '/path');
  const query = parse(endpoint.query, checkedTexts(request.query, '/query', refused), '/query');
  const body = parse(endpoint.body, request.body ?? (endpoint.body?.safeParse(undefined).success ? undefined : {}), '');
  const { principal } = request;
  refuseWithoutRight(endpoint, request.body, principal);
  if (refused.length > 0) throw badRequest(refused);
  return {
    params,
    query,
    body,
    principal,
    idempotencyKey: textHeader(request.headers['idempotency-key']),
  } as CallOf<Endpoint>;
}

/** Problem 400 for refused inputs; its sentence is about the first. */
export function badRequest(fields: readonly RefusedField[]): ProblemError {
  const first = fields[0] ?? { pointer: '', message: 'not understood' };
  const more = fields.length > 1 ? ` (and ${fields.length - 1} more)` : '';
  return new ProblemError(400, 'request.bad-input', `${first.pointer || 'The body'}: ${first.message}${more}`, {
    fields: fields.slice(0, 50),
  });
}

const escapePointer = (part: PropertyKey): string => String(part).replaceAll('~', '~0').replaceAll('/', '~1');

function toFields(issue: z.core.$ZodIssue, prefix: string): RefusedField[] {
  const pointer = `${prefix}${issue.path.map((part) => `/${escapePointer(part)}`).join('')}`;
  return [{ pointer, message: issue.message }];
}

/** Repeated query keys become one comma list; null characters never reach the database. */
function checkedTexts(values: unknown, prefix: string, refused: RefusedField[]): Record<string, unknown> {
  const entries = isJsonObject(values) ? Object.entries(values) : [];
  return Object.fromEntries(
    entries.map(([key, value]) => {
      const text = Array.isArray(value) ? value.join(',') : value;
      if (typeof text === 'string' && text.includes('\u0000'))
        refused.push({ pointer: `${prefix}/${escapePointer(key)}`, message: 'must not hold a null character' });
      return [key, text];
    }),
  );
}

const textHeader = (value: string | string[] | undefined): string | null => {
  const text = Array.isArray(value) ? value[0] : value;
  return text === undefined || text.trim() === '' ? null : text.trim().slice(0, 200);
};
