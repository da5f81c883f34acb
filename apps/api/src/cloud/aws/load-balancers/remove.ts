import type { LoadBalancerChange, LoadBalancerRef, Operation } from '@gennaker/catalog/kit';
import { isFailure } from '../errors.ts';
import type { Place } from '../place.ts';
import { LOOKS } from '../refusal.ts';
import { checkOperation } from '../server-groups/tags.ts';
import { findLoadBalancer } from './listeners.ts';

/** Names of the server groups that would register their instances with the target group. */
async function serverGroupsWith(place: Place, arn: string): Promise<readonly string[]> {
  const names: string[] = [];
  for (let NextToken: string | undefined, first = true; first || NextToken; first = false) {
    const page = await place.autoScaling.describeAutoScalingGroups({ NextToken }, { resource: 'server groups' });
    const using = (page.AutoScalingGroups ?? []).filter((group) => group.TargetGroupARNs?.includes(arn));
    names.push(...using.flatMap((group) => group.AutoScalingGroupName ?? []));
    NextToken = page.NextToken;
  }
  return names;
}

/** Why a target group that its load balancer does not need any more is still needed; null when it is not. */
async function stillNeeded(place: Place, arn: string, others: number): Promise<string | null> {
  if (others > 0) return 'another load balancer sends to it';
  const groups = await serverGroupsWith(place, arn);
  if (groups.length > 0) return `server group ${groups.slice(0, 3).join(', ')} registers its instances with it`;
  const targets = await place.targetGroups.health(arn);
  return targets.length > 0 ? `it still has ${targets.length} targets` : null;
}

/**
 * Removes target groups by name where nothing needs them; answers why the others were left. `balancerArn` has given
 * them up: AWS may show for some seconds that it still sends to them.
 */
export async function removeTargetGroups(
  place: Place,
  names: readonly string[],
  balancerArn: string | undefined,
  operation: Operation,
): Promise<readonly string[]> {
  const left: string[] = [];
  for (const name of names) {
    const group = await place.targetGroups.find(name);
    const arn = group?.TargetGroupArn;
    if (!arn) continue;
    const others = (group.LoadBalancerArns ?? []).filter((one) => one !== balancerArn);
    const reason =
      (await stillNeeded(place, arn, others.length)) ?? (await removeTargetGroup(place, arn, name, operation));
    if (reason) left.push(`Target group ${name} was left: ${reason}.`);
  }
  return left;
}

async function removeTargetGroup(
  place: Place,
  arn: string,
  name: string,
  operation: Operation,
): Promise<string | null> {
  const how = { abort: operation.abort, resource: `target group ${name}` };
  for (const pause of LOOKS) {
    if (pause > 0) await place.clock.wait(pause, operation.abort);
    try {
      await place.loadBalancing.deleteTargetGroup({ TargetGroupArn: arn }, how);
      return null;
    } catch (error) {
      if (isFailure(error, 'aws.gone')) return null;
      if (!isFailure(error, 'aws.busy')) throw error;
    }
  }
  return 'AWS says that a listener or rule still sends to it';
}

/** Deletes the load balancer and, of the target groups named, those that nothing needs any more. */
export async function removeLoadBalancer(
  place: Place,
  ref: LoadBalancerRef,
  targetGroups: readonly string[],
  operation: Operation,
): Promise<LoadBalancerChange> {
  checkOperation(operation);
  const balancer = await findLoadBalancer(place, ref.name);
  const arn = balancer?.LoadBalancerArn;
  const how = { abort: operation.abort, resource: `load balancer ${ref.name}` };
  if (arn) await place.loadBalancing.deleteLoadBalancer({ LoadBalancerArn: arn }, how);
  const left = await removeTargetGroups(place, targetGroups, arn, operation);
  place.logger.info('Load balancer deleted', { name: ref.name, left });
  return { dnsName: balancer?.DNSName ?? '', left };
}
