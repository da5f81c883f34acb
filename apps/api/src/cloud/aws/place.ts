import type { Activity, AutoScalingGroup } from '@aws-sdk/client-auto-scaling';
import type { ResponseLaunchTemplateData } from '@aws-sdk/client-ec2';
import { batched } from './batch.ts';
import type { AwsClients, PlaceClients } from './clients.ts';
import type { CloudClock, CloudLogger } from './clock.ts';
import type { Hearing } from './events/events.ts';
import { Expiring } from './expiring.ts';
import { type ImageFacts, imageFactsOf } from './images/image-facts.ts';
import { type TargetGroups, targetGroupsOf } from './load-balancers/target-groups.ts';
import { toldBy } from './request-ids.ts';
import { type GroupNames, groupNamesOf } from './server-groups/group-names.ts';
import { type Machines, machinesOf } from './server-groups/machines.ts';
import type { Network } from './server-groups/network.ts';

/** One account in one region: its clients, and reads shared by all who ask at the same moment. */
export interface Place extends PlaceClients, ImageFacts {
  readonly clock: CloudClock;
  readonly logger: CloudLogger;
  /** The Auto Scaling group of that name, live. */
  readonly group: (name: string) => Promise<AutoScalingGroup | undefined>;
  readonly groupNames: GroupNames;
  readonly targetGroups: TargetGroups;
  readonly machines: Machines;
  /** Settings of numbered versions of launch templates, by `id:number`. */
  readonly launchData: Expiring<ResponseLaunchTemplateData>;
  /** Names of subnets, security groups and target groups that were resolved a moment ago, by what was asked. */
  readonly networks: Expiring<Network>;
  /** Scaling activities that were read a moment ago, by server group. */
  readonly activities: Expiring<readonly Activity[]>;
  /** Are starts and ends of instances told as they happen? */
  readonly hears: () => boolean;
  /** Removals that this process has seen to their end, by operation and name: the name may be in use again. */
  readonly removed: Expiring<true>;
}

const REMOVALS_KEPT_MS = 60 * 60_000;
const VERSIONS_KEPT_MS = 60 * 60_000;
/** From the check before a server group is made to its making. */
const NETWORKS_KEPT_MS = 120_000;
/** Between two looks at why instances do not come, while all of them are there. */
const ACTIVITIES_KEPT_MS = 15_000;

/** Names per DescribeAutoScalingGroups. */
const MOST_NAMES = 50;

export function createPlaces(clients: AwsClients, clock: CloudClock, logger: CloudLogger, hearing: Hearing) {
  const places = new Map<string, Place>();

  function make(at: PlaceClients): Place {
    const group = batched<string, AutoScalingGroup>({
      clock,
      most: MOST_NAMES,
      pressure: at.pressure.autoScaling,
      async load(names) {
        const found = await at.autoScaling.describeAutoScalingGroups({
          AutoScalingGroupNames: [...names],
          MaxRecords: 100,
        });
        return new Map(
          (found.AutoScalingGroups ?? []).map((one) => [one.AutoScalingGroupName ?? '', toldBy(one, found)]),
        );
      },
    });
    return {
      ...at,
      clock,
      logger,
      group,
      groupNames: groupNamesOf(at, clock),
      targetGroups: targetGroupsOf(at, clock),
      machines: machinesOf(at, clock),
      ...imageFactsOf(at, clock),
      launchData: new Expiring<ResponseLaunchTemplateData>(clock, VERSIONS_KEPT_MS),
      networks: new Expiring<Network>(clock, NETWORKS_KEPT_MS),
      activities: new Expiring<readonly Activity[]>(clock, ACTIVITIES_KEPT_MS),
      hears: () => hearing.at(at.account.name, at.region),
      removed: new Expiring<true>(clock, REMOVALS_KEPT_MS),
    };
  }

  /** Fails with `aws.unknown-account` or `aws.unknown-region`. */
  return (account: string, region: string): Place => {
    const key = `${account}|${region}`;
    const known = places.get(key);
    if (known) return known;
    const place = make(clients.at(account, region));
    places.set(key, place);
    return place;
  };
}

export type PlaceAt = ReturnType<typeof createPlaces>;
