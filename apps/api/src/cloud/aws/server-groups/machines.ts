import type { Instance } from '@aws-sdk/client-ec2';
import { batched } from '../batch.ts';
import type { PlaceClients } from '../clients.ts';
import type { CloudClock } from '../clock.ts';
import { isFailure } from '../errors.ts';
import { Expiring } from '../expiring.ts';

/** EC2's view of instances, gathered over all server groups that are being read at the moment. */
export interface Machines {
  read(instanceId: string): Promise<Instance | undefined>;
  /** The same; of one that ran when it was last read, up to 15 s old. */
  recent(instanceId: string): Promise<Instance | undefined>;
  /** `ok`, `impaired`, `initializing`, `insufficient-data`; undefined when not running. */
  statusChecks(instanceId: string): Promise<string | undefined>;
}

/** Filter values per call; a filter because one unknown id in InstanceIds fails the whole call. */
const MOST_IDS = 100;
const RUNNING_KEPT_MS = 15_000;

export function machinesOf(place: PlaceClients, clock: CloudClock): Machines {
  const pressure = place.pressure.ec2;
  const running = new Expiring<Instance>(clock, RUNNING_KEPT_MS, 10_000);

  function note(id: string, instance: Instance): void {
    if (instance.State?.Name === 'running') running.set(id, instance);
    else running.forget(id);
  }

  async function describe(ids: readonly string[]): Promise<ReadonlyMap<string, Instance>> {
    const found = new Map<string, Instance>();
    let token: string | undefined;
    do {
      const page = await place.ec2.describeInstances(
        { Filters: [{ Name: 'instance-id', Values: [...ids] }], NextToken: token },
        { resource: `${ids.length} instances` },
      );
      for (const instance of (page.Reservations ?? []).flatMap((reservation) => reservation.Instances ?? []))
        found.set(instance.InstanceId ?? '', instance);
      token = page.NextToken;
    } while (token);
    for (const [id, instance] of found) note(id, instance);
    return found;
  }

  /** Running ones only; an id that EC2 has just forgotten leaves the others unknown for this round. */
  async function statuses(ids: readonly string[]) {
    const about = { resource: `${ids.length} instances` };
    try {
      return (await place.ec2.describeInstanceStatus({ InstanceIds: [...ids] }, about)).InstanceStatuses ?? [];
    } catch (error) {
      if (isFailure(error, 'aws.gone')) return [];
      throw error;
    }
  }

  async function checks(ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
    return new Map(
      (await statuses(ids)).map((status) => {
        const both = [status.InstanceStatus?.Status, status.SystemStatus?.Status];
        const worst = ['impaired', 'initializing', 'insufficient-data'].find((word) => both.some((b) => b === word));
        return [status.InstanceId ?? '', worst ?? 'ok'];
      }),
    );
  }

  const read = batched({ clock, most: MOST_IDS, pressure, load: describe });
  return {
    read,
    recent: async (id) => running.get(id) ?? read(id),
    statusChecks: batched({ clock, most: MOST_IDS, pressure, load: checks }),
  };
}
