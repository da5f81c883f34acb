import { globMatches } from '../services/glob.ts';
import type { World } from '../world/world.ts';
import type { TrafficState } from './state.ts';
import { kept, notePoint, valueAt } from './timeline.ts';

const usualRequestsPerSecond = 20;

/** Requests per second that come to a listener at `time`, before the hours of the day shape them. */
export function demandOf(traffic: TrafficState, listener: string, time: number): number {
  return valueAt(traffic.demand[listener], time) ?? usualRequestsPerSecond;
}

/** Sets from now on how many requests come to the listeners whose ARN a glob meets. */
export function setDemand(world: World, glob: string, requestsPerSecond: number, now: number): void {
  const { traffic } = world.state;
  for (const listener of Object.keys(traffic.listeners)) {
    if (globMatches(glob, listener))
      notePoint(
        kept(traffic.demand, listener, () => []),
        requestsPerSecond,
        now,
      );
  }
}
