import { clusterLock, parseMoniker } from '@gennaker/pipeline-dsl';
import * as z from 'zod';

const losingSchema = z.object({
  account: z.string(),
  region: z.string(),
  /** Names of target groups that no request reaches any more. */
  targetGroups: z.array(z.string()),
  /** Names of target groups that get requests with the change. */
  gaining: z.array(z.string()),
  /** Names of server groups that go themselves. */
  serverGroups: z.array(z.string()),
});
/** What of a region loses its requests with a change. */
export type Losing = z.infer<typeof losingSchema>;

/** Key of a stage's own context: what loses its requests with the change, and the server groups behind it. */
export const SERVED = 'servedThrough';

const refSchema = z.object({ account: z.string(), region: z.string(), name: z.string() });
const servedSchema = z.looseObject({
  [SERVED]: z.object({ losing: z.array(losingSchema), behind: z.array(refSchema) }),
});

/** What the stage has found; nothing before it has. */
export function servedIn(context: unknown): z.infer<typeof servedSchema>[typeof SERVED] {
  const parsed = servedSchema.safeParse(context);
  return parsed.success ? parsed.data[SERVED] : { losing: [], behind: [] };
}

/** Name of the task that finds the server groups behind what is changed, whose clusters the stage then has to itself. */
export const FIND_SERVED = 'findServerGroups';

/** Clusters of the server groups behind what is changed, as the stage has found them. */
export const servedLocks = (context: unknown): readonly string[] => [
  ...new Set(
    servedIn(context).behind.map(({ account, region, name }) =>
      clusterLock(account, region, parseMoniker(name)?.cluster ?? name),
    ),
  ),
];
