import type { CreateLoadBalancerInput, LoadBalancer } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { LoadBalancerChange, LoadBalancerSpec, Operation } from '@gennaker/catalog/kit';
import { isFailure } from '../errors.ts';
import type { Place } from '../place.ts';
import { refusal } from '../refusal.ts';
import { findSecurityGroupIds } from '../security-groups/find.ts';
import { checkOperation } from '../server-groups/tags.ts';
import { findLoadBalancer } from './listeners.ts';
import { removeTargetGroups } from './remove.ts';
import { removeOtherListeners, saveListeners } from './save-listeners.ts';
import { fixedDifferences, saveTargetGroup } from './save-target-groups.ts';
import { chooseSeats } from './subnets.ts';
import { pairsIn, pairsOut, tagsFor } from './tags.ts';

/** All that reads alone can find out about a wish. */
interface Prepared {
  readonly balancer: LoadBalancer | undefined;
  readonly vpcId: string | null;
  readonly subnetIds: readonly string[] | null;
  /** Null = nothing is said about them. */
  readonly securityGroupIds: readonly string[] | null;
  /** ARNs of target groups that are sent to and are not part of the wish. */
  readonly others: ReadonlyMap<string, string>;
}

const schemeOf = (spec: LoadBalancerSpec): 'internal' | 'internet-facing' =>
  spec.internal ? 'internal' : 'internet-facing';

function fixedProblems(spec: LoadBalancerSpec, present: LoadBalancer | undefined): string[] {
  if (!present) return [];
  const fixed: ReadonlyArray<readonly [string, unknown, unknown]> = [
    ['type', spec.type, present.Type],
    ['scheme', schemeOf(spec), present.Scheme],
    ['network', spec.vpcId ?? present.VpcId, present.VpcId],
  ];
  return fixed
    .filter(([, want, have]) => want !== have)
    .map(
      ([what, want, have]) =>
        `Load balancer ${spec.name} has the ${what} ${have}, and AWS cannot change it to ${want}: give it another name.`,
    );
}

function repeats(what: string, values: readonly (string | number)[]): string[] {
  const twice = values.filter((value, at) => values.indexOf(value) !== at);
  return [...new Set(twice)].map((value) => `${what} ${value} is named twice.`);
}

function specProblems(spec: LoadBalancerSpec): string[] {
  const { listeners, targetGroups } = spec;
  return [
    ...(listeners.length === 0 ? [`No listener is named, so load balancer ${spec.name} would answer nobody.`] : []),
    ...repeats(
      'Port',
      listeners.map((one) => one.port),
    ),
    ...repeats(
      'Target group',
      targetGroups.map((one) => one.name),
    ),
    ...listeners.flatMap((one) => [
      ...repeats(
        `Priority on port ${one.port}:`,
        one.rules.map((rule) => Number(rule.priority)),
      ),
      ...(one.actions.length === 0 ? [`The listener on port ${one.port} does nothing with requests.`] : []),
      ...(one.certificates.length > 1
        ? [`The listener on port ${one.port} names ${one.certificates.length} certificates; name one.`]
        : []),
    ]),
  ];
}

/** Target groups that listeners send to and the wish does not define must be there already. */
async function otherTargetGroups(place: Place, spec: LoadBalancerSpec) {
  const defined = new Set(spec.targetGroups.map((one) => one.name));
  const actions = spec.listeners.flatMap((one) => [...one.actions, ...one.rules.flatMap((rule) => rule.actions)]);
  const names = new Set(actions.flatMap(({ shares = [] }) => shares.map((share) => share.targetGroup)));
  const found = await Promise.all(
    [...names]
      .filter((name) => !defined.has(name))
      .map(async (name) => [name, (await place.targetGroups.find(name))?.TargetGroupArn] as const),
  );
  return {
    arns: new Map(found.flatMap(([name, arn]) => (arn ? [[name, arn] as const] : []))),
    problems: found
      .filter(([, arn]) => !arn)
      .map(([name]) => `Target group ${name} gets requests, but is neither named as one of its own nor there.`),
  };
}

async function prepare(place: Place, spec: LoadBalancerSpec): Promise<Prepared> {
  const balancer = await findLoadBalancer(place, spec.name);
  const seats = await chooseSeats(place, spec, balancer);
  const [groups, others, present] = await Promise.all([
    spec.securityGroups ? findSecurityGroupIds(place, spec.securityGroups, seats.vpcId) : null,
    otherTargetGroups(place, spec),
    Promise.all(spec.targetGroups.map((one) => place.targetGroups.find(one.name))),
  ]);
  const fixed = [
    ...fixedProblems(spec, balancer),
    ...spec.targetGroups.flatMap((one, at) => {
      const held = present[at];
      return held ? fixedDifferences(one, held, seats.vpcId) : [];
    }),
  ];
  const wrong = [...specProblems(spec), ...seats.problems, ...(groups?.problems ?? []), ...others.problems];
  if (wrong.length > 0)
    throw refusal(place, 'aws.wrong-input', wrong.join(' '), 'Correct the stage; nothing was changed.');
  if (fixed.length > 0)
    throw refusal(
      place,
      'aws.cannot-change',
      fixed.join(' '),
      'Nothing was changed. Use another name and remove the old one.',
    );
  return {
    balancer,
    vpcId: seats.vpcId,
    subnetIds: seats.subnetIds,
    securityGroupIds: groups?.ids ?? null,
    others: others.arns,
  };
}

