import type {
  CloudTrace,
  LooseSnapshot,
  LooseTemplate,
  MadeImage,
  MarkedServerGroup,
  Ports,
  RegionRef,
  TemporaryMachine,
} from '../kit/ports/index.ts';
import type { Leftover } from './thing.ts';

/** `live`: goes on or waits; `ended`: has ended here; `unknown`: nobody here knows of it, perhaps another installation does. */
export type Life = 'live' | 'ended' | 'unknown';

/** What our own rows say of those who left marks. */
export interface Lives {
  /** Of executions, by id. */
  of(executionIds: readonly string[]): Promise<ReadonlyMap<string, Life>>;
  /** Of those that made or changed a server group of these names: live when one of them is. */
  atWorkOn(place: RegionRef, serverGroups: readonly string[]): Promise<ReadonlyMap<string, Life>>;
}

/** Something that carries our marks and that nobody cares for any more. */
export interface Remain extends Leftover {
  /** Whose it was has ended here. Else it is only told: another installation may share the account. */
  readonly isOurs: boolean;
}

/** A new server group is given so long before it counts as forgotten. */
const YOUNG_MS = 60 * 60_000;

interface Facts {
  readonly now: number;
  readonly lifeOf: (executionId: string | null) => Life;
  readonly workOn: (serverGroup: string) => Life;
}

const placed = (trace: CloudTrace, kind: string) => {
  const { account, region, name, executionId } = trace;
  return { kind, account, region, name, ...(executionId ? { executionId } : {}) };
};

function machineRemains(trace: TemporaryMachine, { now, lifeOf }: Facts): readonly Remain[] {
  const life = lifeOf(trace.executionId);
  if (life === 'live' || trace.expiresTime > now) return [];
  const why = `It was started for a while that was over at ${new Date(trace.expiresTime).toISOString()}.`;
  const what = `Terminate ${trace.id} (${trace.name})`;
  const rest = { ...placed(trace, 'instance'), action: 'terminate', what, why, ids: [trace.id] } as const;
  return [{ ...rest, isOurs: life === 'ended' }];
}

function imageRemains(trace: MadeImage, { lifeOf }: Facts): readonly Remain[] {
  const life = lifeOf(trace.executionId);
  if (life === 'live' || trace.state !== 'failed') return [];
  const what = `Delete image ${trace.name} (${trace.id}) with its snapshots`;
  const rest = { ...placed(trace, 'image'), action: 'deleteImage', what, ids: [trace.id] } as const;
  return [{ ...rest, why: 'AWS could not make it.', isOurs: life === 'ended' }];
}

/** Of an image that is gone. One in the making may not show yet what it is made of, so young ones are left alone. */
function snapshotRemains(trace: LooseSnapshot, { now, lifeOf }: Facts): readonly Remain[] {
  const life = lifeOf(trace.executionId);
  if (life === 'live' || now - trace.createdTime <= YOUNG_MS) return [];
  const why = 'It was made for an image of a bake, and no image uses it.';
  const rest = { ...placed(trace, 'snapshot'), action: 'deleteSnapshot', why, ids: [trace.id] } as const;
  return [{ ...rest, what: `Delete snapshot ${trace.id}`, isOurs: life === 'ended' }];
}

function templateRemains(trace: LooseTemplate, { lifeOf }: Facts): readonly Remain[] {
  const life = lifeOf(trace.executionId);
  if (life === 'live') return [];
  const place = { ...placed(trace, 'serverGroup'), name: trace.serverGroup };
  const what = `Remove what was made for ${trace.serverGroup}`;
  const why = `Launch template ${trace.name} is left, and its server group is gone.`;
  return [{ ...place, action: 'sweep', what, why, isOurs: life === 'ended' }];
}

const isEmpty = ({ capacity, instances }: MarkedServerGroup): boolean => capacity.max === 0 && instances === 0;

