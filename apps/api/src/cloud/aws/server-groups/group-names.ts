import type { AutoScalingGroup } from '@aws-sdk/client-auto-scaling';
import type { PlaceClients } from '../clients.ts';
import type { CloudClock } from '../clock.ts';
import { toldBy } from '../request-ids.ts';

/** How long the names (never the state) of groups made by other tools are remembered. */
const NAMES_KEPT_MS = 30_000;

/**
 * Finds server groups. A tag filter finds ours at once but misses other tools' groups and may lag, and there is no
 * filter by name: so the names of the whole region are read at most every 30 s and what matches is re-read by name.
 */
export interface GroupNames {
  /** Groups carrying the tag, live. */
  tagged(key: string, value: string): Promise<readonly AutoScalingGroup[]>;
  /** Names of all groups in the region, at most 30 s old, plus those made here since. */
  all(): Promise<readonly string[]>;
  /** Names of groups that launch from the template, live. */
  using(templateId: string): Promise<readonly string[]>;
  /** Remembers a name made by this process. */
  made(name: string): void;
}

export function groupNamesOf(place: PlaceClients, clock: CloudClock): GroupNames {
  let scan: { readonly at: number; readonly names: Promise<readonly string[]> } | null = null;
  let madeHere: readonly string[] = [];

  async function pages(filter: { Filters?: { Name: string; Values: string[] }[] }) {
    const found: AutoScalingGroup[] = [];
    let token: string | undefined;
    do {
      const page = await place.autoScaling.describeAutoScalingGroups(
        { ...filter, MaxRecords: 100, NextToken: token },
        { resource: 'the server groups' },
      );
      found.push(...(page.AutoScalingGroups ?? []).map((group) => toldBy(group, page)));
      token = page.NextToken;
    } while (token);
    return found;
  }

  async function scanNames(): Promise<readonly string[]> {
    const names = (await pages({})).flatMap((group) => group.AutoScalingGroupName ?? []);
    madeHere = madeHere.filter((name) => !names.includes(name)).slice(-200);
    return names;
  }

  return {
    tagged: (key, value) => pages({ Filters: [{ Name: `tag:${key}`, Values: [value] }] }),
    async all() {
      if (!scan || clock.now() - scan.at > NAMES_KEPT_MS) {
        const fresh = { at: clock.now(), names: scanNames() };
        scan = fresh;
        fresh.names.catch(() => {
          if (scan === fresh) scan = null;
        });
      }
      return [...new Set([...(await scan.names), ...madeHere])];
    },
    async using(templateId) {
      const users = (await pages({})).filter((group) => {
        const mixed = group.MixedInstancesPolicy?.LaunchTemplate?.LaunchTemplateSpecification;
        return (group.LaunchTemplate ?? mixed)?.LaunchTemplateId === templateId;
      });
      return users.flatMap((group) => group.AutoScalingGroupName ?? []);
    },
    made(name) {
      if (!madeHere.includes(name)) madeHere = [...madeHere, name];
    },
  };
}
