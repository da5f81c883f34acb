import * as z from 'zod';
import { endpoint } from './endpoint.ts';
import { app, csv, overrideFreeze } from './fields.ts';

const name = z.string().max(200);
const clusterPlace = app.extend({ account: name, cluster: name });
const size = z.object({ min: z.number(), desired: z.number(), max: z.number() });

/** One server group as a person sees it who is about to roll back. */
const candidate = z.object({
  name: z.string(),
  createdTime: z.number().describe('Epoch ms'),
  ageMs: z.number(),
  image: z.object({
    id: z.string(),
    name: z.string().nullable(),
    version: z.string().nullable(),
    exists: z.boolean().describe('A server group whose image is gone cannot be restored'),
  }),
  capacity: size,
  servingSize: size.describe('Size it would serve with when restored'),
  health: z.object({ up: z.number(), total: z.number() }),
  traffic: z.enum(['enabled', 'disabled', 'partial']),
  eligible: z.boolean().describe('May it be chosen'),
  chosen: z.boolean().describe('Would it be restored when nobody chooses'),
  why: z.string().describe('Why, or why not, as part of a sentence'),
  deployment: z
    .object({ executionId: z.string(), user: z.string(), cameUp: z.boolean() })
    .nullable()
    .describe('What is remembered of its deployment'),
});

const preview = z.object({
  application: z.string(),
  account: z.string(),
  cluster: z.string(),
  regions: z.array(
    z.object({
      region: z.string(),
      from: z.string().nullable().describe('Server group that would leave traffic'),
      to: z.string().nullable().describe('Server group that would serve again'),
      image: z
        .object({ id: z.string(), name: z.string().nullable() })
        .nullable()
        .describe('Image a new server group would be made of, when none that is there can be restored'),
      skip: z.string().nullable().describe('Why there is nothing to roll back'),
      candidates: z.array(candidate).describe('Newest first, the one to undo included'),
    }),
  ),
});

/** Rolling back a cluster: first what it would do, then doing it as an execution of its own. */
export const rollbacks = {
  previewRollback: endpoint({
    method: 'GET',
    path: '/applications/:application/clusters/:account/:cluster/rollback',
    tag: 'clusters',
    summary: 'What rolling back the cluster would do, and what else could be restored; read live',
    status: 200,
    params: clusterPlace,
    query: z.object({
      regions: csv.describe('Default: every region that the cluster is in'),
      serverGroup: name.optional().describe('Server group to undo'),
      originalServerGroup: name.optional().describe('Server group to restore'),
    }),
    answer: preview,
  }),
  startRollback: endpoint({
    method: 'POST',
    path: '/applications/:application/clusters/:account/:cluster/rollback',
    tag: 'clusters',
    summary: 'Roll the cluster back, as an execution of its own',
    status: 200,
    params: clusterPlace,
    body: z.object({
      regions: z.array(name).min(1).max(50).optional().describe('Default: every region that the cluster is in'),
      serverGroup: name.optional().describe('Server group to undo. Default: the newest in traffic'),
      originalServerGroup: name.optional().describe('Server group to restore. Default: as the preview says'),
      targetHealthyRollbackPercentage: z.number().min(0).max(100).optional(),
      delayBeforeDisableSeconds: z.number().min(0).max(86_400).optional(),
      waitTimeBetweenRegions: z.number().min(0).max(86_400).optional(),
      reason: z.string().max(2_000).optional(),
      overrideFreeze,
      overrideTrafficGuards: z.string().trim().min(1).max(1_000).optional(),
    }),
    answer: z.object({ ref: z.string(), id: z.string() }),
  }),
};
