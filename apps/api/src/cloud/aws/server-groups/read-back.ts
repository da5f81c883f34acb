import type { AutoScalingGroup } from '@aws-sdk/client-auto-scaling';
import type { Operation } from '@gennaker/catalog/kit';
import type { Place } from '../place.ts';

/** A group that was just made may not be shown for so long. */
const SHOWN_WITHIN_MS = 60_000;
/** A change may not be seen for so long. */
const SEEN_WITHIN_MS = 30_000;
const LONGEST_PAUSE_MS = 5_000;

async function readUntil(
  place: Place,
  name: string,
  limit: { readonly ms: number; readonly holds: (group: AutoScalingGroup | undefined) => boolean },
  operation: Operation,
): Promise<AutoScalingGroup | undefined> {
  const until = place.clock.now() + limit.ms;
  for (let pause = 500; ; pause = Math.min(LONGEST_PAUSE_MS, pause * 2)) {
    const group = await place.group(name);
    if (limit.holds(group) || place.clock.now() >= until) return group;
    await place.clock.wait(pause, operation.abort);
  }
}

/** A group that was just made, read as soon as AWS shows it; undefined when it stays unknown. */
export const shownGroup = (place: Place, name: string, operation: Operation): Promise<AutoScalingGroup | undefined> =>
  readUntil(place, name, { ms: SHOWN_WITHIN_MS, holds: (group) => group !== undefined }, operation);

/** Waits until AWS shows a change of the group, or the group is going; gives up in silence. */
export async function seen(
  place: Place,
  name: string,
  isSeen: (group: AutoScalingGroup) => boolean,
  operation: Operation,
): Promise<void> {
  const holds = (group: AutoScalingGroup | undefined) => !group || group.Status !== undefined || isSeen(group);
  await readUntil(place, name, { ms: SEEN_WITHIN_MS, holds }, operation);
}