/** Empty and never meant to be anything: one that was scaled down carries the size that a rollback grows it to. */
const isForgotten = (group: MarkedServerGroup, now: number): boolean =>
  isEmpty(group) &&
  group.executionId !== null &&
  group.intendedCapacity === null &&
  group.frozen === null &&
  now - group.createdTime > YOUNG_MS;

type Read = Ports['serverGroups']['read'];

/** What is held back of a group although it is in traffic. */
async function heldBack(
  group: MarkedServerGroup,
  read: Read,
): Promise<ReadonlyArray<Pick<Leftover, 'action' | 'what' | 'why' | 'min'>>> {
  const { name, capacity, intendedCapacity, frozen, unsettled } = group;
  const found: Array<Pick<Leftover, 'action' | 'what' | 'why' | 'min'>> = [];
  const { account, region } = group;
  const isIn = frozen !== null && (await read({ account, region, name }))?.traffic !== 'disabled';
  if (frozen && isIn) {
    const why = `Processes are suspended to take it out of traffic (${frozen.join(', ')}), and it is still in it.`;
    found.push({ action: 'enable', what: `Put ${name} back into traffic`, why });
  }
  if (intendedCapacity && capacity.max > 0 && intendedCapacity.min < capacity.min) {
    const { min } = intendedCapacity;
    const why = `Its least size was raised to ${capacity.min} and not given back.`;
    found.push({ action: 'unpin', what: `Give ${name} its least size of ${min} back`, why, min });
  }
  if (unsettled && frozen === null) {
    const why = `The policies and schedules that it took over are still held back (${unsettled.join(', ')}).`;
    found.push({ action: 'settle', what: `Let the scaling of ${name} act`, why });
  }
  return found;
}

async function groupRemains(group: MarkedServerGroup, facts: Facts, read: Read): Promise<readonly Remain[]> {
  const work = facts.workOn(group.name);
  if (work === 'live' || facts.lifeOf(group.executionId) === 'live') return [];
  const place = placed(group, 'serverGroup');
  const isOurs = work === 'ended';
  if (isForgotten(group, facts.now)) {
    const why = `It was made at ${new Date(group.createdTime).toISOString()}, is empty and was never given a size.`;
    return [{ ...place, action: 'destroy', what: `Destroy ${group.name}`, why, isOurs }];
  }
  return (await heldBack(group, read)).map((rest) => ({ ...place, ...rest, isOurs }));
}

/**
 * What carries our marks in a region and whose execution is dead: machines past their time, server groups that were never
 * given a size, sizes and processes held back, launch templates without their group, images that failed, snapshots that
 * no image uses.
 */
export async function remainsIn(
  ports: Pick<Ports, 'traces' | 'serverGroups'>,
  place: RegionRef,
  lives: Lives,
  now: number,
): Promise<readonly Remain[]> {
  const traces = await ports.traces.find(place);
  const ids = [...new Set(traces.flatMap(({ executionId }) => executionId ?? []))];
  const groups = traces.filter((each): each is MarkedServerGroup => each.kind === 'serverGroup');
  const [known, work] = await Promise.all([
    lives.of(ids),
    lives.atWorkOn(
      place,
      groups.map(({ name }) => name),
    ),
  ]);
  const facts: Facts = {
    now,
    lifeOf: (id) => (id && known.get(id)) || 'unknown',
    workOn: (name) => work.get(name) ?? 'unknown',
  };
  const found = await Promise.all(
    traces.map(async (trace): Promise<readonly Remain[]> => {
      if (trace.kind === 'machine') return machineRemains(trace, facts);
      if (trace.kind === 'image') return imageRemains(trace, facts);
      if (trace.kind === 'snapshot') return snapshotRemains(trace, facts);
      if (trace.kind === 'launchTemplate') return templateRemains(trace, facts);
      return groupRemains(trace, facts, (ref) => ports.serverGroups.read(ref));
    }),
  );
  return found.flat();
}
