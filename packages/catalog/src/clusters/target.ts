import { type Failure, FailureError } from '@gennaker/pipeline-dsl';
import * as z from 'zod';
import {
  failed,
  minutes,
  skipped,
  succeeded,
  type TaskDefinition,
  type TaskResult,
  type TaskRun,
} from '../kit/index.ts';
import type { ServerGroup, ServerGroupRef } from '../kit/ports/index.ts';
import { accountOf, clusterRefsOf, regionsOf } from './place.ts';

export interface TargetContext {
  readonly credentials?: string | null;
  readonly account?: string | null;
  readonly regions?: readonly string[] | null;
  readonly region?: string | null;
  readonly location?: string | null;
  readonly cluster?: string | null;
  readonly moniker?: {
    app?: string | null;
    stack?: string | null;
    detail?: string | null;
    cluster?: string | null;
  } | null;
  readonly target?: string | null;
  readonly serverGroupName?: string | null;
  readonly asgName?: string | null;
}

type Run = TaskRun<unknown, 'serverGroups'>;

const refSchema = z.object({ account: z.string(), region: z.string(), name: z.string() });

/** Key of a stage's own context under which the chosen server groups are kept. */
export const CHOSEN = 'chosenServerGroups';

const chosenSchema = z.looseObject({ [CHOSEN]: z.array(refSchema) });

/** Server groups that an earlier task of this stage chose; empty when none did. */
export function chosenOf(context: unknown): readonly ServerGroupRef[] {
  const parsed = chosenSchema.safeParse(context);
  return parsed.success ? (parsed.data[CHOSEN] as ServerGroupRef[]) : [];
}

export const refOf = ({ account, region, name }: ServerGroupRef): ServerGroupRef => ({ account, region, name });

/** The dynamic choice among a cluster's groups (oldest first): newest, second newest or oldest. */
export function pickDynamic(groups: readonly ServerGroup[], target: string): ServerGroup | null {
  const present = groups.filter((group) => !group.beingDeleted);
  if (target.startsWith('current_asg')) return present.at(-1) ?? null;
  if (target.startsWith('ancestor_asg')) return present.at(-2) ?? null;
  if (target.startsWith('oldest_asg')) return present[0] ?? null;
  return null;
}

const noTarget = (target: string, cluster: string, region: string): Failure => ({
  code: 'cluster.no-target',
  message: `No server group of ${cluster} in ${region} fits "${target}".`,
  advice: 'Look at the cluster: it may have fewer server groups than the stage expects.',
});

async function dynamicTargets(run: Run, context: TargetContext, target: string): Promise<readonly ServerGroupRef[]> {
  const found: ServerGroupRef[] = [];
  for (const cluster of clusterRefsOf(context)) {
    const group = pickDynamic(await run.ports.serverGroups.list(cluster), target);
    if (!group) throw new FailureError(noTarget(target, cluster.cluster, cluster.region));
    found.push(refOf(group));
  }
  return found;
}

type WhenAbsent = 'fail' | 'skip' | 'keep';

/** Chooses the server groups the stage acts on, once: later tasks and tries use the same ones. */
export function determineTargets<Context extends TargetContext>(options: {
  /** A server group that does not exist: an error, nothing left to do, or chosen all the same for what is left of it. */
  readonly whenAbsent: WhenAbsent | ((context: Context) => WhenAbsent);
}): TaskDefinition<Context, 'serverGroups'> {
  return {
    name: 'determineTargetServerGroups',
    timeoutMs: minutes(2),
    async run(run): Promise<TaskResult> {
      const { context } = run;
      const name = context.serverGroupName || context.asgName;
      if (!name) {
        const refs = await dynamicTargets(run, context, context.target ?? 'current_asg_dynamic');
        return succeeded(undefined, { [CHOSEN]: refs });
      }
      const account = accountOf(context);
      const whenAbsent = typeof options.whenAbsent === 'string' ? options.whenAbsent : options.whenAbsent(context);
      const refs: ServerGroupRef[] = [];
      for (const region of regionsOf(context)) {
        const ref = { account, region, name };
        if (whenAbsent === 'keep' || (await run.ports.serverGroups.watch(ref))) refs.push(ref);
        else if (whenAbsent === 'fail') return failed(absent(ref));
      }
      return refs.length === 0 ? skipped({ context: { [CHOSEN]: [] } }) : succeeded(undefined, { [CHOSEN]: refs });
    },
  };
}

export const absent = (ref: ServerGroupRef): Failure => ({
  code: 'cluster.server-group-not-found',
  message: `Server group ${ref.name} does not exist in ${ref.region} of account ${ref.account}.`,
  advice: 'Check its name, or choose it dynamically (newest, oldest).',
});
