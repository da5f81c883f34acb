import { isJsonObject, type JsonObject } from '@gennaker/pipeline-dsl';

/** One setting of a thing. A setting that is not there has no part. */
interface Part {
  /** What a person calls it and its like: "listeners", "tags". */
  readonly section: string;
  readonly value: unknown;
}

type Parts = ReadonlyMap<string, Part>;
type Split = (value: unknown) => ReadonlyArray<readonly [string, unknown]>;

const objectsIn = (value: unknown): readonly JsonObject[] => (Array.isArray(value) ? value.filter(isJsonObject) : []);
const text = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

const byKey: Split = (value) => Object.entries(isJsonObject(value) ? value : {}).filter(([, inner]) => inner !== null);
const byName: Split = (value) => objectsIn(value).map((each) => [text(each['name']), each]);
const whole: Split = (value) => (value === null ? [] : [['', value]]);

/** Lists of words; or words that are said to be in it (true), or not (null). */
const words: Split = (value) => (Array.isArray(value) ? value.map((each) => [text(each), true]) : byKey(value));

/** An alarm tells its policy besides whom people have named: that address is AWS's. */
const alarms: Split = (value) =>
  objectsIn(value).map(({ notify: _told, ...alarm }) => [text(alarm['name']), alarm] as const);

/** A rule by what it lets in; its description may differ. */
const ingress: Split = (value) =>
  objectsIn(value).map(({ protocol, fromPort, toPort, cidr, securityGroup, description }) => [
    JSON.stringify([protocol, fromPort ?? null, toPort ?? null, cidr ?? null, securityGroup ?? null]),
    description ?? null,
  ]);

/** A listener may be changed and its rules not yet; a rule is known by its conditions, its number may have moved. */
const listeners: Split = (value) =>
  objectsIn(value).flatMap(({ port, rules, ...listener }) => [
    [text(port), listener] as const,
    ...objectsIn(rules).flatMap(({ conditions, priority, actions }) => {
      const which = `${text(port)} ${JSON.stringify(conditions ?? [])}`;
      return [[`${which} actions`, actions] as const, [`${which} priority`, priority] as const];
    }),
  ]);

/** How the parts of a picture are told apart, and what they are called. Other keys of a picture are not compared. */
const SPLITS: Readonly<Record<string, readonly [string, Split]>> = {
  listeners: ['listeners', listeners],
  attributes: ['attributes', byKey],
  healthCheck: ['health check', byKey],
  securityGroups: ['security groups', whole],
  subnetIds: ['subnets', whole],
  ipAddressType: ['address type', whole],
  ingress: ['rules', ingress],
  tags: ['tags', byKey],
  policies: ['scaling policies', byName],
  alarms: ['alarms', alarms],
  schedules: ['scheduled actions', byName],
  suspendedProcesses: ['suspended processes', words],
  warmPool: ['warm pool', whole],
  capacity: ['size', byKey],
};

function partsOf(picture: JsonObject): Parts {
  const parts = Object.entries(picture).flatMap(([key, value]) => {
    const [section, split] = SPLITS[key] ?? [];
    if (!section || !split) return [];
    return split(value).map(([name, inner]) => [`${key}/${name}`, { section, value: inner }] as const);
  });
  return new Map(parts);
}

/** Is everything that is said found? What nobody says may be anything. */
function covers(said: unknown, found: unknown): boolean {
  if (said === null || said === undefined) return true;
  if (Array.isArray(said)) {
    if (!Array.isArray(found) || found.length !== said.length) return false;
    const isSet = said.every((each) => typeof each === 'string');
    const [one, other] = isSet ? [[...said].sort(), [...found].sort()] : [said, found];
    return one.every((each, at) => covers(each, other[at]));
  }
  if (isJsonObject(said))
    return isJsonObject(found) && Object.entries(said).every(([key, inner]) => covers(inner, found[key]));
  return String(said) === String(found);
}

/** A value that says nothing by itself, such as a description that was never given, is as before whatever it is now. */
const isAsIt = (was: Part | undefined, is: Part | undefined): boolean =>
  was && is ? covers(was.value, is.value) && (was.value === null || covers(is.value, was.value)) : was === is;

/** The change was to take it away. */
function isDropped(name: string, wanted: JsonObject): boolean {
  const [key = '', ...rest] = name.split('/');
  const value = wanted[key];
  return value === null || (isJsonObject(value) && value[rest.join('/')] === null);
}

/** How a thing stands between what it was and what a change was to make of it, in sections. */
export interface Standing {
  /** Not as before, and nobody else has been at them. */
  readonly changed: readonly string[];
  /** In these something is neither as it was nor as the change was to make it: somebody else has been there. */
  readonly others: readonly string[];
  /** Names of the single settings in `changed` that are not as before: `tags/team`. */
  readonly parts: readonly string[];
}

/** Keys of which a change speaks for all that is there: what it does not name goes. */
const exclusive = (kind: string, wanted: JsonObject): readonly string[] =>
  kind === 'loadBalancer'
    ? ['listeners']
    : kind === 'securityGroup' && wanted['appendOnly'] !== true
      ? ['ingress']
      : [];

/** Compares what a change spoke of: pictures from before, as wanted, and of now. */
export function standingOf(kind: string, before: JsonObject, wanted: JsonObject, now: JsonObject): Standing {
  const [was, want, is] = [partsOf(before), partsOf(wanted), partsOf(now)];
  const owned = exclusive(kind, wanted).filter((key) => key in wanted);
  const moved = [...new Set([...was.keys(), ...want.keys(), ...is.keys()])]
    .filter((name) => want.has(name) || owned.includes(name.split('/')[0] ?? '') || isDropped(name, wanted))
    .filter((name) => !isAsIt(was.get(name), is.get(name)));
  const sectionOf = (name: string): string => (was.get(name) ?? want.get(name) ?? is.get(name))?.section ?? '';
  const foreign = moved.filter((name) => {
    const [said, found] = [want.get(name), is.get(name)];
    return said && found ? !covers(said.value, found.value) : said !== found;
  });
  const others = [...new Set(foreign.map(sectionOf))];
  const parts = moved.filter((name) => !others.includes(sectionOf(name)));
  return { changed: [...new Set(parts.map(sectionOf))], others, parts };
}
