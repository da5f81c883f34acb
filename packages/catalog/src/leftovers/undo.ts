import { isJsonObject, type JsonObject } from '@gennaker/pipeline-dsl';
import type { LoadBalancer, Ports, SecurityGroup, WarmPoolPicture } from '../kit/ports/index.ts';
import { type Standing, standingOf } from './parts.ts';

/** A change of a thing that can be taken back: what it was, and what the change was to make of it. */
export interface Undo {
  readonly kind: string;
  readonly account: string;
  readonly region: string;
  readonly name: string;
  readonly before: JsonObject;
  readonly wanted: JsonObject;
}

export type UndoPorts = Pick<Ports, 'serverGroups' | 'scaling' | 'images' | 'loadBalancers' | 'securityGroups'>;

/** What of a thing a change speaks of, read live; null when the thing is gone. */
type Reader = (ports: UndoPorts, undo: Undo) => Promise<JsonObject | null>;

/** As the ledger keeps a load balancer. */
export const loadBalancerPicture = (balancer: LoadBalancer): JsonObject => {
  const { listeners, securityGroups, subnetIds, ipAddressType, targetGroups } = balancer;
  return { targetGroups: targetGroups.map(({ name }) => name), listeners, securityGroups, subnetIds, ipAddressType };
};

/** As the ledger keeps a security group. */
export const securityGroupPicture = ({ ingress, description, vpcId }: SecurityGroup): JsonObject => ({
  ingress,
  description,
  vpcId,
});

/** As the ledger keeps a warm pool: its settings. How many instances wait in it is not ours to bring back. */
export function poolPicture(pool: WarmPoolPicture | null): JsonObject | null {
  if (!pool || pool.beingDeleted) return null;
  const { minSize, maxPrepared, poolState, reuseOnScaleIn } = pool;
  return { minSize, maxPrepared, poolState, reuseOnScaleIn };
}

const namesIn = (list: unknown): readonly string[] =>
  (Array.isArray(list) ? list : []).flatMap((each) =>
    isJsonObject(each) && typeof each['name'] === 'string' ? [each['name']] : [],
  );

async function serverGroupNow({ serverGroups, scaling }: UndoPorts, { wanted, ...ref }: Undo) {
  const group = await serverGroups.read(ref);
  if (!group || group.beingDeleted) return null;
  const { capacity, suspendedProcesses } = group;
  const settings = 'policies' in wanted || 'schedules' in wanted ? await scaling.read(ref) : null;
  const pool = 'warmPool' in wanted ? await scaling.readWarmPool(ref) : null;
  return {
    ...{ capacity, suspendedProcesses: [...suspendedProcesses] },
    ...('policies' in wanted ? { policies: settings?.policies ?? [] } : {}),
    ...('schedules' in wanted ? { schedules: settings?.schedules ?? [] } : {}),
    ...('alarms' in wanted ? { alarms: await scaling.readAlarms(ref, namesIn(wanted['alarms'])) } : {}),
    ...('tags' in wanted ? { tags: (await scaling.readTags(ref)) ?? {} } : {}),
    ...('warmPool' in wanted ? { warmPool: poolPicture(pool) } : {}),
  };
}

const READERS: Readonly<Record<string, Reader>> = {
  serverGroup: async (ports, undo) => (await serverGroupNow(ports, undo)) as JsonObject | null,
  async loadBalancer({ loadBalancers }, undo) {
    const balancer = await loadBalancers.read(undo);
    return balancer && { ...loadBalancerPicture(balancer), attributes: await loadBalancers.readAttributes(undo) };
  },
  async targetGroup({ loadBalancers }, { account, region, name }) {
    const group = await loadBalancers.readTargetGroup({ account, region, targetGroup: name });
    return group && { healthCheck: { ...group.healthCheck }, attributes: group.attributes };
  },
  async securityGroup({ securityGroups }, { before, ...ref }) {
    const group = await securityGroups.read({ ...ref, vpcId: vpcOf(before) });
    return group && securityGroupPicture(group);
  },
  async image({ images }, { account, region, before }) {
    const image = await images.readImage({ account, region, id: String(before['id']) });
    return image && { tags: image.tags };
  },
};

