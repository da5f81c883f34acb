import { type Failure, isJsonObject } from '@gennaker/pipeline-dsl';
import type * as z from 'zod';
import { isServing } from '../../clusters/health.ts';
import { listenerInWords } from '../../clusters/traffic-shift.ts';
import type { ShiftedListener, TrafficShift } from '../../clusters/traffic-shift-schema.ts';
import { keptStageDefinitions } from '../../kept/index.ts';
import { failed, type StrategyStart, succeeded, type TaskResult } from '../../kit/index.ts';
import type { ListenerRef, ListenerShares } from '../../kit/ports/index.ts';
import type { weightedStrategy } from './definition.ts';

export type WeightedOptions = z.output<typeof weightedStrategy.options>;
type Start = StrategyStart<WeightedOptions>;

interface Found {
  readonly listener: ShiftedListener;
  readonly shares: ListenerShares;
}

const refused = (code: string, message: string, advice: string): TaskResult => {
  const failure: Failure = { code, message: `${message} Nothing was changed.`, advice };
  return failed(failure);
};

/** The two target groups of the cluster; null unless there are exactly two. */
function pairOf(context: unknown): readonly [string, string] | null {
  const names = isJsonObject(context) ? [context['targetGroups'], context['spelTargetGroups']] : [];
  const [a, b, ...more] = [...new Set(names.flatMap((list) => (Array.isArray(list) ? list.map(String) : [])))];
  return a && b && more.length === 0 ? [a, b] : null;
}

async function refsOf({ options, account, region, run }: Start, targetGroups: readonly string[]) {
  const place = { account, region };
  if (options.listeners?.length)
    return options.listeners.map(
      ({ loadBalancer, port, rule }): ListenerRef => ({
        ...place,
        loadBalancer,
        port,
        ...(rule ? { rule } : {}),
      }),
    );
  for (const targetGroup of targetGroups) {
    const found = await run.ports.loadBalancers.listenersOf({ ...place, targetGroup });
    if (found.length > 0) return found;
  }
  return [];
}

const weightIn = (found: readonly Found[], name: string): number =>
  Math.max(
    0,
    ...found.flatMap(({ shares }) => shares.shares.filter((one) => one.targetGroup === name).map((one) => one.weight)),
  );

/** Why requests cannot be moved between the two alone; null when they can. */
async function problemOf(start: Start, found: readonly Found[], shift: TrafficShift): Promise<TaskResult | null> {
  const { account, region, groups, source, run } = start;
  const { giving, receiving } = shift;
  const others = found.flatMap(({ shares }) =>
    shares.shares.filter((one) => one.weight > 0 && one.targetGroup !== giving && one.targetGroup !== receiving),
  );
  if (giving && others.length > 0)
    return refused(
      'deploy.other-target-groups',
      `The listener sends requests to ${others.map((one) => one.targetGroup).join(', ')} as well, which is not one of the two target groups of the deploy.`,
      'Name the target group that serves as one of the two.',
    );
  const strangers = groups.filter((one) => one !== source && isServing(one) && one.targetGroups.includes(receiving));
  if (giving && strangers.length > 0)
    return refused(
      'deploy.receiving-target-group-in-use',
      `Target group ${receiving}, which the new server group would use, has healthy targets of ${strangers.map((one) => one.name).join(', ')}.`,
      'Disable those server groups first: they would get requests together with the new one.',
    );
  if (!giving || weightIn(found, receiving) === 0) return null;
  const counts = await run.ports.loadBalancers.targetHealth({ account, region, targetGroup: receiving });
  if (counts.Up === 0) return null;
  return refused(
    'deploy.shift-under-way',
    `The listener sends requests to both target groups, ${giving} and ${receiving}.`,
    'An earlier shift was not ended. Give one of them all requests, then deploy again.',
  );
}

/** Stages that a step asks for and that are not carried out here, found out before anything is changed. */
function notRun({ steps }: WeightedOptions): string[] {
  const types = (steps ?? []).flatMap(({ check, canaryScore }) => [
    ...(check ? [check.type] : []),
    ...(canaryScore ? ['kayentaCanary'] : []),
  ]);
  return types.filter((type) => Object.hasOwn(keptStageDefinitions, type));
}

/** Finds out whose requests move where, and keeps the listeners' actions as they are for going back. */
export async function prepareShift(start: Start): Promise<TaskResult> {
  const { options, source, run, cluster } = start;
  const pair = pairOf(run.context);
  if (!pair)
    return refused(
      'deploy.two-target-groups',
      `The weighted strategy moves requests from one target group to another, so cluster ${cluster} needs exactly two.`,
      'Name two target groups in the cluster.',
    );
  const unknown = notRun(options);
  if (unknown.length > 0)
    return refused(
      'deploy.step-not-run',
      `A step waits for a stage of type ${unknown.join(', ')}, which is kept but not carried out here.`,
      'Let a person judge, wait for a time, or check with a stage that runs.',
    );
  const giving = source ? (pair.find((name) => source.targetGroups.includes(name)) ?? null) : null;
  if (source && !giving)
    return refused(
      'deploy.source-elsewhere',
      `${source.name} serves through ${source.targetGroups.join(', ') || 'no target group'}, and not through ${pair.join(' or ')}.`,
      'Name its target group as one of the two.',
    );
  return found(start, pair, giving);
}

async function found(start: Start, pair: readonly [string, string], giving: string | null): Promise<TaskResult> {
  const { run, region } = start;
  const refs = await refsOf(start, giving ? [giving] : pair);
  const listeners: Found[] = [];
  for (const { loadBalancer, port, rule } of refs) {
    const ref = { account: start.account, region, loadBalancer, port, ...(rule ? { rule } : {}) };
    const shares = await run.ports.loadBalancers.readShares(ref);
    const name = listenerInWords(ref);
    if (!shares || shares.shares.length === 0)
      return refused(
        'deploy.no-listener',
        `Listener ${name} ${shares ? 'does not forward requests' : `does not exist in ${region}`}.`,
        'Name a listener, or a rule, that forwards to one of the two target groups.',
      );
    listeners.push({ listener: { loadBalancer, port, rule: rule ?? null, actions: shares.actions }, shares });
  }
  if (listeners.length === 0)
    return refused(
      'deploy.no-listener',
      `No listener sends requests to ${giving ?? pair.join(' or ')} in ${region}.`,
      'Name the listeners of the deploy, or let one forward to that target group.',
    );
  const [a, b] = pair;
  const receiving = giving ? (giving === a ? b : a) : weightIn(listeners, b) > weightIn(listeners, a) ? b : a;
  const trafficShift: TrafficShift = { listeners: listeners.map(({ listener }) => listener), giving, receiving };
  const problem = await problemOf(start, listeners, trafficShift);
  if (problem) return problem;
  const sticky = listeners.filter(({ shares }) => shares.sticky).map(({ listener }) => listenerInWords(listener));
  const warning = `Users of ${sticky.join(', ')} stay with their target group for a while: weights hold for new users only.`;
  return succeeded(undefined, { trafficShift, ...(sticky.length > 0 ? { warning } : {}) });
}
