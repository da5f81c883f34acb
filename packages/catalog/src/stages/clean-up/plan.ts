import { isJsonObject, type JsonObject } from '@gennaker/pipeline-dsl';
import { clusterOfServerGroup } from '../../clusters/place.ts';
import type { SyntheticSpec } from '../../kit/index.ts';
import { listenerNamed } from '../../leftovers/network.ts';
import { changeSetNamed, type Rest } from './look.ts';

/** Failing at one keeps nothing else from being finished. */
const GOES_ON = { failPipeline: false, continuePipeline: true, allowSiblingStagesToContinueOnFailure: true };

function shiftBack({ account, region, name, actions, giving, receiving }: Rest): JsonObject {
  const ref = listenerNamed(name) ?? { loadBalancer: name, port: 0, rule: null };
  const listeners = [{ ...ref, actions: actions ?? {} }];
  const trafficShift = { listeners, giving: giving ?? null, receiving: receiving ?? '' };
  return { account, region, trafficShift, weight: 0, restore: true, needed: 1 };
}

/** The size from before, as far as the change spoke of it. */
function sizeBack(before: JsonObject, wanted: JsonObject): JsonObject {
  const [was, said] = [before['capacity'], wanted['capacity']];
  const keys = isJsonObject(said) && isJsonObject(was) ? Object.keys(said).map((key) => [key, was[key]]) : [];
  return { action: 'scale_exact', capacity: Object.fromEntries(keys) };
}

/** What each kind of rest is finished by; absent: the stage does it itself. */
const STAGES: Readonly<Partial<Record<Rest['action'], readonly [string, (rest: Rest) => JsonObject]>>> = {
  destroy: ['destroyServerGroup', () => ({})],
  sweep: ['destroyServerGroup', () => ({ withLeftovers: true })],
  unpin: ['resizeServerGroup', ({ min }) => ({ action: 'scale_exact', capacity: { min }, unpinMinimumCapacity: true })],
  enable: ['enableServerGroup', () => ({})],
  settle: ['settleScaling', () => ({})],
  register: [
    'registerInstancesWithLoadBalancer',
    ({ ids, targetGroups }) => ({ instanceIds: ids, targetGroupNames: targetGroups }),
  ],
  restoreShares: ['shiftTraffic', shiftBack],
  restore: ['restoreSettings', ({ kind, name, before, wanted }) => ({ kind, objectName: name, before, wanted })],
  resize: ['resizeServerGroup', ({ before, wanted }) => sizeBack(before ?? {}, wanted ?? {})],
  deleteImage: ['deleteImage', ({ ids }) => ({ imageIds: ids })],
  deleteSecurityGroup: ['deleteSecurityGroup', ({ name }) => ({ securityGroupName: name })],
  deleteLoadBalancer: ['deleteLoadBalancer', ({ name }) => ({ loadBalancerName: name })],
  deleteChangeSet: [
    'deleteCloudFormationChangeSet',
    ({ name }) => {
      const { stack: stackName, changeSet: changeSetName } = changeSetNamed(name);
      return { stackName, changeSetName };
    },
  ],
  deleteStack: ['deleteCloudFormation', ({ name }) => ({ stackName: name })],
};

/** What is done, as a sentence without its end. */
export const told = ({ what, action, name }: Rest): string => what || `${action} ${name}`;

/** The stages that finish the rest: each an ordinary one, with its own checks. */
export const stagesFor = (plan: readonly Rest[]): readonly SyntheticSpec[] =>
  plan.flatMap((rest) => {
    const found = STAGES[rest.action];
    if (!found) return [];
    const [type, more] = found;
    const { account, region, name, kind } = rest;
    const group = kind === 'serverGroup' ? { cluster: clusterOfServerGroup(name), serverGroupName: name } : {};
    const target = { credentials: account, regions: [region], ...group, cloudProvider: 'aws', ...GOES_ON };
    return [{ type, name: told(rest), context: { ...target, ...more(rest) } }];
  });
