import { type Failure, isJsonObject } from '@gennaker/pipeline-dsl';
import type * as z from 'zod';
import { guarded } from '../../clusters/guarded.ts';
import { healthToCome, upCount } from '../../clusters/health.ts';
import { settling } from '../../clusters/intents.ts';
import { pollDelay } from '../../clusters/operations.ts';
import { soak, soakBroken } from '../../clusters/soak.ts';
import { listenerInWords, listenerRefOf, sameShares, sharesAt } from '../../clusters/traffic-shift.ts';
import type { ShiftedListener } from '../../clusters/traffic-shift-schema.ts';
import { again, executeStage, failed, minutes, succeeded, type TaskResult, type TaskRun } from '../../kit/index.ts';
import type { ListenerShares, ServerGroup } from '../../kit/ports/index.ts';
import { shiftTrafficStage } from './definition.ts';

type Context = z.output<typeof shiftTrafficStage.context>;
type Run = TaskRun<Context, 'loadBalancers' | 'serverGroups' | 'guards'>;

/** A change may stay unseen for a moment. */
const SEEN_WITHIN_MS = minutes(1);

/** Null when the server group that gets more requests is healthy; else what is waited for, or why it never will be. */
async function groupToCome(run: Run, needed: number): Promise<TaskResult | null> {
  const { account, region, serverGroup: name } = run.context;
  if (!name) return null;
  const group = await run.ports.serverGroups.read({ account, region, name });
  if (!group || group.beingDeleted) return failed(vanished(name, region));
  if (upCount(group) >= needed && group.traffic !== 'disabled') return null;
  const hopeless = await run.ports.serverGroups.hopeless(group, run.task.startTime);
  return hopeless ? failed(hopeless) : again(pollDelay(run), healthToCome(group, needed));
}

/** The target group that gets more requests has enough healthy targets, read live. */
async function prove(run: Run): Promise<TaskResult> {
  const { context } = run;
  const { account, region, trafficShift, restore } = context;
  const targetGroup = restore ? trafficShift.giving : trafficShift.receiving;
  if (context.verifyOnly || !targetGroup || (context.weight === 0 && !restore)) return succeeded();
  const needed = Math.max(1, context.needed ?? 1);
  const waiting = await groupToCome(run, needed);
  if (waiting) {
    await soakBroken(run);
    return waiting;
  }
  const counts = await run.ports.loadBalancers.targetHealth({ account, region, targetGroup });
  if (counts.Up >= needed) return (await soak(run, [targetGroup], context.stableSeconds ?? 0)) ?? succeeded();
  await soakBroken(run);
  return again(pollDelay(run), `target group ${targetGroup} to have ${needed} healthy targets, ${counts.Up} now`);
}

const vanished = (name: string, region: string): Failure => ({
  code: 'traffic.server-group-vanished',
  message: `Server group ${name} no longer exists in ${region}; no request was sent its way.`,
  advice: 'Somebody or something else removed it.',
});

const noListener = (listener: ShiftedListener, region: string): Failure => ({
  code: 'traffic.listener-gone',
  message: `Listener ${listenerInWords(listener)} does not exist in ${region} any more.`,
  advice: 'Somebody removed it while the deploy moved its traffic. Look at the load balancer.',
});

const otherShares = (listener: ShiftedListener, shares: ListenerShares): Failure => ({
  code: 'traffic.changed-by-another',
  message: `Listener ${listenerInWords(listener)} divides its requests otherwise than this deploy has set: ${inWords(shares)}.`,
  advice: 'Another person or tool changes it too. Find out who, then deploy again.',
});

const inWords = ({ shares }: ListenerShares): string =>
  shares.map(({ targetGroup, weight }) => `${targetGroup} ${weight}`).join(', ') || 'it does not forward';

/** Are the actions those from before? Stored objects may have lost the order of their keys. */
function isRestored(current: ListenerShares, listener: ShiftedListener): boolean {
  const sorted = (value: unknown): unknown =>
    Array.isArray(value)
      ? value.map(sorted)
      : isJsonObject(value)
        ? Object.fromEntries(
            Object.keys(value)
              .sort()
              .map((key) => [key, sorted(value[key])]),
          )
        : value;
  return JSON.stringify(sorted(current.actions)) === JSON.stringify(sorted(listener.actions));
}

/** After going back the receiving target group must get nothing any more. */
const givesNothing = ({ trafficShift }: Context, { shares }: ListenerShares): boolean =>
  shares.every(({ targetGroup, weight }) => targetGroup !== trafficShift.receiving || weight === 0);