async function create(place: Place, spec: LoadBalancerSpec, ready: Prepared, operation: Operation) {
  const input: CreateLoadBalancerInput = {
    Name: spec.name,
    Type: spec.type,
    Scheme: schemeOf(spec),
    Subnets: [...(ready.subnetIds ?? [])],
    SecurityGroups: ready.securityGroupIds ? [...ready.securityGroupIds] : undefined,
    IpAddressType: (spec.ipAddressType as CreateLoadBalancerInput['IpAddressType']) ?? undefined,
    Tags: tagsFor(spec, operation),
  };
  const how = { abort: operation.abort, resource: `load balancer ${spec.name}` };
  let made: LoadBalancer | undefined;
  try {
    made = (await place.loadBalancing.createLoadBalancer(input, how)).LoadBalancers?.[0];
  } catch (error) {
    if (!isFailure(error, 'aws.exists')) throw error;
    made = await findLoadBalancer(place, spec.name);
  }
  if (made) return made;
  const message = `Load balancer ${spec.name} was made and is not seen yet in ${spec.account} ${spec.region}.`;
  throw refusal(place, 'aws.not-there-yet', message, 'It is tried again.', true);
}

const sameSet = (a: readonly string[], b: readonly string[]): boolean =>
  JSON.stringify([...a].sort()) === JSON.stringify([...b].sort());

/** Security groups, subnets, address type and attributes of one that was there. */
async function saveSettings(
  place: Place,
  spec: LoadBalancerSpec,
  balancer: LoadBalancer,
  ready: Prepared,
  op: Operation,
) {
  const LoadBalancerArn = balancer.LoadBalancerArn ?? '';
  const how = { abort: op.abort, resource: `load balancer ${spec.name}` };
  const { securityGroupIds, subnetIds } = ready;
  const seats = (balancer.AvailabilityZones ?? []).flatMap((zone) => zone.SubnetId ?? []);
  if (securityGroupIds && !sameSet(securityGroupIds, balancer.SecurityGroups ?? []))
    await place.loadBalancing.setSecurityGroups({ LoadBalancerArn, SecurityGroups: [...securityGroupIds] }, how);
  if (subnetIds && !sameSet(subnetIds, seats))
    await place.loadBalancing.setSubnets({ LoadBalancerArn, Subnets: [...subnetIds] }, how);
  const IpAddressType = spec.ipAddressType as LoadBalancer['IpAddressType'] | null | undefined;
  if (IpAddressType && IpAddressType !== balancer.IpAddressType)
    await place.loadBalancing.setIpAddressType({ LoadBalancerArn, IpAddressType }, how);
  if (Object.keys(spec.attributes).length === 0) return;
  const held = pairsOut(
    (await place.loadBalancing.describeLoadBalancerAttributes({ LoadBalancerArn }, how)).Attributes,
  );
  const changed = Object.entries(spec.attributes).filter(([key, value]) => held[key] !== value);
  if (changed.length > 0)
    await place.loadBalancing.modifyLoadBalancerAttributes(
      { LoadBalancerArn, Attributes: pairsIn(Object.fromEntries(changed)) },
      how,
    );
}

/**
 * Makes a load balancer as wished: itself, its target groups, listeners and rules, its settings, and only then removes
 * what is not wished any more. Everything that AWS cannot change is refused before the first change.
 */
export async function upsertLoadBalancer(
  place: Place,
  spec: LoadBalancerSpec,
  operation: Operation,
): Promise<LoadBalancerChange> {
  checkOperation(operation);
  const ready = await prepare(place, spec);
  const balancer = ready.balancer ?? (await create(place, spec, ready, operation));
  const arns = new Map(ready.others);
  for (const group of spec.targetGroups)
    arns.set(group.name, await saveTargetGroup(place, group, ready.vpcId, spec, operation));
  const work = { place, balancer, spec, operation, arnOf: (name: string) => arns.get(name) ?? name };
  await saveListeners(work);
  await saveSettings(place, spec, balancer, ready, operation);
  await removeOtherListeners(work);
  const unwanted = (spec.formerTargetGroups ?? []).filter((name) => !arns.has(name));
  const left = await removeTargetGroups(place, unwanted, balancer.LoadBalancerArn, operation);
  place.logger.info('Load balancer saved', { name: spec.name, left });
  return { dnsName: balancer.DNSName ?? '', left };
}
