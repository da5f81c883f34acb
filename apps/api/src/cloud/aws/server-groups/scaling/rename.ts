import { fingerprint } from '../launch-template.ts';

/** A group that scaling is copied from, and the one it is copied to. */
export interface Route {
  readonly from: string;
  readonly to: string;
}

const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** Replaces the one group's name by the other's wherever it stands as a whole word. */
const renameIn = (text: string, { from, to }: Route): string =>
  text.replaceAll(new RegExp(`(?<![\\w.-])${escaped(from)}(?![\\w.-])`, 'g'), () => to);

/**
 * Name of a copy: the same for every try, and short however often it is copied on. The source group's name in it becomes
 * the target's.
 */
export function copiedName(name: string, { from, to }: Route): string {
  const renamed = name.includes(from) ? name.replaceAll(from, () => to) : `${to}-${fingerprint(name, 8)}`;
  return renamed.replaceAll(':', '-');
}

/** Name of the copy of an alarm. */
export const alarmName = (name: string, { from, to }: Route): string =>
  `${to}-alarm-${fingerprint(
    name.replaceAll(from, () => '*'),
    8,
  )}`;

/** Is it the name of an alarm that we copied for the group? */
export const isOurAlarm = (name: string, group: string): boolean =>
  name.startsWith(`${group}-alarm-`) && /^[0-9a-f]{8}$/.test(name.slice(`${group}-alarm-`.length));

/** What a copied `ResourceLabel` becomes; null when the measured target group has no counterpart. */
export type Relabel = (label: string) => string | null;

/** The dimension that says whose measure it is. */
const namesGroup = (value: object, from: string): boolean =>
  'Name' in value && 'Value' in value && value.Name === 'AutoScalingGroupName' && value.Value === from;

/** A measure's description with the one group's name replaced by the other's, however deep it stands. */
export function retarget<Value>(value: Value, route: Route, relabel: Relabel): Value {
  if (Array.isArray(value)) return value.map((item) => retarget(item, route, relabel)) as Value;
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  if (namesGroup(value, route.from)) return { ...value, Value: route.to };
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]: [string, unknown]) => {
      if (key === 'Expression' && typeof inner === 'string') return [key, renameIn(inner, route)];
      if (key === 'ResourceLabel' && typeof inner === 'string') return [key, relabel(inner) ?? inner];
      return [key, retarget(inner, route, relabel)];
    }),
  ) as Value;
}
