import type { Action, Listener, LoadBalancer, Rule } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { ListenerRef } from '@gennaker/catalog/kit';
import { isFailure } from '../errors.ts';
import type { Place } from '../place.ts';

/** An action list that can be read and replaced: a listener's own, or that of one rule. */
export interface ActionPlace {
  readonly listenerArn: string;
  /** Null = the listener's default action. */
  readonly ruleArn: string | null;
  readonly actions: readonly Action[];
}

/** What the answer to a question about something that does not exist is: the other answer. */
async function ifThere<Answer>(question: Promise<Answer>, otherwise: Answer): Promise<Answer> {
  try {
    return await question;
  } catch (error) {
    if (isFailure(error, 'aws.gone')) return otherwise;
    throw error;
  }
}

/** Live; undefined when there is none of that name. */
export async function findLoadBalancer(place: Place, name: string): Promise<LoadBalancer | undefined> {
  const resource = `load balancer ${name}`;
  const none: { LoadBalancers?: LoadBalancer[] } = {};
  const found = await ifThere(place.loadBalancing.describeLoadBalancers({ Names: [name] }, { resource }), none);
  return found.LoadBalancers?.[0];
}

/** Every page; empty when the load balancer is gone. */
export async function listenersAt(place: Place, balancer: LoadBalancer): Promise<readonly Listener[]> {
  const all: Listener[] = [];
  const resource = `load balancer ${balancer.LoadBalancerName ?? ''}`;
  for (let Marker: string | undefined, first = true; first || Marker; first = false) {
    const input = { LoadBalancerArn: balancer.LoadBalancerArn, Marker };
    const none: { Listeners?: Listener[]; NextMarker?: string } = {};
    const page = await ifThere(place.loadBalancing.describeListeners(input, { resource }), none);
    all.push(...(page.Listeners ?? []));
    Marker = page.NextMarker;
  }
  return all;
}

/** Rules of a listener without the default one, by priority; empty when it is gone. */
export async function rulesAt(place: Place, listenerArn: string): Promise<readonly Rule[]> {
  const all: Rule[] = [];
  for (let Marker: string | undefined, first = true; first || Marker; first = false) {
    const none: { Rules?: Rule[]; NextMarker?: string } = {};
    const input = { ListenerArn: listenerArn, Marker };
    const page = await ifThere(place.loadBalancing.describeRules(input, { resource: `listener ${listenerArn}` }), none);
    all.push(...(page.Rules ?? []));
    Marker = page.NextMarker;
  }
  return all.filter((rule) => !rule.IsDefault).sort((a, b) => Number(a.Priority) - Number(b.Priority));
}

/** Null when load balancer, listener or rule is not there. */
export async function findActions(place: Place, ref: ListenerRef): Promise<ActionPlace | null> {
  const balancer = await findLoadBalancer(place, ref.loadBalancer);
  const listeners = balancer ? await listenersAt(place, balancer) : [];
  const listener = listeners.find((one) => one.Port === ref.port);
  if (!listener?.ListenerArn) return null;
  if (!ref.rule || ref.rule === 'default')
    return { listenerArn: listener.ListenerArn, ruleArn: null, actions: listener.DefaultActions ?? [] };
  const rules = await rulesAt(place, listener.ListenerArn);
  const rule = rules.find((one) => one.RuleArn === ref.rule || one.Priority === ref.rule);
  if (!rule?.RuleArn) return null;
  return { listenerArn: listener.ListenerArn, ruleArn: rule.RuleArn, actions: rule.Actions ?? [] };
}

/** The same place read once more, by ARN. */
export async function readAgain(place: Place, at: ActionPlace, resource: string): Promise<readonly Action[]> {
  if (at.ruleArn) {
    const found = await place.loadBalancing.describeRules({ RuleArns: [at.ruleArn] }, { resource });
    return found.Rules?.[0]?.Actions ?? [];
  }
  const found = await place.loadBalancing.describeListeners({ ListenerArns: [at.listenerArn] }, { resource });
  return found.Listeners?.[0]?.DefaultActions ?? [];
}