/** What changes of a server group spoke of besides its size, traffic and processes, in the words of their pictures. */
export async function settingsNow(
  ports: UndoPorts,
  ref: Pick<Undo, 'account' | 'region' | 'name'>,
  pictures: readonly JsonObject[],
): Promise<JsonObject> {
  const spoken = (key: string): readonly unknown[] =>
    pictures.flatMap((picture) => [picture[key], isJsonObject(picture['wanted']) ? picture['wanted'][key] : undefined]);
  const keys = ['tags', 'policies', 'alarms', 'schedules', 'warmPool'].filter((key) =>
    spoken(key).some((value) => value !== undefined),
  );
  if (keys.length === 0) return {};
  const named = (key: string): readonly string[] => [...new Set(spoken(key).flatMap(namesIn))];
  const wanted = Object.fromEntries(keys.map((key) => [key, named(key).map((name) => ({ name }))]));
  const now = await serverGroupNow(ports, { kind: 'serverGroup', ...ref, before: {}, wanted });
  const all = (now ?? {}) as JsonObject;
  const ofInterest = (key: string): unknown => {
    const value = all[key];
    if (key === 'warmPool') return value ?? null;
    if (key !== 'tags') return (Array.isArray(value) ? value : []).filter((each) => named(key).includes(each?.name));
    const tags = isJsonObject(value) ? value : {};
    const said = spoken(key).flatMap((each) => (isJsonObject(each) ? Object.keys(each) : []));
    return Object.fromEntries(said.map((name) => [name, tags[name] ?? null]));
  };
  return Object.fromEntries(keys.map((key) => [key, ofInterest(key)]));
}

/** Network of a security group, where its picture knows it. */
export const vpcOf = ({ vpcId }: JsonObject): string | null => (typeof vpcId === 'string' ? vpcId : null);

/** Stages name security groups, the cloud shows their ids. */
async function idOf({ securityGroups }: UndoPorts, { account, region, before }: Undo, named: string): Promise<string> {
  if (named.startsWith('sg-')) return named;
  const vpcId = vpcOf(before);
  const found = await securityGroups.read({ account, region, name: named, vpcId }).catch(() => null);
  return found?.id ?? named;
}

async function wantedNow(ports: UndoPorts, undo: Undo): Promise<JsonObject> {
  const { wanted } = undo;
  const { securityGroups, ingress } = wanted;
  const ids = (names: readonly unknown[]) => Promise.all(names.map((each) => idOf(ports, undo, String(each))));
  const rule = async (each: JsonObject): Promise<JsonObject> =>
    typeof each['securityGroup'] === 'string'
      ? { ...each, securityGroup: await idOf(ports, undo, each['securityGroup']) }
      : each;
  return {
    ...wanted,
    ...(Array.isArray(securityGroups) ? { securityGroups: await ids(securityGroups) } : {}),
    ...(Array.isArray(ingress) ? { ingress: await Promise.all(ingress.filter(isJsonObject).map(rule)) } : {}),
  };
}

/** How the thing stands now, and its picture, read live; null when it is gone. */
export async function standingNow(
  ports: UndoPorts,
  undo: Undo,
): Promise<(Standing & { readonly now: JsonObject }) | null> {
  const now = await READERS[undo.kind]?.(ports, undo);
  if (!now) return null;
  return { ...standingOf(undo.kind, undo.before, await wantedNow(ports, undo), now), now };
}

const NOUNS: Readonly<Record<string, string>> = {
  serverGroup: 'Server group',
  loadBalancer: 'Load balancer',
  targetGroup: 'Target group',
  securityGroup: 'Security group',
  image: 'Image',
};

/** "Load balancer web-alb". */
export const inWords = ({ kind, name }: Pick<Undo, 'kind' | 'name'>): string => `${NOUNS[kind] ?? kind} ${name}`;

/** Why nothing of it is given back, as a sentence; null when something is. */
export function refusalOf(undo: Undo, standing: Standing | null): string | null {
  if (!standing) return `${inWords(undo)} is gone already.`;
  if (standing.changed.length > 0) return null;
  return standing.others.length > 0
    ? `${inWords(undo)}: somebody else has changed ${standing.others.join(', ')} since, so it is left as it is.`
    : `${inWords(undo)} is as it was before.`;
}