const isAsWanted = (context: Context, current: ListenerShares, listener: ShiftedListener, isSet: boolean): boolean => {
  const { trafficShift, weight } = context;
  if (!context.restore)
    return (
      sameShares(current.shares, sharesAt(trafficShift, current, weight)) &&
      current.shares.some(({ targetGroup }) => targetGroup === trafficShift.receiving)
    );
  return isSet ? givesNothing(context, current) : isRestored(current, listener);
};

async function change(run: Run, listener: ShiftedListener, current: ListenerShares): Promise<void> {
  const { context } = run;
  const { loadBalancers } = run.ports;
  const ref = listenerRefOf(listener, context);
  const name = listenerInWords(listener);
  const { account, region } = context;
  const settle = await run.intend({
    kind: 'listener',
    account,
    region,
    name,
    action: 'change',
    before: { shares: current.shares, actions: current.actions },
  });
  const operation = run.operation(name);
  const shares = sharesAt(context.trafficShift, current, context.weight);
  await settling(
    settle,
    () =>
      context.restore
        ? loadBalancers.restoreActions(ref, listener.actions, operation)
        : loadBalancers.setShares(ref, shares, operation),
    async () => (await loadBalancers.readShares(ref)) !== null,
  );
}

/** Changes what is not as wanted, once; from then on it only reads until all listeners show it. */
async function shift(run: Run): Promise<TaskResult> {
  const { context } = run;
  const seen: Record<string, Record<string, number>> = {};
  const late = run.now() - run.task.startTime > SEEN_WITHIN_MS;
  for (const listener of context.trafficShift.listeners) {
    const name = listenerInWords(listener);
    const ref = listenerRefOf(listener, context);
    let current = await run.ports.loadBalancers.readShares(ref);
    if (!current) return failed(noListener(listener, context.region));
    const isSet = run.memory[`set:${name}`] === true;
    if (!isAsWanted(context, current, listener, isSet)) {
      if (context.verifyOnly || late) return failed(otherShares(listener, current));
      if (isSet) return again(2_000, `listener ${name} to show its new shares`);
      await change(run, listener, current);
      await run.remember({ [`set:${name}`]: true });
      current = await run.ports.loadBalancers.readShares(ref);
      if (!current || !isAsWanted(context, current, listener, true))
        return again(2_000, `listener ${name} to show its new shares`);
    }
    seen[name] = Object.fromEntries(current.shares.map(({ targetGroup, weight }) => [targetGroup, weight]));
  }
  return succeeded({ trafficShares: seen });
}

/** Does a listener send requests to the target group now? */
async function isAsked({ context, ports }: Run, targetGroup: string): Promise<boolean> {
  const shares = await Promise.all(
    context.trafficShift.listeners.map((each) => ports.loadBalancers.readShares(listenerRefOf(each, context))),
  );
  return shares.some((each) => each?.shares.some((one) => one.targetGroup === targetGroup && one.weight > 0));
}

/** The target group that loses all of its requests; null when none does. */
async function emptiedBy(run: Run): Promise<string | null> {
  const { trafficShift, weight, restore, verifyOnly } = run.context;
  const { giving, receiving } = trafficShift;
  if (verifyOnly) return null;
  if (restore) return receiving && (await isAsked(run, receiving)) ? receiving : null;
  return weight === 100 ? giving : null;
}

/** Groups that are in the target group alone which loses its requests lose theirs. */
async function shiftGuarded(run: Run): Promise<TaskResult> {
  const { account, region, serverGroup: name, trafficShift } = run.context;
  const emptied = await emptiedBy(run);
  if (!emptied || !name) return shift(run);
  const other = emptied === trafficShift.receiving ? trafficShift.giving : trafficShift.receiving;
  const choose = ({ targetGroups }: ServerGroup): boolean =>
    targetGroups.includes(emptied) && !(other && targetGroups.includes(other));
  const how = { act: 'send all requests away from', choose };
  return guarded(run, [{ account, region, name }], run.context, how, () => shift(run));
}

export const shiftTraffic = executeStage(shiftTrafficStage, {
  needs: ['loadBalancers', 'serverGroups', 'guards'],
  tasks: [
    { name: 'proveReceiver', timeoutMs: minutes(15), run: prove },
    { name: 'shiftTraffic', timeoutMs: minutes(10), run: shiftGuarded },
  ],
});
