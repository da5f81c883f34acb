import type * as z from 'zod';
import type { Right } from '../permissions.ts';

/**
 * One HTTP endpoint: the single description from which routes, OpenAPI and the browser's calls are made.
 * Paths are written with `:name` parameters.
 */
export interface Endpoint<
  Params extends z.ZodType = z.ZodType,
  Query extends z.ZodType = z.ZodType,
  Body extends z.ZodType = z.ZodType,
  Answer extends z.ZodType = z.ZodType,
> {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly summary: string;
  readonly tag: string;
  /** What the caller must have a role for. Overriding a freeze or a traffic guard needs one at every endpoint. */
  readonly right?: Right;
  readonly params?: Params;
  readonly query?: Query;
  readonly body?: Body;
  readonly status: number;
  readonly answer: Answer;
}

/** Declares an endpoint, keeping its schemas typed. */
export function endpoint<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType, A extends z.ZodType>(
  definition: Endpoint<P, Q, B, A>,
): Endpoint<P, Q, B, A> {
  return definition;
}
