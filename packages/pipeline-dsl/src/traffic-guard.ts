import * as z from 'zod';

const ANY = '*';

const part = z.string().max(255);
const fields = {
  account: part.min(1).describe('Account, or * for any'),
  location: part.min(1).describe('Region, or * for any'),
  stack: part.nullish().describe('Stack, or * for any; absent or empty means clusters without a stack'),
  detail: part.nullish().describe('Detail, or * for any; absent or empty means clusters without a detail'),
  enabled: z.boolean().nullish().describe('Default true'),
  minUp: z.int().min(1).max(100_000).nullish().describe('Healthy instances that must stay, whatever their share'),
};
const guard = z.strictObject(fields);
const MOST_GUARDS = 1_000;

/** Application attribute `trafficGuards` as it may be saved: a field that does not exist is refused, not passed over. */
export const trafficGuardsToSave = z.array(guard).max(MOST_GUARDS).nullish();

/** The same attribute as it is read: what another product kept in a guard besides does not matter. */
export const storedTrafficGuards = z.array(z.looseObject(fields)).max(MOST_GUARDS).nullish();

/** Clusters of an application that must not lose their traffic. */
export type TrafficGuard = Readonly<z.infer<typeof guard>>;

/** The place a guard is looked for. `stack` and `detail` are those of the cluster. */
export interface GuardedPlace {
  readonly account: string;
  readonly location: string;
  readonly stack: string | null;
  readonly detail: string | null;
}

const KEYS = ['account', 'location', 'stack', 'detail'] as const;

const fits = (each: TrafficGuard, place: GuardedPlace): boolean =>
  each.enabled !== false && KEYS.every((key) => each[key] === ANY || (each[key] || '') === (place[key] ?? ''));

/** More exact first, by account, then location, then stack, then detail. */
function bySpecificity(a: TrafficGuard, b: TrafficGuard): number {
  const key = KEYS.find((each) => (a[each] === ANY) !== (b[each] === ANY));
  return key === undefined ? 0 : a[key] === ANY ? 1 : -1;
}

/** The guard that holds for a cluster: of those that fit, the most exact, then the earliest. Null when none does. */
export function trafficGuardFor(guards: readonly TrafficGuard[], place: GuardedPlace): TrafficGuard | null {
  return guards.filter((each) => fits(each, place)).sort(bySpecificity)[0] ?? null;
}

/** "prod, us-east-1, any stack, no detail, at least 3". */
export function describeTrafficGuard({ account, location, stack, detail, minUp }: TrafficGuard): string {
  const named = (word: string, value: string | null | undefined): string =>
    value === ANY ? `any ${word}` : value ? `${word} ${value}` : `no ${word}`;
  const place = [
    account === ANY ? 'any account' : account,
    location === ANY ? 'any region' : location,
    named('stack', stack),
    named('detail', detail),
  ];
  return [...place, ...(minUp ? [`at least ${minUp}`] : [])].join(', ');
}
