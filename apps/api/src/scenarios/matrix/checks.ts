import type { LedgerWrite } from '../../engine/index.ts';
import { fewestServing, type GroupPicture, type Objects, objectsOf, servingAt } from './objects.ts';
import type { MatrixWorld } from './world.ts';

/** What is looked at after a story. */
type Looked = Pick<MatrixWorld, 'sandbox' | 'before' | 'startedAt'> & {
  readonly store: {
    readonly ledger: ReadonlyArray<Pick<LedgerWrite, 'kind' | 'name' | 'action' | 'state'>>;
    readonly locks: { readonly held: ReadonlyArray<{ readonly key: string }> };
  };
  readonly leases: { readonly held: readonly string[] };
};

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

/** A server group that somebody deleted in the middle of a story. */
export interface Deleted {
  readonly name: string;
  readonly at: number;
}

/** What is not as it must be after a story, a sentence each; none when all is well. */
export function problemsAfter(world: Looked, end: End): readonly string[] {
  return [...settled(world), ...unserved(world, end), ...differences(world, end)];
}

/**
 * What is not as it must be after a story that came to no good: each thing is as it was at one moment of `course`, which
 * is what there is before, between and after the stages of the same story when it goes well. What somebody
 * deleted meanwhile takes nothing else along.
 */
export function problemsAfterFailure(
  world: Looked,
  end: End,
  course: readonly Objects[],
  deleted: Deleted | null = null,
): readonly string[] {
  const { groups, weights, names } = objectsOf(world.sandbox.state());
  const { before } = world;
  const mayBe = (what: string, is: string, allowed: readonly string[]) =>
    allowed.includes(is) ? [] : [`${what} is ${is}, not ${[...new Set(allowed)].join(' or ')}`];
  const known = new Set([...Object.keys(groups), ...Object.keys(before.groups)]);
  const goes = (each: string) =>
    course.some((moment) => !moment.names.has(each)) || (deleted && each.includes(deleted.name));
  return [
    ...settled(world, deleted ? [deleted.name] : []),
    ...(deleted ? unservedWithout(world, deleted) : unserved(world, end)),
    ...[...known].flatMap((name) => {
      if (name === deleted?.name)
        return mayBe(name, groups[name]?.beingDeleted === false ? 'there' : 'absent', ['absent']);
      return unlikeAny(
        name,
        groups[name],
        course.map((moment) => moment.groups[name]),
      );
    }),
    ...Object.keys(before.weights).flatMap((route) =>
      mayBe(
        `the share of ${route}`,
        weights[route] ?? 'absent',
        course.map((moment) => moment.weights[route] ?? 'absent'),
      ),
    ),
    ...[...before.names].filter((each) => !names.has(each) && !goes(each)).map((each) => `${each} is gone`),
  ];
}

/** All of a server group that an operation may leave half done, by word. */
function inFull(group: GroupPicture | undefined): Readonly<Record<string, string>> {
  if (!group || group.beingDeleted) return { it: 'absent' };
  const { serving, members, beingDeleted, ...settings } = group;
  return Object.fromEntries(Object.entries(settings).map(([word, value]) => [word, JSON.stringify(value)]));
}

/** How the group differs from the most similar one of `allowed`; empty when it is like one of them. */
function unlikeAny(
  name: string,
  group: GroupPicture | undefined,
  allowed: ReadonlyArray<GroupPicture | undefined>,
): readonly string[] {
  const is = inFull(group);
  const unlike = allowed.map((each) => {
    const may = inFull(each);
    const words = [...new Set([...Object.keys(is), ...Object.keys(may)])].filter((word) => is[word] !== may[word]);
    return words.map((word) => `${word} of ${name} is ${is[word] ?? 'absent'}, not ${may[word] ?? 'absent'}`);
  });
  return unlike.sort((one, two) => one.length - two.length)[0] ?? [];
}

/** What is left open or behind; what is left of server groups that somebody else deleted is not ours. */
const settled = (world: Looked, deleted: readonly string[] = []): readonly string[] => [
  ...unledgered(world),
  ...world.store.ledger
    .filter(({ state }) => state === 'intended')
    .map(({ kind, name, action }) => `the ledger still intends to ${action} ${kind} ${name}`),
  ...world.leases.held.map((key) => `somebody still holds ${key}`),
  ...world.store.locks.held.map(({ key }) => `somebody still holds ${key}`),
  ...world.sandbox
    .leaks()
    .filter(({ why }) => !deleted.some((name) => why.includes(name)))
    .map(({ kind, id, why }) => `${kind} ${id} was left: ${why}`),
];

/** What is not as it must be at any moment of a story. */
export const problemsSoFar = (world: Looked, end: End): readonly string[] => [
  ...unledgered(world),
  ...unserved(world, end),
];

/** Things that were not there before and that no row of the ledger speaks of. */
function unledgered(world: Looked): readonly string[] {
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

/** What others than the deleted group did not serve since, so many of them as served when it went. */
function unservedWithout(world: Looked, { name, at }: Deleted): readonly string[] {
  const state = world.sandbox.state();
  const needed = servingAt(state, at, name);
  // With nobody else in traffic requests are lost, whatever is done.
  return needed === 0 ? [] : [...lostRequests(world), ...tooFew(fewestServing(state, at, name), needed)];
}

function unserved(world: Looked, end: End): readonly string[] {
  const served = Object.values(world.before.groups).reduce((sum, { serving }) => sum + serving, 0);
  const fewest = fewestServing(world.sandbox.state(), world.startedAt);
  return [...lostRequests(world), ...tooFew(fewest, end.fewest ?? served)];
}

const tooFew = (fewest: number, needed: number): readonly string[] =>
  fewest < needed ? [`only ${fewest} of ${needed} instances served at one moment`] : [];

function lostRequests(world: Looked): readonly string[] {
  const reports = world.before.listeners.map((listener) =>
    world.sandbox.traffic({ listener, requestsPerSecond: 200, from: world.startedAt }),
  );
  const lost = (field: 'toEmpty' | 'toUnhealthy' | 'toDraining') => reports.reduce((sum, each) => sum + each[field], 0);
  const [toEmpty, toUnhealthy, toDraining] = [lost('toEmpty'), lost('toUnhealthy'), lost('toDraining')];
  return [
    ...reports
      .flatMap(({ gaps }) => gaps)
      .map((gap) => `${gap.lost * 100} % of requests unserved for ${gap.seconds} s from ${gap.from}`),
    ...(toEmpty > 0 ? [`${toEmpty} requests met an empty group`] : []),
    ...(toUnhealthy > 0 ? [`${toUnhealthy} requests met an unhealthy instance`] : []),
    ...(toDraining > 0 ? [`${toDraining} requests met a draining instance`] : []),
  ];
}

function differences(world: Looked, end: End): readonly string[] {
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
