import * as z from 'zod';
import { freezeExempt, freezeScope } from '../freeze.ts';
import { endpoint } from './endpoint.ts';
import { flag } from './fields.ts';

const name = z.string().min(1).max(200);

const freeze = z.object({
  id: z.string(),
  scope: freezeScope,
  target: z.string().nullable().describe('Name of the account or application, id of the pipeline'),
  reason: z.string(),
  from: z.number().describe('Epoch ms at which it begins'),
  until: z.number().nullable().describe('Epoch ms; null: until it is ended'),
  exempt: freezeExempt,
  createdAt: z.number().describe('Epoch ms'),
  createdBy: z.string(),
  endedAt: z.number().nullable().describe('Epoch ms at which somebody ended it'),
  endedBy: z.string().nullable(),
  inForce: z.boolean(),
});

const common = {
  reason: z.string().trim().min(1).max(2_000).describe('Shown to everybody who is held'),
  from: z.int().min(0).nullish().describe('Epoch ms at which it begins. Default, and when past: at once'),
  until: z.int().min(0).nullish().describe('Epoch ms at which it ends by itself. Default: when somebody ends it'),
  exempt: freezeExempt.default({ users: [], applications: [], pipelines: [] }),
};

/** Times in which nothing is changed. */
export const freezes = {
  listFreezes: endpoint({
    method: 'GET',
    path: '/freezes',
    tag: 'freezes',
    summary: 'Freezes in force, the newest first',
    status: 200,
    query: z.object({ all: flag(false).describe('Those too that are over or still to come') }),
    answer: z.array(freeze),
  }),
  createFreeze: endpoint({
    method: 'POST',
    path: '/freezes',
    tag: 'freezes',
    summary: 'Freeze everything, an account, an application or a pipeline',
    right: 'freeze',
    status: 201,
    body: z.discriminatedUnion('scope', [
      z.strictObject({ scope: z.literal('global'), ...common }),
      z.strictObject({ scope: z.literal('account'), account: name, ...common }),
      z.strictObject({ scope: z.literal('application'), application: name, ...common }),
      z.strictObject({ scope: z.literal('pipeline'), pipelineId: name, ...common }),
    ]),
    answer: freeze,
  }),
  endFreeze: endpoint({
    method: 'DELETE',
    path: '/freezes/:id',
    tag: 'freezes',
    summary: 'End a freeze: whatever it holds goes on; one that is to come never begins',
    right: 'freeze',
    status: 200,
    params: z.object({ id: z.string().max(64) }),
    answer: freeze,
  }),
};
