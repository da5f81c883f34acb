import * as z from 'zod';
import { endpoint } from './endpoint.ts';

const name = z.string().min(1).max(200);

/** The same act on many executions. */
export const steering = {
  steerExecutions: endpoint({
    method: 'POST',
    path: '/executions/steer',
    tag: 'executions',
    summary: 'Cancel, pause or resume all executions that fit: without `count` only says which they are',
    status: 200,
    body: z.strictObject({
      act: z.enum(['cancel', 'pause', 'resume']),
      filter: z.strictObject({
        application: name.optional(),
        pipelineName: name.optional(),
        type: z.enum(['PIPELINE', 'ORCHESTRATION']).optional(),
        triggerTypes: z.array(name).max(50).optional(),
      }),
      reason: z.string().trim().min(1).max(2_000).optional().describe('Kept with each that is canceled'),
      count: z.int().min(0).optional().describe('How many the preview found; refused when it is another number now'),
    }),
    answer: z.object({
      count: z.number(),
      executions: z.array(z.object({ id: z.string(), application: z.string(), name: z.string(), status: z.string() })),
      done: z.boolean().describe('False for a preview'),
      skipped: z.array(z.object({ id: z.string(), why: z.string() })).describe('Ended, or changed, meanwhile'),
    }),
  }),
};
