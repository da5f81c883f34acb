import * as z from 'zod';

/** What started an execution, as `trigger` tells of it. `payload` is the body of a webhook. */
export const triggerValue = z.object({
  type: z.string(),
  user: z.string(),
  source: z.string(),
  payload: z.unknown(),
  branch: z.string(),
  hash: z.string(),
  tag: z.string(),
  digest: z.string(),
  buildInfo: z.unknown(),
  artifacts: z.array(z.unknown()),
  parentExecution: z.unknown(),
});

/** What `execution` tells of itself. */
export const executionValue = z.object({
  id: z.string(),
  name: z.string(),
  application: z.string(),
  authentication: z.object({ user: z.string() }),
});

/** Server groups that an execution has made, as `#deployedServerGroups()` tells of them. */
export const deployedValue = z.array(
  z.object({
    account: z.string(),
    region: z.string(),
    serverGroup: z.string(),
    capacity: z.object({ min: z.number(), desired: z.number(), max: z.number() }),
    imageId: z.string(),
    imageName: z.string(),
  }),
);
