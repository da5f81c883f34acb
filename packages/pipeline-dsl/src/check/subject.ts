import type { Finding } from '../finding.ts';
import { linearizeIfNeeded } from '../graph/index.ts';
import { isJsonObject, type JsonObject } from '../json.ts';
import type { StageDefinition } from '../stage.ts';
import { isTemplateInstance } from '../templates/schema.ts';
import { entryOf, type Vocabulary } from './vocabulary.ts';

/** An object of a list of the document, with the place it has there. */
export interface Entry {
  readonly json: JsonObject;
  readonly pointer: string;
}

/** A stage as the checks see it: graph fields spelled out, linear lists linked. */
export interface CheckedStage extends Entry {
  readonly at: number;
  /** Empty when it has none while others do. */
  readonly refId: string;
  readonly requisites: readonly string[];
  readonly name: string;
  readonly type: string;
  /** Undefined for types nobody knows. */
  readonly definition: StageDefinition | undefined;
}

/** What all checks look at. */
export interface Subject {
  readonly document: JsonObject;
  readonly vocabulary: Vocabulary;
  readonly stages: readonly CheckedStage[];
  readonly parameters: readonly Entry[];
  readonly triggers: readonly Entry[];
  readonly expectedArtifacts: readonly Entry[];
  readonly notifications: readonly Entry[];
  /** Parts of it come from a template nobody has here. */
  readonly isTemplateInstance: boolean;
  stagesNamed(name: string): readonly CheckedStage[];
  /** Stages that have ended before this one starts. */
  isUpstream(stage: CheckedStage, of: CheckedStage): boolean;
}

export type Report = (finding: Omit<Finding, 'stage'> & { readonly stage?: CheckedStage | undefined }) => void;
/** One rule, or a few about one thing. Reports what it finds and never throws, whatever the document is. */
export type Check = (subject: Subject, report: Report) => void;

/** Text, numbers and flags as text; everything else, and what is missing, as nothing. */
export const textOf = (value: unknown): string =>
  typeof value === 'string' ? value : typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';

/** A number, or text that reads as one. */
export function numberOf(value: unknown): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

/** True, or the text of it. */
export const isOn = (value: unknown): boolean => value === true || value === 'true';
/** False, or the text of it. */
export const isOff = (value: unknown): boolean => value === false || value === 'false';

/** Nothing, or blank text. */
export const isBlank = (value: unknown): boolean =>
  value === undefined || value === null || (typeof value === 'string' && value.trim() === '');

export const itemsOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** The objects of a list, each with its pointer. */
export const entriesOf = (value: unknown, pointer: string): Entry[] =>
  itemsOf(value).flatMap((json, at) => (isJsonObject(json) ? [{ json, pointer: `${pointer}/${at}` }] : []));

/** At most so many, in quotes, with commas between. */
export const listed = (words: readonly string[], most = 12): string =>
  `${words
    .slice(0, most)
    .map((word) => `"${word.slice(0, 80)}"`)
    .join(', ')}${words.length > most ? ', …' : ''}`;

export function createSubject(document: JsonObject, vocabulary: Vocabulary): Subject {
  const stages = stagesOf(document, vocabulary);
  const byName = new Map<string, CheckedStage[]>();
  for (const stage of stages) byName.set(stage.name, [...(byName.get(stage.name) ?? []), stage]);
  let upstream: ReadonlyMap<CheckedStage, Uint32Array> | null = null;
  return {
    document,
    vocabulary,
    stages,
    parameters: entriesOf(document['parameterConfig'], '/parameterConfig'),
    triggers: entriesOf(document['triggers'], '/triggers'),
    expectedArtifacts: entriesOf(document['expectedArtifacts'], '/expectedArtifacts'),
    notifications: entriesOf(document['notifications'], '/notifications'),
    isTemplateInstance: isTemplateInstance(document),
    stagesNamed: (name) => byName.get(name) ?? [],
    isUpstream(stage, of) {
      upstream ??= upstreamSets(stages);
      const place = stages.indexOf(stage);
      return ((upstream.get(of)?.[place >>> 5] ?? 0) & (1 << (place & 31))) !== 0;
    },
  };
}

function stagesOf(document: JsonObject, vocabulary: Vocabulary): CheckedStage[] {
  const aliases = new Map<string, StageDefinition>();
  for (const definition of Object.values(vocabulary.stages))
    for (const alias of definition.aliases ?? []) if (!aliases.has(alias)) aliases.set(alias, definition);
  const definitionOf = (type: string): StageDefinition | undefined =>
    entryOf(vocabulary.stages, type) ?? aliases.get(type);
  const entries = itemsOf(document['stages']).flatMap((json, at) => (isJsonObject(json) ? [{ json, at }] : []));
  const linked = linearizeIfNeeded(
    entries.map(({ json }) => ({
      refId: textOf(json['refId']),
      requisiteStageRefIds: itemsOf(json['requisiteStageRefIds']).map(textOf),
    })),
  );
  return entries.map(({ json, at }, i) => {
    const type = textOf(json['type']);
    return {
      json,
      at,
      pointer: `/stages/${at}`,
      refId: linked[i]!.refId,
      requisites: linked[i]!.requisiteStageRefIds,
      name: textOf(json['name']) || type,
      type,
      definition: definitionOf(type) ?? definitionOf(textOf(json['alias'])),
    };
  });
}

/** For each stage a set of bits, one for each stage that comes before it. Stages on or behind a cycle are left out. */
function upstreamSets(stages: readonly CheckedStage[]): ReadonlyMap<CheckedStage, Uint32Array> {
  const place = new Map<string, number>();
  stages.forEach(({ refId }, at) => {
    if (!place.has(refId)) place.set(refId, at);
  });
  const before = stages.map(({ requisites }) => [
    ...new Set(requisites.map((refId) => place.get(refId)).filter((at) => at !== undefined)),
  ]);
  const behind: number[][] = stages.map(() => []);
  before.forEach((all, at) => {
    for (const each of all) behind[each]!.push(at);
  });
  const waiting = before.map((all) => all.length);
  const ready = [...waiting.keys()].filter((at) => waiting[at] === 0);
  const sets = stages.map(() => new Uint32Array(Math.ceil(stages.length / 32)));
  for (let next = 0; next < ready.length; next += 1) {
    const at = ready[next]!;
    for (const each of before[at]!) {
      sets[each]!.forEach((bits, word) => {
        sets[at]![word] = sets[at]![word]! | bits;
      });
      sets[at]![each >>> 5] = sets[at]![each >>> 5]! | (1 << (each & 31));
    }
    for (const each of behind[at]!) {
      waiting[each] = waiting[each]! - 1;
      if (waiting[each] === 0) ready.push(each);
    }
  }
  return new Map(stages.map((stage, at) => [stage, sets[at]!]));
}
