import { fewestServing, type GroupPicture, objectsOf } from './objects.ts';
import type { MatrixWorld } from './world.ts';

/** Processes of a server group that is out of traffic and left as it is. */
const OUT_OF_TRAFFIC = ['AZRebalance', 'AddToLoadBalancer', 'AlarmNotification', 'HealthCheck'];
const AT_REST = ['Launch', 'ReplaceUnhealthy', 'ScheduledActions', 'Terminate'];

/** How a story must end. */
export interface End {
  /**
   * Every server group of the region: size as min/desired/max, then `n serving` or `out of traffic`, then whatever else
   * is suspended.
   */
  readonly groups: Readonly<Record<string, string>>;
  /** Shares of requests by target group; absent: as before. */
  readonly weights?: readonly string[];
  /** Fewest healthy instances at any moment; absent: as many as served before. */
  readonly fewest?: number;
  /** Groups that are to have the policies, scheduled actions and hooks of another one; the others keep their own. */
  readonly settingsFrom?: Readonly<Record<string, string>>;
}

/** A server group in the words of `End.groups`. */
export function groupInWords(group: GroupPicture): string {
  const { min, desired, max, serving, suspended } = group;
  const isOut = OUT_OF_TRAFFIC.every((process) => suspended.includes(process)) && serving === 0;
  const rests = isOut && AT_REST.every((process) => suspended.includes(process));
  const told: readonly string[] = [...(isOut ? OUT_OF_TRAFFIC : []), ...(rests ? AT_REST : [])];
  const more = suspended.filter((process) => !told.includes(process));
  const traffic = isOut ? `out of traffic${rests ? ' at rest' : ''}` : `${serving} serving`;
  return [`${min}/${desired}/${max}`, traffic, ...(more.length > 0 ? [`without ${more.join(', ')}`] : [])].join(', ');
}

/** What is not as it must be after a story, a sentence each; none when all is well. */
export function problemsAfter(world: MatrixWorld, end: End): readonly string[] {
  return [...settled(world), ...unserved(world, end), ...differences(world, end)];
}

/** What is not as it must be after a story that came to no good: sizes are as before or as asked for, nothing is half done. */
export function problemsAfterFailure(
  world: MatrixWorld,
  end: End,
  between: Readonly<Record<string, string>> = {},
): readonly string[] {
  const { groups } = objectsOf(world.sandbox.state());
  const sizeOf = (group: GroupPicture | undefined) => (group ? `${group.min}/${group.desired}/${group.max}` : 'absent');
  return [
    ...settled(world),
    ...unserved(world, end),
    ...Object.entries(groups).flatMap(([name, group]) => {
      const [size, before, asked = 'absent'] = [sizeOf(group), sizeOf(world.before.groups[name]), end.groups[name]];
      return size === before || size === between[name] || asked.startsWith(`${size},`)
        ? []
        : [`${name} has ${size}, neither ${before} nor ${asked}`];
    }),
  ];
}

/** What is left open or behind, but for server groups that somebody else deleted: what was begun on them stays open. */
export const settled = (world: MatrixWorld, deleted: readonly string[] = []): readonly string[] => [
  ...unledgered(world),
  ...world.store.ledger
    .filter(({ state, name }) => state === 'intended' && !deleted.includes(name))
    .map(({ kind, name, action }) => `the ledger still intends to ${action} ${kind} ${name}`),
  ...world.leases.held.map((key) => `somebody still holds ${key}`),
  ...world.sandbox
    .leaks()
    .filter(({ why }) => !deleted.some((name) => why.includes(name)))
    .map(({ kind, id, why }) => `${kind} ${id} was left: ${why}`),
];

/** What is not as it must be at any moment of a story. */
export const problemsSoFar = (world: MatrixWorld, end: End): readonly string[] => [
  ...unledgered(world),
  ...unserved(world, end),
];

/** Things that were not there before and that no row of the ledger speaks of. */
function unledgered(world: MatrixWorld): readonly string[] {
  const rows = world.store.ledger;
  const isKnown = (kind: string, name: string): boolean =>
    rows.some((row) => {
      if (row.name === name && row.kind === kind) return true;
      // Parts that live and die with what the ledger names.
      if (kind === 'launchTemplate') return row.kind === 'serverGroup' && name.startsWith(row.name);
      if (kind === 'alarm') return row.kind === 'scaling' && name.includes(row.name);
      if (kind === 'targetGroup') return row.kind === 'loadBalancer' && name.startsWith(row.name);
      if (kind === 'snapshot') return row.kind === 'image';
      return false;
    });
  const news = [...objectsOf(world.sandbox.state()).names].filter((each) => !world.before.names.has(each));
  return news
    .filter((each) => !isKnown(each.slice(0, each.indexOf(' ')), each.slice(each.indexOf(' ') + 1)))
    .map((each) => `${each} is not in the ledger`);
}

function unserved(world: MatrixWorld, end: End): readonly string[] {
  const reports = world.before.listeners.map((listener) =>
    world.sandbox.traffic({ listener, requestsPerSecond: 200, from: world.startedAt }),
  );
  const lost = (field: 'toEmpty' | 'toUnhealthy' | 'toDraining') => reports.reduce((sum, each) => sum + each[field], 0);
  const [toEmpty, toUnhealthy, toDraining] = [lost('toEmpty'), lost('toUnhealthy'), lost('toDraining')];
  const served = Object.values(world.before.groups).reduce((sum, { serving }) => sum + serving, 0);
  const needed = end.fewest ?? served;
  const fewest = fewestServing(world.sandbox.state(), world.startedAt);
  return [
    ...reports
      .flatMap(({ gaps }) => gaps)
      .map((gap) => `${gap.lost * 100} % of requests unserved for ${gap.seconds} s from ${gap.from}`),
    ...(toEmpty > 0 ? [`${toEmpty} requests met an empty group`] : []),
    ...(toUnhealthy > 0 ? [`${toUnhealthy} requests met an unhealthy instance`] : []),
    ...(toDraining > 0 ? [`${toDraining} requests met a draining instance`] : []),
    ...(fewest < needed ? [`only ${fewest} of ${needed} instances served at one moment`] : []),
  ];
}

function differences(world: MatrixWorld, end: End): readonly string[] {
  const { groups, weights } = objectsOf(world.sandbox.state());
  const names = [...new Set([...Object.keys(groups), ...Object.keys(end.groups)])].sort();
  const wanted = end.weights ?? Object.values(world.before.weights);
  return [
    ...names.flatMap((name) => {
      const is = groups[name] ? groupInWords(groups[name]) : 'absent';
      const target = end.groups[name] ?? 'absent';
      return is === target ? [] : [`${name} is "${is}" instead of "${target}"`];
    }),
    ...Object.entries(groups).flatMap(([name, group]) => {
      const like = world.before.groups[end.settingsFrom?.[name] ?? name];
      return (['policies', 'scheduled', 'hooks'] as const).flatMap((field) => {
        const expected = JSON.stringify(like?.[field] ?? []);
        return expected === JSON.stringify(group[field])
          ? []
          : [`${name} has other ${field}: ${group[field]}, not ${expected}`];
      });
    }),
    ...(JSON.stringify(Object.values(weights)) === JSON.stringify(wanted)
      ? []
      : [`requests are shared "${Object.values(weights).join('; ')}" instead of "${wanted.join('; ')}"`]),
  ];
}
