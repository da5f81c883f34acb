import type { ServerGroup } from '@gennaker/catalog/kit';
import type { JsonObject } from '@gennaker/pipeline-dsl';
import { countsOf, type InstanceCounts } from '../clusters/instance-counts.ts';

/** What a project shows of one account: a line of applications, each with its clusters by region. */
export interface ProjectCluster {
  readonly account: string;
  readonly stack: string | null;
  readonly detail: string | null;
  readonly applications: ReadonlyArray<{
    readonly application: string;
    /** Epoch ms of the newest server group; null when there is none. */
    readonly lastPush: number | null;
    readonly clusters: ReadonlyArray<{
      readonly region: string;
      readonly lastPush: number | null;
      readonly instanceCounts: InstanceCounts;
    }>;
  }>;
  readonly instanceCounts: InstanceCounts;
}

/** Groups live server groups as the project's `clusters` say: by account, stack and detail (`*` = any, none = none). */
export function clustersOf(
  wanted: readonly JsonObject[],
  projectApplications: readonly string[],
  groups: readonly ServerGroup[],
): ProjectCluster[] {
  return wanted.map((cluster) => {
    const account = String(cluster['account'] ?? '');
    const stack = textOf(cluster['stack']);
    const detail = textOf(cluster['detail']);
    const own = Array.isArray(cluster['applications']) ? cluster['applications'].map(String) : projectApplications;
    const serving = groups.filter(
      (group) =>
        group.account === account &&
        group.traffic !== 'disabled' &&
        own.includes(group.moniker.app) &&
        fits(stack, group.moniker.stack) &&
        fits(detail, group.moniker.detail),
    );
    return {
      account,
      stack,
      detail,
      applications: own.map((application) => {
        const mine = serving.filter(({ moniker }) => moniker.app === application);
        const regions = [...new Set(mine.map(({ region }) => region))].sort();
        return {
          application,
          lastPush: lastPushOf(mine),
          clusters: regions.map((region) => {
            const there = mine.filter((group) => group.region === region);
            return { region, lastPush: lastPushOf(there), instanceCounts: countsIn(there) };
          }),
        };
      }),
      instanceCounts: countsIn(serving),
    };
  });
}

const textOf = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);
const fits = (wanted: string | null, actual: string | null): boolean => wanted === '*' || wanted === actual;

const lastPushOf = (groups: readonly ServerGroup[]): number | null =>
  groups.length === 0 ? null : Math.max(...groups.map(({ createdTime }) => createdTime));

const countsIn = (groups: readonly ServerGroup[]): InstanceCounts =>
  countsOf(groups.flatMap(({ instances }) => instances));
