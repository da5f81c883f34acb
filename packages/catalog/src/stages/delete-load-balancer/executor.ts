import { FailureError, isJsonObject, type JsonObject } from '@gennaker/pipeline-dsl';
import type * as z from 'zod';
import { accountOf, regionsOf } from '../../clusters/place.ts';
import type { Losing } from '../../clusters/served-locks.ts';
import { findServed, type ServedRun, sentTo, takingRequests } from '../../clusters/served-through.ts';
import { intendRemovals } from '../../clusters/target-groups.ts';
import {
  again,
  executeStage,
  type LoadBalancer,
  minutes,
  seconds,
  skipped,
  succeeded,
  type TaskResult,
} from '../../kit/index.ts';
import { deleteLoadBalancerStage } from './definition.ts';

type Context = z.output<typeof deleteLoadBalancerStage.context>;
type Run = ServedRun<Context>;

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

const isMeant = ({ vpcId }: Context, balancer: LoadBalancer | null): balancer is LoadBalancer =>
  balancer !== null && (!vpcId || balancer.vpcId === vpcId);

/** Everything behind it loses its requests. */
async function losingOf({ context, ports }: Run): Promise<readonly Losing[]> {
  const read = await Promise.all(refsOf(context).map((ref) => ports.loadBalancers.read(ref)));
  return read
    .filter((balancer) => isMeant(context, balancer))
    .map(({ account, region, listeners }) => ({
      account,
      region,
      targetGroups: [...sentTo(listeners)],
      gaining: [],
      serverGroups: [],
    }));
}

/** Names of the target groups of each, by region, as they were before the first try; null where there is none. */
async function targetGroupsBefore(run: Run): Promise<JsonObject> {
  const known = run.memory['targetGroups'];
  if (isJsonObject(known)) return known;
  const read = await Promise.all(
    refsOf(run.context).map(async (ref) => {
      const balancer = await run.ports.loadBalancers.read(ref);
      return [
        ref.region,
        isMeant(run.context, balancer) ? balancer.targetGroups.map(({ name }) => name) : null,
      ] as const;
    }),
  );
  const targetGroups = Object.fromEntries(read);
  await run.remember({ targetGroups });
  return targetGroups;
}

async function remove(run: Run): Promise<TaskResult> {
  checkKind(run.context);
  const before = await targetGroupsBefore(run);
  const refs = refsOf(run.context).filter(({ region }) => Array.isArray(before[region]));
  if (refs.length === 0) return skipped();
  const act = `delete load balancer ${run.context.loadBalancerName}, which sends requests to`;
  return takingRequests(run, act, () => removeFrom(run, refs, before));
}

async function removeFrom(run: Run, refs: ReturnType<typeof refsOf>, before: JsonObject): Promise<TaskResult> {
  const left: string[] = [];
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
  needs: ['loadBalancers', 'instances', 'serverGroups', 'guards'],
  tasks: [
    findServed(losingOf),
    { name: 'deleteLoadBalancer', timeoutMs: minutes(15), run: remove },
    { name: 'waitForDeletedLoadBalancer', timeoutMs: minutes(15), run: awaitGone },
  ],
});
