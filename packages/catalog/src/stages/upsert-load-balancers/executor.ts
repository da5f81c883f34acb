import { FailureError, isJsonObject, type JsonObject } from '@gennaker/pipeline-dsl';
import type * as z from 'zod';
import {
  again,
  executeStage,
  failed,
  type LoadBalancer,
  type LoadBalancerSpec,
  minutes,
  type PlanView,
  seconds,
  succeeded,
  type TaskResult,
  type TaskRun,
} from '../../kit/index.ts';
import { loadBalancerSchema, upsertLoadBalancersStage } from './definition.ts';
import { specOf } from './wanted.ts';

type Context = z.output<typeof upsertLoadBalancersStage.context>;
type Run = TaskRun<Context, 'loadBalancers'>;

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

/** What is remembered of one that was there before the first try. */
const pictureOf = (balancer: LoadBalancer | null): JsonObject => ({
  existed: balancer !== null,
  targetGroups: balancer?.targetGroups.map(({ name }) => name) ?? [],
  ...(balancer ? { listeners: balancer.listeners, securityGroups: balancer.securityGroups } : {}),
});

/** Pictures of all, taken before anything is changed and kept over repeats. */
async function picturesOf(run: Run, specs: readonly LoadBalancerSpec[]): Promise<JsonObject> {
  const known = run.memory['before'];
  if (isJsonObject(known)) return known;
  const read = await Promise.all(
    specs.map(async (spec) => [keyOf(spec), pictureOf(await run.ports.loadBalancers.read(spec))] as const),
  );
  const before = Object.fromEntries(read);
  await run.remember({ before });
  return before;
}

async function save(run: Run): Promise<TaskResult> {
  const specs = specsOf(run);
  const pictures = await picturesOf(run, specs);
  const saved: JsonObject[] = [];
  const left: string[] = [];
  for (const spec of specs) {
    const { account, region, name, type } = spec;
    const before = (pictures[keyOf(spec)] ?? {}) as { existed?: boolean; targetGroups?: string[] };
    const action = before.existed ? 'change' : 'create';
    const settle = await run.intend({ kind: 'loadBalancer', account, region, name, action, before });
    const wish = { ...spec, formerTargetGroups: before.targetGroups ?? [] };
    const change = await run.ports.loadBalancers.upsert(wish, run.operation(`upsert:${keyOf(spec)}`));
    settle('done');
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
  needs: ['loadBalancers'],
  tasks: [
    { name: 'upsertLoadBalancer', timeoutMs: minutes(15), run: save },
    { name: 'waitForLoadBalancer', timeoutMs: minutes(15), run: awaitServing },
  ],
});
