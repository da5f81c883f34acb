import { FailureError, isJsonObject, type JsonObject } from '@gennaker/pipeline-dsl';
import type * as z from 'zod';
import type { Losing } from '../../clusters/served-locks.ts';
import { findServed, type ServedRun, sentTo, takingRequests } from '../../clusters/served-through.ts';
import { intendRemovals } from '../../clusters/target-groups.ts';
import {
  again,
  executeStage,
  failed,
  type LoadBalancerSpec,
  minutes,
  type PlanView,
  seconds,
  succeeded,
  type TaskResult,
} from '../../kit/index.ts';
import { loadBalancerPicture } from '../../leftovers/undo.ts';
import { loadBalancerSchema, upsertLoadBalancersStage } from './definition.ts';
import { balancerWish, specOf, targetGroupWish } from './wanted.ts';

type Context = z.output<typeof upsertLoadBalancersStage.context>;
type Run = ServedRun<Context>;

/** The older spelling of the stage is one load balancer itself. */
function specsOf({ context, execution }: PlanView<Context>): readonly LoadBalancerSpec[] {
  const { loadBalancers, credentials, region } = context;
  const wanted = loadBalancers ?? [loadBalancerSchema.parse(context)];
  if (wanted.length === 0)
    throw new FailureError({
      code: 'load-balancer.incomplete',
      message: 'The stage names no load balancer.',
      retry: false,
      advice: 'Name at least one.',
    });
  const defaults = { account: credentials, region, application: execution.application };
  return wanted.map((one) => specOf(one, defaults));
}

const keyOf = ({ account, region, name }: LoadBalancerSpec): string => `${account}/${region}/${name}`;

/** Target groups that got requests and are named by no listener, or rule, of the load balancer as it shall be. */
async function losingOf(run: Run): Promise<readonly Losing[]> {
  return Promise.all(
    specsOf(run).map(async (spec) => {
      const { account, region } = spec;
      const gaining = [...sentTo(spec.listeners)];
      const before = sentTo((await run.ports.loadBalancers.read(spec))?.listeners ?? []);
      const targetGroups = before.filter((name) => !gaining.includes(name));
      return { account, region, targetGroups, gaining, serverGroups: [] };
    }),
  );
}

/** What a load balancer and the target groups of its own were before the first try; null where there was none. */
interface Before {
  readonly balancer: JsonObject | null;
  /** Names of those that it sent to. */
  readonly targetGroups: readonly string[];
  readonly own: Readonly<Record<string, JsonObject | null>>;
}

async function lookAt(run: Run, spec: LoadBalancerSpec): Promise<Before> {
  const { loadBalancers } = run.ports;
  const { account, region } = spec;
  const balancer = await loadBalancers.read(spec);
  const own = await Promise.all(
    spec.targetGroups.map(async ({ name }) => {
      const found = await loadBalancers.readTargetGroup({ account, region, targetGroup: name });
      return [name, found && { healthCheck: found.healthCheck, attributes: found.attributes }] as const;
    }),
  );
  return {
    balancer: balancer && { ...loadBalancerPicture(balancer), attributes: await loadBalancers.readAttributes(spec) },
    targetGroups: balancer?.targetGroups.map(({ name }) => name) ?? [],
    own: Object.fromEntries(own),
  };
}

/** Pictures of all, taken before anything is changed and kept over repeats. */
async function picturesOf(run: Run, specs: readonly LoadBalancerSpec[]): Promise<Readonly<Record<string, Before>>> {
  const known = run.memory['before'];
  if (isJsonObject(known)) return known as unknown as Record<string, Before>;
  const read = await Promise.all(specs.map(async (spec) => [keyOf(spec), await lookAt(run, spec)] as const));
  const before = Object.fromEntries(read);
  await run.remember({ before: before as unknown as JsonObject });
  return before;
}

/**
 * Records the load balancer and the target groups of its own, each to be made or changed, and those that it had and that
 * go when nothing needs them. Answers what notes how it ended.
 */
async function intendAll(run: Run, spec: LoadBalancerSpec, before: Before): Promise<(left: readonly string[]) => void> {
  const { account, region } = spec;
  const intend = (kind: string, name: string, picture: JsonObject | null | undefined, wanted: JsonObject) => {
    const change = { action: 'change', before: { ...picture, wanted } } as const;
    return run.intend({ kind, account, region, name, ...(picture ? change : ({ action: 'create' } as const)) });
  };
  const settles = [await intend('loadBalancer', spec.name, before.balancer, balancerWish(spec))];
  for (const group of spec.targetGroups)
    settles.push(await intend('targetGroup', group.name, before.own[group.name], targetGroupWish(group)));
  const formers = await intendRemovals(
    run,
    { account, region },
    before.targetGroups.filter((name) => !(name in before.own)),
  );
  return (left) => {
    for (const settle of settles) settle('done');
    formers(left);
  };
}

async function save(run: Run): Promise<TaskResult> {
  const specs = specsOf(run);
  const pictures = await picturesOf(run, specs);
  const act = `save load balancer ${specs.map(({ name }) => name).join(', ')}, which then sends nothing to`;
  return takingRequests(run, act, () => saveAll(run, specs, pictures));
}

async function saveAll(
  run: Run,
  specs: readonly LoadBalancerSpec[],
  pictures: Readonly<Record<string, Before>>,
): Promise<TaskResult> {
  const saved: JsonObject[] = [];
  const left: string[] = [];
  for (const spec of specs) {
    const { account, region, name, type } = spec;
    const before = pictures[keyOf(spec)] ?? { balancer: null, targetGroups: [], own: {} };
    const settle = await intendAll(run, spec, before);
    const wish = { ...spec, formerTargetGroups: before.targetGroups };
    const change = await run.ports.loadBalancers.upsert(wish, run.operation(`upsert:${keyOf(spec)}`));
    settle(change.left);
    const targetGroups = spec.targetGroups.map((group) => group.name);
    saved.push({ name, account, region, loadBalancerType: type, dnsName: change.dnsName, targetGroups });
    left.push(...change.left);
  }
  return succeeded({ loadBalancers: saved, ...(left.length > 0 ? { left } : {}) });
}

async function awaitServing(run: Run): Promise<TaskResult> {
  const specs = specsOf(run);
  const states = await Promise.all(
    specs.map(async (spec) => ({ spec, state: (await run.ports.loadBalancers.read(spec))?.state ?? null })),
  );
  const broken = states.find(({ state }) => state === 'failed');
  if (broken)
    return failed({
      code: 'load-balancer.failed',
      message: `AWS could not set up load balancer ${broken.spec.name} in ${broken.spec.account} ${broken.spec.region}.`,
      retry: false,
      advice: 'Look at its subnets (enough free addresses?) in the AWS console, delete it and restart the stage.',
    });
  const waiting = states.filter(({ state }) => state !== 'active').map(({ spec }) => spec.name);
  return waiting.length === 0 ? succeeded() : again(seconds(10), `load balancer ${waiting.join(', ')} to be set up`);
}

export const upsertLoadBalancers = executeStage(upsertLoadBalancersStage, {
  needs: ['loadBalancers', 'instances', 'serverGroups', 'guards'],
  tasks: [
    findServed(losingOf),
    { name: 'upsertLoadBalancer', timeoutMs: minutes(15), run: save },
    { name: 'waitForLoadBalancer', timeoutMs: minutes(15), run: awaitServing },
  ],
});
