import type { AutoScalingGroup } from '@aws-sdk/client-auto-scaling';
import type { Image as AwsImage } from '@aws-sdk/client-ec2';
import { batched } from './batch.ts';
import type { AwsClients, PlaceClients } from './clients.ts';
import type { CloudClock, CloudLogger } from './clock.ts';
import { Expiring } from './expiring.ts';
import { imageFactsOf } from './images/image-facts.ts';
import { type TargetGroups, targetGroupsOf } from './load-balancers/target-groups.ts';
import { type GroupNames, groupNamesOf } from './server-groups/group-names.ts';
import { type Machines, machinesOf } from './server-groups/machines.ts';

/** One account in one region: its clients, and reads shared by all who ask at the same moment. */
export interface Place extends PlaceClients {
  readonly clock: CloudClock;
  readonly logger: CloudLogger;
  /** The Auto Scaling group of that name, live. */
  readonly group: (name: string) => Promise<AutoScalingGroup | undefined>;
  readonly groupNames: GroupNames;
  readonly targetGroups: TargetGroups;
  readonly machines: Machines;
  readonly imageFacts: (id: string) => Promise<AwsImage | undefined>;
  /** Removals that this process has seen to their end, by operation and name: the name may be in use again. */
  readonly removed: Expiring<true>;
}

const REMOVALS_KEPT_MS = 60 * 60_000;

/** Names per DescribeAutoScalingGroups. */
const MOST_NAMES = 50;

export function createPlaces(clients: AwsClients, clock: CloudClock, logger: CloudLogger) {
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
        return new Map((found.AutoScalingGroups ?? []).map((one) => [one.AutoScalingGroupName ?? '', one]));
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
      imageFacts: imageFactsOf(at, clock),
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
