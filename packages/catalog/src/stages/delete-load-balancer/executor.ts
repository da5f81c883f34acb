import { FailureError, isJsonObject, type JsonObject } from '@gennaker/pipeline-dsl';
import type * as z from 'zod';
import { accountOf, regionsOf } from '../../clusters/place.ts';
import { intendRemovals } from '../../clusters/target-groups.ts';
import {
  again,
  executeStage,
  minutes,
  seconds,
  skipped,
  succeeded,
  type TaskResult,
  type TaskRun,
} from '../../kit/index.ts';
import { deleteLoadBalancerStage } from './definition.ts';

type Context = z.output<typeof deleteLoadBalancerStage.context>;
type Run = TaskRun<Context, 'loadBalancers'>;

const refsOf = (context: Context) =>
  regionsOf(context).map((region) => ({ account: accountOf(context), region, name: context.loadBalancerName }));

function checkKind({ loadBalancerName, loadBalancerType }: Context): void {
  if (loadBalancerType?.toLowerCase() !== 'classic') return;
  throw new FailureError({
    code: 'load-balancer.classic',
    message: `Load balancer ${loadBalancerName} is a classic one, and only application and network load balancers are deleted here.`,
    retry: false,
    advice: 'Delete it in the AWS console.',
  });
}

/** Names of the target groups of each, by region, as they were before the first try; null where there is none. */
async function targetGroupsBefore(run: Run): Promise<JsonObject> {
  const known = run.memory['targetGroups'];
  if (isJsonObject(known)) return known;
  const { vpcId } = run.context;
  const read = await Promise.all(
    refsOf(run.context).map(async (ref) => {
      const balancer = await run.ports.loadBalancers.read(ref);
      const isMeant = balancer && (!vpcId || balancer.vpcId === vpcId);
      return [ref.region, isMeant ? balancer.targetGroups.map(({ name }) => name) : null] as const;
    }),
  );
  const targetGroups = Object.fromEntries(read);
  await run.remember({ targetGroups });
  return targetGroups;
}

async function remove(run: Run): Promise<TaskResult> {
  checkKind(run.context);
  const before = await targetGroupsBefore(run);
  const left: string[] = [];
  const refs = refsOf(run.context).filter(({ region }) => Array.isArray(before[region]));
  if (refs.length === 0) return skipped();
  for (const ref of refs) {
    const targetGroups = before[ref.region] as string[];
    const settle = await run.intend({ kind: 'loadBalancer', ...ref, action: 'remove', before: { targetGroups } });
    const settleGroups = await intendRemovals(run, ref, targetGroups);
    const operation = run.operation(`delete:${ref.account}/${ref.region}/${ref.name}`);
    const change = await run.ports.loadBalancers.remove(ref, targetGroups, operation);
    settle('done');
    settleGroups(change.left);
    left.push(...change.left);
  }
  return succeeded(left.length > 0 ? { left } : {}, { deletedIn: refs.map(({ region }) => region) });
}

async function awaitGone(run: Run): Promise<TaskResult> {
  const deletedIn = run.context['deletedIn'];
  const refs = refsOf(run.context).filter(({ region }) => Array.isArray(deletedIn) && deletedIn.includes(region));
  const there = await Promise.all(refs.map((ref) => run.ports.loadBalancers.read(ref)));
  if (refs.length === 0) return skipped();
  if (there.every((balancer) => balancer === null)) return succeeded();
  return again(seconds(5), `load balancer ${run.context.loadBalancerName} to be gone`);
}

export const deleteLoadBalancer = executeStage(deleteLoadBalancerStage, {
  needs: ['loadBalancers'],
  tasks: [
    { name: 'deleteLoadBalancer', timeoutMs: minutes(15), run: remove },
    { name: 'waitForDeletedLoadBalancer', timeoutMs: minutes(15), run: awaitGone },
  ],
});
