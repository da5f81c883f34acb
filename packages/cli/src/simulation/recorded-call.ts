import { isJsonObject } from '@gennaker/pipeline-dsl';

/** A call a stage made to the world outside. */
export interface RecordedCall {
  /** Ms since the start of the execution. */
  readonly atMs: number;
  readonly stageId: string;
  /** `serverGroups.create` */
  readonly call: string;
  readonly effect: 'read' | 'change';
  /** One line for people; expectations are matched with it. */
  readonly text: string;
  /** What was passed, keys of repetition left out. */
  readonly arguments: readonly unknown[];
  /** The sentence it failed with. */
  error?: string;
}

const READS =
  /^(list|read|find|get|next|describe|preflight|hopeless|bakeLog|bakeDrop|sharedWith|usersOf|defaultAccount|digest|search|watch|fetch|query|is|has|can|resolve|target|progress|recipe|heldBy|requested|activities|judge|config|problemsOf)/;

/** Does the call only look? */
export function effectOf(port: string, method: string, args: readonly unknown[]): 'read' | 'change' {
  const first = args[0];
  if (port === 'http' && isJsonObject(first)) return /^(GET|HEAD)$/i.test(String(first['method'])) ? 'read' : 'change';
  return READS.test(method) ? 'read' : 'change';
}

/** Arguments as data: the operation that makes a repeat harmless and what cannot be printed are left out. */
export function plainArguments(args: readonly unknown[]): unknown[] {
  return args
    .filter((arg) => !(isJsonObject(arg) && typeof arg['key'] === 'string' && 'executionId' in arg))
    .map((arg) => plainValue(arg) ?? null);
}

function plainValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => plainValue(item) ?? null);
  if (typeof value === 'function') return undefined;
  if (typeof value !== 'object' || value === null) return value;
  const plain: Record<string, unknown> = {};
  for (const key of Object.keys(value)) {
    const item = key === 'abort' ? undefined : plainValue((value as Record<string, unknown>)[key]);
    if (item !== undefined) plain[key] = item;
  }
  return plain;
}

const words = (method: string): string => method.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
const text = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** One line for people: what is done, to what, where, and how large. */
export function describeCall(port: string, method: string, args: readonly unknown[]): string {
  const first = args[0];
  if (!isJsonObject(first)) return [`${port}:`, words(method), ...args.map(text)].join(' ');
  if (port === 'http') return `${text(first['method'])} ${text(first['url'])}`;
  if (port === 'pipelines' && method === 'start')
    return `start pipeline ${text(first['application'])}/${text(first['pipeline'])}`;
  const name = ['name', 'cluster', 'nameOrId', 'id', 'nameGlob', 'url', 'loadBalancer', 'targetGroup']
    .map((key) => first[key])
    .find((value) => typeof value === 'string' && value !== '');
  const where = ['region', 'location', 'namespace'].map((key) => first[key]).find((value) => typeof value === 'string');
  const facts = [...sizes(first, args), ...details(first), ...weights(args)];
  return [
    words(method),
    ...(name === undefined ? [] : [text(name)]),
    ...(where === undefined ? [] : [`in ${text(where)}`]),
    ...(facts.length === 0 ? [] : [`(${facts.join(', ')})`]),
  ].join(' ');
}

function sizes(first: Record<string, unknown>, args: readonly unknown[]): string[] {
  const capacity = [first['capacity'], ...args.slice(1)].find((value) => isJsonObject(value) && 'desired' in value);
  return isJsonObject(capacity)
    ? [`min ${text(capacity['min'])}, desired ${text(capacity['desired'])}, max ${text(capacity['max'])}`]
    : [];
}

/** How requests are divided: "web-tg 90, web-new-tg 10". */
function weights(args: readonly unknown[]): string[] {
  const shares = args.find(Array.isArray) ?? [];
  return shares
    .filter(isJsonObject)
    .flatMap(({ targetGroup, weight }) =>
      typeof targetGroup === 'string' && typeof weight === 'number' ? [`${targetGroup} ${weight}`] : [],
    );
}

function details(first: Record<string, unknown>): string[] {
  const image = first['imageId'] ?? first['baseImageId'];
  const groups = first['targetGroups'];
  return [
    ...(typeof image === 'string' ? [`image ${image}`] : []),
    ...(typeof first['instanceType'] === 'string' ? [first['instanceType']] : []),
    ...(Array.isArray(groups) && groups.length > 0 ? [`target groups ${groups.join(' ')}`] : []),
    ...(first['startDisabled'] === true ? ['out of traffic'] : []),
  ];
}
