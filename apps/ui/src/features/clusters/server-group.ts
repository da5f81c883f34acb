import * as z from 'zod';
import { HEALTH_FACES, type Health, healthOf } from './instance-dot.tsx';

const reason = z.looseObject({
  source: z.string().catch(''),
  where: z.string().optional().catch(undefined),
  health: z.string().catch('Unknown'),
  state: z.string().catch(''),
  code: z.string().optional().catch(undefined),
  description: z.string().optional().catch(undefined),
});

const instance = z.looseObject({
  id: z.string(),
  zone: z.string().catch(''),
  launchTime: z.number().nullable().catch(null),
  health: z.unknown().transform(healthOf),
  reasons: z.array(reason).catch([]),
});

const sizes = z.object({ min: z.number(), desired: z.number(), max: z.number() });

const share = z.object({
  loadBalancer: z.string(),
  port: z.number(),
  rule: z.string().nullable(),
  percent: z.number(),
});

/** A server group as the screen reads it; facts the answer lacks are shown as unknown, never as zero. */
export const serverGroupSchema = z.looseObject({
  name: z.string(),
  account: z.string(),
  region: z.string(),
  createdTime: z.number().nullable().catch(null),
  capacity: sizes.nullable().catch(null),
  image: z
    .looseObject({
      id: z.string().catch(''),
      name: z.string().nullable().catch(null),
      version: z.string().nullable().catch(null),
    })
    .nullable()
    .catch(null),
  instances: z.array(instance).catch([]),
  traffic: z.enum(['enabled', 'disabled', 'partial']).nullable().catch(null),
  targetGroups: z.array(z.string()).catch([]),
  loadBalancers: z.array(z.string()).catch([]),
  suspendedProcesses: z.array(z.string()).catch([]),
  draining: z.number().catch(0),
  beingDeleted: z.boolean().catch(false),
  moniker: z.looseObject({ cluster: z.string() }).nullable().catch(null),
  shares: z.array(share).nullable().catch(null),
});
export type ServerGroupView = z.infer<typeof serverGroupSchema>;
export type InstanceView = ServerGroupView['instances'][number];

/** Name without the version. */
export const clusterOf = (group: Pick<ServerGroupView, 'name' | 'moniker'>): string =>
  group.moniker?.cluster ?? group.name.replace(/-v\d{3,6}$/, '');

const percentText = (percent: number): string =>
  percent > 0 && percent < 1 ? 'under 1 %' : `${Math.round(percent)} %`;

/** What part of the requests it gets, the greatest first: "75 % of shop-alb:443". Empty when it is not known. */
export function shareTexts(group: Pick<ServerGroupView, 'shares'>): string[] {
  return [...(group.shares ?? [])]
    .sort((a, b) => b.percent - a.percent)
    .map(({ loadBalancer, port, rule, percent }) => {
      const where = rule === null ? '' : ` rule ${rule}`;
      return `${percentText(percent)} of ${loadBalancer}:${port}${where}`;
    });
}

export interface ClusterView {
  readonly key: string;
  readonly account: string;
  readonly region: string;
  readonly cluster: string;
  /** Newest first. */
  readonly groups: readonly ServerGroupView[];
}

/** Groups by account, region and cluster; newest version first. */
export function clustersOf(groups: readonly ServerGroupView[]): ClusterView[] {
  const byKey = new Map<string, ServerGroupView[]>();
  for (const group of groups) {
    const cluster = clusterOf(group);
    const key = [group.account, group.region, cluster].join(' · ');
    byKey.set(key, [...(byKey.get(key) ?? []), group]);
  }
  return [...byKey.entries()]
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([key, members]) => {
      const [account = '', region = '', cluster = ''] = key.split(' · ');
      return {
        key,
        account,
        region,
        cluster,
        groups: members.sort((a, b) => (b.createdTime ?? 0) - (a.createdTime ?? 0)),
      };
    });
}

/** "2 in service, 1 failing". */
export function healthLine(instances: readonly { health: Health }[]): string {
  if (instances.length === 0) return 'no instances';
  const counts = new Map<Health, number>();
  for (const { health } of instances) counts.set(health, (counts.get(health) ?? 0) + 1);
  return [...counts.entries()]
    .sort(([a], [b]) => HEALTH_FACES[b].order - HEALTH_FACES[a].order)
    .map(([health, count]) => `${count} ${HEALTH_FACES[health].word}`)
    .join(', ');
}
