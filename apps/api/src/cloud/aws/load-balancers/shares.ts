import type { Action } from '@aws-sdk/client-elastic-load-balancing-v2';
import {
  type ListenerRef,
  type ListenerShares,
  type Operation,
  sharesProblem,
  type TrafficShare,
} from '@gennaker/catalog/kit';
import { isJsonObject, type JsonObject } from '@gennaker/pipeline-dsl';
import type { Place } from '../place.ts';
import { LOOKS, notSeen, refusal } from '../refusal.ts';
import { checkOperation } from '../server-groups/tags.ts';
import { forwardedBy, isForward, isSticky, sameActions, sendable, sharesOf, withShares } from './actions.ts';
import { type ActionPlace, findActions, readAgain } from './listeners.ts';
import { targetGroupName } from './target-groups.ts';

const nounOf = ({ loadBalancer, port, rule }: ListenerRef): string =>
  `listener ${loadBalancer}:${port}${rule ? ` rule ${rule}` : ''}`;

async function needActions(place: Place, ref: ListenerRef): Promise<ActionPlace> {
  const found = await findActions(place, ref);
  if (found) return found;
  const message = `There is no ${nounOf(ref)} in ${ref.account} ${ref.region}.`;
  throw refusal(place, 'aws.gone', message, 'Check the names of load balancer and rule, and the port.');
}

/** Keeps users with one target for a while: an attribute of the target group, invisible in the listener. */
async function keepsUsers(place: Place, arn: string): Promise<boolean> {
  const resource = `target group ${targetGroupName(arn)}`;
  const found = await place.loadBalancing.describeTargetGroupAttributes({ TargetGroupArn: arn }, { resource });
  return (found.Attributes ?? []).some(({ Key, Value }) => Key === 'stickiness.enabled' && Value === 'true');
}

export async function readShares(place: Place, ref: ListenerRef): Promise<ListenerShares | null> {
  const found = await findActions(place, ref);
  if (!found) return null;
  const arns = forwardedBy(found.actions).map(({ arn }) => arn);
  const sticky =
    isSticky(found.actions) || (await Promise.all(arns.map((arn) => keepsUsers(place, arn)))).some(Boolean);
  return { shares: sharesOf(found.actions), sticky, actions: { actions: found.actions as unknown as JsonObject[] } };
}

/** ARNs of the target groups: of those already in the action without asking, of the others by name. */
async function withArns(place: Place, actions: readonly Action[], shares: readonly TrafficShare[]) {
  const known = new Map(forwardedBy(actions).map(({ arn }) => [targetGroupName(arn), arn]));
  return Promise.all(
    shares.map(async ({ targetGroup, weight }) => {
      const arn = known.get(targetGroup) ?? (await place.targetGroups.find(targetGroup))?.TargetGroupArn;
      if (arn) return { arn, weight };
      const message = `Target group ${targetGroup} does not exist in ${place.account.name} ${place.region}.`;
      throw refusal(place, 'aws.gone', message, 'Check its name, or make it before requests are sent to it.');
    }),
  );
}

/** Replaces the actions and returns when the change was read back. */
async function replace(place: Place, at: ActionPlace, ref: ListenerRef, wanted: Action[], operation: Operation) {
  const how = { abort: operation.abort, resource: nounOf(ref) };
  const actions = sendable(wanted);
  if (at.ruleArn) await place.loadBalancing.modifyRule({ RuleArn: at.ruleArn, Actions: actions }, how);
  else await place.loadBalancing.modifyListener({ ListenerArn: at.listenerArn, DefaultActions: actions }, how);
  for (const pause of LOOKS) {
    if (pause > 0) await place.clock.wait(pause, operation.abort);
    if (sameActions(wanted, await readAgain(place, at, how.resource))) return;
  }
  throw notSeen(place, how.resource);
}

export async function setShares(
  place: Place,
  ref: ListenerRef,
  shares: readonly TrafficShare[],
  operation: Operation,
): Promise<void> {
  checkOperation(operation);
  const problem = sharesProblem(shares);
  if (problem) throw refusal(place, 'aws.wrong-input', `${nounOf(ref)}: ${problem}`, 'Correct the weights.');
  const at = await needActions(place, ref);
  if (!at.actions.some(isForward)) {
    const message = `${nounOf(ref)} in ${ref.account} ${ref.region} does not forward requests, so they cannot be divided.`;
    throw refusal(place, 'aws.not-forwarding', message, 'Name the listener or the rule that forwards them.');
  }
  const wanted = withShares(at.actions, await withArns(place, at.actions, shares));
  await replace(place, at, ref, wanted, operation);
  place.logger.info('Requests divided anew', { listener: nounOf(ref), shares });
}

export async function restoreActions(place: Place, ref: ListenerRef, picture: JsonObject, operation: Operation) {
  checkOperation(operation);
  const { actions } = picture;
  if (!Array.isArray(actions) || actions.length === 0 || !actions.every(isJsonObject)) {
    const message = `What is to be restored on ${nounOf(ref)} is no list of actions.`;
    throw refusal(place, 'aws.wrong-input', message, 'Restore from what was read before the change.');
  }
  await replace(place, await needActions(place, ref), ref, actions as unknown as Action[], operation);
}
