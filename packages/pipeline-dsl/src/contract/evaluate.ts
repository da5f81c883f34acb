import * as z from 'zod';
import { endpoint } from './endpoint.ts';
import { csv, executionId, stageId } from './fields.ts';

const text = z.string().max(20_000);
const expression = z.object({ expression: text });
const answer = z.looseObject({ result: z.unknown() });

/** Trying expressions against an execution, running or past. Nothing is stored. */
export const evaluate = {
  evaluateExpression: endpoint({
    method: 'GET',
    path: '/pipelines/:id/evaluateExpression',
    tag: 'executions',
    summary: 'Evaluate text against what all stages of an execution gave',
    status: 200,
    params: executionId,
    query: expression,
    answer,
  }),
  evaluatePostedExpression: endpoint({
    method: 'POST',
    path: '/pipelines/:id/evaluateExpression',
    tag: 'executions',
    summary: 'The same with the text as body: as `text/plain`, or as `{expression}`',
    status: 200,
    params: executionId,
    body: z.union([text, expression]),
    answer,
  }),
  evaluateStageExpression: endpoint({
    method: 'GET',
    path: '/pipelines/:id/:stageId/evaluateExpression',
    tag: 'executions',
    summary: 'Evaluate text as a stage of an execution would see it',
    status: 200,
    params: stageId,
    query: expression,
    answer,
  }),
  evaluateVariables: endpoint({
    method: 'POST',
    path: '/pipelines/:id/evaluateVariables',
    tag: 'executions',
    summary: 'Evaluate variables as a stage behind the named ones would',
    status: 200,
    params: executionId,
    query: z.object({
      executionId: z.string().max(64).optional(),
      requisiteStageRefIds: csv,
      spelVersion: z.string().max(20).optional(),
    }),
    body: z.array(z.looseObject({ key: z.string().max(500), value: z.unknown() })).max(500),
    answer: z.looseObject({ result: z.array(z.looseObject({ key: z.string(), value: z.unknown() })) }),
  }),
} as const;
