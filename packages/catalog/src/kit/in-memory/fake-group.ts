import { clusterName, parseMoniker } from '@gennaker/pipeline-dsl';
import type {
  Capacity,
  HealthReason,
  Instance,
  InstanceHealth,
  ServerGroup,
  ServerGroupRef,
  ServerGroupSpec,
} from '../ports/index.ts';
import type { VirtualClock } from './clock.ts';
import type { ScalingBook } from './scaling-book.ts';

export interface FakeMachine {
  readonly id: string;
  readonly zone: string;
  readonly launchTime: number;
  /** Set by a test; else it follows from image, age and traffic. */
  health: InstanceHealth | null;
  /** When it has finished its requests, once it alone was taken out of traffic; null while it is in. */
  outAt: number | null;
  /** When it alone came back into traffic; null when it never was out. */
  backAt: number | null;
}

export interface FakeGroup {
  readonly ref: ServerGroupRef;
  readonly createdTime: number;
  readonly imageId: string;
  readonly targetGroups: readonly string[];
  readonly operationKey: string | null;
  /** Execution and stage that made it; absent for one that was there before. */
  readonly maker?: { readonly executionId: string; readonly stageId: string };
  /** What it was made of; null for one that was there before. */
  readonly spec: ServerGroupSpec | null;
  capacity: Capacity;
  intendedCapacity: Capacity | null;
  machines: FakeMachine[];
  disabled: boolean;
  /** When it last came into traffic. */
  enabledAt: number;
  drainedAt: number;
  deletedAt: number | null;
}

/** What instances in memory follow. */
interface Reality {
  readonly clock: VirtualClock;
  readonly sickImages: ReadonlySet<string>;
  readonly bootMs: number;
  readonly registerMs: number;
  readonly scaling: ScalingBook;
}

/** What the world makes of one instance now. */
export function machineHealth(reality: Reality, group: FakeGroup, machine: FakeMachine): InstanceHealth {
  if (machine.health) return machine.health;
  const now = reality.clock.now();
  if (group.disabled && group.targetGroups.length > 0) return now < group.drainedAt ? 'Draining' : 'OutOfService';
  if (machine.outAt !== null) return now < machine.outAt ? 'Draining' : 'OutOfService';
  const registeredAt = Math.max(group.enabledAt, machine.backAt ?? 0);
  if (now < machine.launchTime + reality.bootMs || now < registeredAt + reality.registerMs) return 'Starting';
  return reality.sickImages.has(group.imageId) ? 'Down' : 'Up';
}

function drawInstance(reality: Reality, group: FakeGroup, machine: FakeMachine): Instance {
  const { id, zone, launchTime } = machine;
  const health = machineHealth(reality, group, machine);
  const where = group.targetGroups[0];
  const reasons: readonly HealthReason[] = where
    ? [{ source: 'target', where, health, ...wordsOf(health) }]
    : [{ source: 'machine', health, state: 'running' }];
  return { id, zone, launchTime, health, reasons };
}

/** A group as somebody who reads it now sees it. */
export function drawGroup(reality: Reality, group: FakeGroup): ServerGroup {
  const { ref } = group;
  const beingDeleted = group.deletedAt !== null;
  const instances = beingDeleted ? [] : group.machines.map((machine) => drawInstance(reality, group, machine));
  const up = instances.some((instance) => instance.health === 'Up');
  const leaving = group.disabled ? 0 : instances.filter((instance) => instance.health === 'Draining').length;
  const parts = parseMoniker(ref.name) ?? {
    app: ref.name,
    stack: null,
    detail: null,
    cluster: clusterName({ app: ref.name }),
    sequence: null,
  };
  return {
    account: ref.account,
    region: ref.region,
    name: ref.name,
    moniker: parts,
    createdTime: group.createdTime,
    capacity: group.capacity,
    image: { id: group.imageId, name: `${group.imageId}-name`, version: null },
    instances,
    targetGroups: group.targetGroups,
    loadBalancers: [],
    suspendedProcesses: [
      ...new Set([...(group.disabled ? ['AddToLoadBalancer'] : []), ...reality.scaling.suspendedIn(ref)]),
    ],
    traffic: group.disabled ? 'disabled' : up || group.targetGroups.length === 0 ? 'enabled' : 'partial',
    draining: group.disabled && reality.clock.now() < group.drainedAt ? instances.length : leaving,
    beingDeleted,
    operationKey: group.operationKey,
    intendedCapacity: group.intendedCapacity,
  };
}

/** What a group that was there before is taken to be made of. */
export const plainSpec = (
  { ref, imageId, capacity, targetGroups }: FakeGroup,
  moniker: ServerGroup['moniker'],
): ServerGroupSpec => ({
  ...ref,
  moniker,
  imageId,
  instanceType: 't3.micro',
  capacity,
  targetGroups,
  securityGroups: ['web'],
  subnetIds: ['subnet-1'],
  healthCheckType: targetGroups.length > 0 ? 'ELB' : 'EC2',
  healthCheckGracePeriodSeconds: 600,
  tags: {},
  startDisabled: false,
});

function wordsOf(health: InstanceHealth): { state: string; code?: string; description?: string } {
  if (health === 'Up') return { state: 'healthy' };
  if (health === 'Starting')
    return { state: 'initial', code: 'Elb.RegistrationInProgress', description: 'Target registration is in progress' };
  if (health === 'Down')
    return {
      state: 'unhealthy',
      code: 'Target.ResponseCodeMismatch',
      description: 'Health checks failed with these codes: [500]',
    };
  return { state: health === 'Draining' ? 'draining' : 'unused' };
}
