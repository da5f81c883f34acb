import type { Action, Listener as AwsListener, LoadBalancer, Rule } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Listener, LoadBalancerSpec, Operation } from '@gennaker/catalog/kit';
import { isFailure } from '../errors.ts';
import type { Place } from '../place.ts';
import { LOOKS, notSeen } from '../refusal.ts';
import { actionsIn, sameActions, sendable } from './actions.ts';
import { conditionIn, conditionOut, conditionsKey } from './conditions.ts';
import { listenersAt, rulesAt } from './listeners.ts';
import { planRules } from './rule-plan.ts';
import { tagsFor } from './tags.ts';

/** Everything that saving the listeners of one load balancer needs. */
export interface ListenerWork {
  readonly place: Place;
  readonly balancer: LoadBalancer;
  readonly spec: LoadBalancerSpec;
  readonly arnOf: (targetGroup: string) => string;
  readonly operation: Operation;
}

type Change = () => Promise<unknown>;

const howOf = ({ spec, operation }: ListenerWork, port: number | undefined) => ({
  abort: operation.abort,
  resource: `listener ${spec.name}:${port}`,
});

/** Looks, changes what differs and looks again, until nothing differs. Someone else's equal change counts as ours. */
async function converge(work: ListenerWork, changesNow: () => Promise<readonly Change[]>): Promise<void> {
  const { place, operation } = work;
  for (const pause of LOOKS) {
    if (pause > 0) await place.clock.wait(pause, operation.abort);
    const changes = await changesNow();
    if (changes.length === 0) return;
    try {
      for (const change of changes) await change();
    } catch (error) {
      if (!isFailure(error, 'aws.exists', 'aws.gone')) throw error;
      place.logger.debug('A listener has changed since it was read', { error: String(error) });
    }
  }
  throw notSeen(place, `load balancer ${work.spec.name}`);
}

function sameListener(wanted: Listener, actions: readonly Action[], present: AwsListener): boolean {
  const certificate = wanted.certificates[0];
  return (
    wanted.protocol === present.Protocol &&
    (!wanted.sslPolicy || wanted.sslPolicy === present.SslPolicy) &&
    (!certificate || (present.Certificates ?? [])[0]?.CertificateArn === certificate) &&
    sameActions(actions, present.DefaultActions ?? [])
  );
}

function listenerChange(work: ListenerWork, wanted: Listener, present: AwsListener | undefined): Change | null {
  const { place, balancer, spec, operation } = work;
  const DefaultActions = actionsIn(wanted.actions, work.arnOf);
  if (present && sameListener(wanted, DefaultActions, present)) return null;
  const settings = {
    Protocol: wanted.protocol as AwsListener['Protocol'],
    ...(wanted.sslPolicy ? { SslPolicy: wanted.sslPolicy } : {}),
    ...(wanted.certificates.length > 0 ? { Certificates: [{ CertificateArn: wanted.certificates[0] }] } : {}),
  };
  const how = howOf(work, wanted.port);
  const input = { LoadBalancerArn: balancer.LoadBalancerArn, Port: wanted.port, ...settings };
  if (!present)
    return () => place.loadBalancing.createListener({ ...input, DefaultActions, Tags: tagsFor(spec, operation) }, how);
  const ListenerArn = present.ListenerArn ?? '';
  return () =>
    place.loadBalancing.modifyListener({ ListenerArn, ...settings, DefaultActions: sendable(DefaultActions) }, how);
}

const presentRule = (rule: Rule) => ({
  arn: rule.RuleArn ?? '',
  priority: Number(rule.Priority),
  key: conditionsKey((rule.Conditions ?? []).map(conditionOut)),
});

async function ruleChanges(work: ListenerWork, wanted: Listener, listener: AwsListener): Promise<readonly Change[]> {
  const { place, spec, operation } = work;
  const ListenerArn = listener.ListenerArn ?? '';
  const present = await rulesAt(place, ListenerArn);
  const plan = planRules(present.map(presentRule), wanted.rules);
  const how = howOf(work, wanted.port);
  const parts = (rule: Listener['rules'][number]) => ({
    Conditions: rule.conditions.map(conditionIn),
    Actions: actionsIn(rule.actions, work.arnOf),
  });
  const move: Change = () =>
    place.loadBalancing.setRulePriorities(
      { RulePriorities: plan.move.map(({ arn, priority }) => ({ RuleArn: arn, Priority: priority })) },
      how,
    );
  const change = plan.keep.flatMap(({ arn, rule, takesOver }): readonly Change[] => {
    const { Conditions, Actions } = parts(rule);
    const held = present.find((one) => one.RuleArn === arn)?.Actions ?? [];
    if (!takesOver && sameActions(Actions, held)) return [];
    const input = { RuleArn: arn, Actions: sendable(Actions), ...(takesOver ? { Conditions } : {}) };
    return [() => place.loadBalancing.modifyRule(input, how)];
  });
  const create = plan.create.map((rule): Change => {
    const input = { ListenerArn, Priority: Number(rule.priority), ...parts(rule), Tags: tagsFor(spec, operation) };
    return () => place.loadBalancing.createRule(input, how);
  });
  return [...(plan.move.length > 0 ? [move] : []), ...change, ...create];
}

/** Makes listeners and rules as wanted, and removes none. */
export async function saveListeners(work: ListenerWork): Promise<void> {
  const { place, balancer, spec } = work;
  await converge(work, async () => {
    const present = await listenersAt(place, balancer);
    const at = (port: number) => present.find((one) => one.Port === port);
    return spec.listeners.flatMap((wanted) => listenerChange(work, wanted, at(wanted.port)) ?? []);
  });
  if (spec.type !== 'application') return;
  await converge(work, async () => {
    const present = await listenersAt(place, balancer);
    const changes = spec.listeners.map(async (wanted) => {
      const listener = present.find((one) => one.Port === wanted.port);
      return listener ? ruleChanges(work, wanted, listener) : [];
    });
    return (await Promise.all(changes)).flat();
  });
}

/** Removes the rules and listeners that are not wanted. */
export async function removeOtherListeners(work: ListenerWork): Promise<void> {
  const { place, balancer, spec } = work;
  await converge(work, async () => {
    const changes = (await listenersAt(place, balancer)).map(async (listener): Promise<readonly Change[]> => {
      const wanted = spec.listeners.find((one) => one.port === listener.Port);
      const how = howOf(work, listener.Port);
      const ListenerArn = listener.ListenerArn ?? '';
      if (!wanted) return [() => place.loadBalancing.deleteListener({ ListenerArn }, how)];
      if (spec.type !== 'application') return [];
      const plan = planRules((await rulesAt(place, ListenerArn)).map(presentRule), wanted.rules);
      return plan.remove.map((RuleArn) => () => place.loadBalancing.deleteRule({ RuleArn }, how));
    });
    return (await Promise.all(changes)).flat();
  });
}
