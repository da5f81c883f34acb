import { upCount } from '../../clusters/health.ts';
import {
  type Candidate,
  chooseCandidate,
  objection,
  servingSize,
  sizeMeant,
} from '../../clusters/rollback-candidate.ts';
import type { Capacity, ClusterRef, DeploymentRecord, Ports, ServerGroup } from '../../kit/ports/index.ts';

/** One server group of a cluster as a person sees it who is about to roll back. */
export interface RollbackCandidate {
  readonly name: string;
  /** Epoch ms. */
  readonly createdTime: number;
  /** `exists` is false when it was deregistered: such a group cannot be restored. */
  readonly image: {
    readonly id: string;
    readonly name: string | null;
    readonly version: string | null;
    readonly exists: boolean;
  };
  readonly capacity: Capacity;
  /** Size it would serve with when restored. */
  readonly servingSize: Capacity;
  readonly health: { readonly up: number; readonly total: number };
  readonly traffic: ServerGroup['traffic'];
  /** May it be restored in the place of the one to undo? */
  readonly eligible: boolean;
  /** Would it be restored when nobody chooses? */
  readonly chosen: boolean;
  /** Why, or why not, as part of a sentence. */
  readonly why: string;
  /** What is remembered of its deployment; null when nothing is. */
  readonly deployment: { readonly executionId: string; readonly user: string; readonly cameUp: boolean } | null;
}

export interface RollbackPreview {
  readonly region: string;
  /** Server group that would leave traffic; null when there is nothing to roll back. */
  readonly from: string | null;
  readonly to: string | null;
  /** Image a new server group would be made of, when none that is there can be restored. */
  readonly image: { readonly id: string; readonly name: string | null } | null;
  /** Why there is nothing to roll back; null when there is. */
  readonly skip: string | null;
  /** Newest first, the one to undo included. */
  readonly candidates: readonly RollbackCandidate[];
}

/** What rolling back a cluster in one region would do, and what else could be chosen. Reads only. */
export async function previewRollback(
  ports: Pick<Ports, 'serverGroups' | 'images' | 'deployments'>,
  ref: ClusterRef,
  named: { readonly from?: string | null; readonly to?: string | null } = {},
): Promise<RollbackPreview> {
  const groups = (await ports.serverGroups.list(ref)).filter((group) => !group.beingDeleted);
  const records = await ports.deployments.of(
    ref,
    groups.map(({ name }) => name),
  );
  const chosen = chooseCandidate({ groups, records, named });
  const places = groups.map(async (group) => {
    const found = await ports.images.find({ account: ref.account, region: ref.region, nameOrId: group.image.id });
    return candidateOf(group, { groups, records, chosen, imageExists: found !== null });
  });
  const skip = 'skip' in chosen ? chosen.skip : null;
  return {
    region: ref.region,
    from: 'from' in chosen ? chosen.from.name : null,
    to: 'to' in chosen ? chosen.to.name : null,
    image: 'image' in chosen ? chosen.image : null,
    skip,
    candidates: (await Promise.all(places)).reverse(),
  };
}

interface Facts {
  readonly groups: readonly ServerGroup[];
  readonly records: readonly DeploymentRecord[];
  readonly chosen: Candidate;
  readonly imageExists: boolean;
}

function candidateOf(group: ServerGroup, facts: Facts): RollbackCandidate {
  const { chosen, records, imageExists } = facts;
  const from = 'from' in chosen ? chosen.from : null;
  const isChosen = 'to' in chosen && chosen.to.name === group.name;
  const record = records.find(({ serverGroup }) => serverGroup === group.name);
  const against = reasonAgainst(group, facts, from);
  return {
    name: group.name,
    createdTime: group.createdTime,
    image: { ...group.image, exists: imageExists },
    capacity: group.capacity,
    servingSize: servingSize(from?.capacity ?? sizeMeant(group), sizeMeant(group)),
    health: { up: upCount(group), total: group.instances.length },
    traffic: group.traffic,
    eligible: imageExists && group !== from,
    chosen: isChosen,
    why: isChosen && imageExists && 'why' in chosen ? chosen.why : against,
    deployment: record ? { executionId: record.executionId, user: record.user, cameUp: record.cameUp } : null,
  };
}

function reasonAgainst(group: ServerGroup, { groups, records, imageExists }: Facts, from: ServerGroup | null): string {
  if (group === from) return 'it is the one to undo';
  if (!imageExists) return `its image ${group.image.id} no longer exists`;
  const against = objection({ groups, records }, group);
  if (against) return against;
  return from && groups.indexOf(group) > groups.indexOf(from)
    ? `it is newer than ${from.name}`
    : 'another one comes first';
}
