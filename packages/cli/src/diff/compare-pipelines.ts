import { isJsonObject, type JsonObject } from '@gennaker/pipeline-dsl';
import { linearizeIfNeeded } from '@gennaker/pipeline-dsl/graph';
import { compareValues, type FieldChange, sameValue } from './compare-values.ts';

/** Fields the server writes; they are no part of what an author says. */
export const SERVER_FIELDS: ReadonlySet<string> = new Set([
  'version',
  'updateTs',
  'createTs',
  'lastModified',
  'lastModifiedBy',
  'index',
]);

/** A difference in meaning between two pipelines. */
export interface PipelineChange {
  readonly what: 'stage' | 'parameter' | 'trigger' | 'notification' | 'artifact' | 'pipeline';
  readonly kind: 'added' | 'removed' | 'changed' | 'moved';
  /** How people call it: `"Deploy" (deploy, refId 3)`. */
  readonly subject: string;
  /** Fields that differ; for `moved` what the stage requires. */
  readonly fields: readonly FieldChange[];
}

/** What differs between two pipelines: stages, parameters, triggers and the rest; where both mean the same, nothing. */
export function comparePipelines(first: JsonObject, second: JsonObject): PipelineChange[] {
  const before = withTriggerIds(first, second);
  const after = withTriggerIds(second, first);
  return [
    ...comparePlain(before, after),
    ...compareLists(before, after, { key: 'parameterConfig', what: 'parameter', name: nameOf, identity: nameOf }),
    ...compareLists(before, after, { key: 'triggers', what: 'trigger', name: triggerName, identity: triggerIdentity }),
    ...compareStages(before, after),
    ...compareLists(before, after, {
      key: 'notifications',
      what: 'notification',
      name: (entry) => `${text(entry['type'])} to ${text(entry['address'])}`,
      identity: (entry) => `${text(entry['type'])} ${text(entry['address'])}`,
    }),
    ...compareLists(before, after, {
      key: 'expectedArtifacts',
      what: 'artifact',
      name: (entry) => text(entry['displayName'] ?? entry['id']),
      identity: (entry) => text(entry['id'] ?? entry['displayName']),
    }),
  ];
}

/** Do both say the same, the server's own fields aside? An id that only one names does not count. */
export const samePipeline = (a: JsonObject, b: JsonObject): boolean =>
  sameValue(authored(withTriggerIds(a, b), b), authored(withTriggerIds(b, a), a));

/** Gives triggers that bring no id the one that the equal trigger of the other pipeline has: servers add ids. */
export function withTriggerIds(pipeline: JsonObject, other: JsonObject): JsonObject {
  const named = listAt(other, 'triggers').filter((trigger) => trigger['id'] !== undefined);
  if (named.length === 0 || !Array.isArray(pipeline['triggers'])) return pipeline;
  const triggers = pipeline['triggers'].map((trigger: unknown) => {
    if (!isJsonObject(trigger) || trigger['id'] !== undefined) return trigger;
    const at = named.findIndex(({ id: _id, ...rest }) => sameValue(rest, trigger));
    const [equal] = at < 0 ? [] : named.splice(at, 1);
    return equal ? { ...trigger, id: equal['id'] } : trigger;
  });
  return { ...pipeline, triggers };
}

function authored(pipeline: JsonObject, other: JsonObject): JsonObject {
  const ignoresId = pipeline['id'] === undefined || other['id'] === undefined;
  return Object.fromEntries(
    Object.entries(pipeline).filter(([key]) => !SERVER_FIELDS.has(key) && !(key === 'id' && ignoresId)),
  );
}

const LISTS: ReadonlySet<string> = new Set([
  'stages',
  'parameterConfig',
  'triggers',
  'notifications',
  'expectedArtifacts',
]);

function comparePlain(before: JsonObject, after: JsonObject): PipelineChange[] {
  const plain = (pipeline: JsonObject, other: JsonObject): JsonObject =>
    Object.fromEntries(Object.entries(authored(pipeline, other)).filter(([key]) => !LISTS.has(key)));
  const fields = compareValues(plain(before, after), plain(after, before));
  return fields.length === 0 ? [] : [{ what: 'pipeline', kind: 'changed', subject: 'itself', fields }];
}

interface ListRule {
  readonly key: string;
  readonly what: PipelineChange['what'];
  readonly name: (entry: JsonObject) => string;
  readonly identity: (entry: JsonObject) => string;
}

function compareLists(before: JsonObject, after: JsonObject, rule: ListRule): PipelineChange[] {
  const old = listAt(before, rule.key);
  const left = [...listAt(after, rule.key)];
  const about = (kind: PipelineChange['kind'], entry: JsonObject, fields: readonly FieldChange[] = []) =>
    ({ what: rule.what, kind, subject: rule.name(entry), fields }) as const;
  const changes: PipelineChange[] = [];
  for (const entry of old) {
    const at = left.findIndex((other) => rule.identity(other) === rule.identity(entry));
    const [match] = at < 0 ? [] : left.splice(at, 1);
    if (!match) changes.push(about('removed', entry));
    else if (!sameValue(entry, match)) changes.push(about('changed', match, compareValues(entry, match)));
  }
  return [...changes, ...left.map((entry) => about('added', entry))];
}

const text = (value: unknown): string => (typeof value === 'string' ? value : (JSON.stringify(value) ?? ''));
const nameOf = (entry: JsonObject): string => text(entry['name']);

const triggerDetail = (entry: JsonObject): string =>
  ['source', 'cronExpression', 'project', 'slug', 'job', 'repository', 'pipeline', 'subscriptionName']
    .flatMap((key) => (entry[key] === undefined ? [] : [text(entry[key])]))
    .join(' ');
const triggerName = (entry: JsonObject): string => `${text(entry['type'])} ${triggerDetail(entry)}`.trim();
const triggerIdentity = (entry: JsonObject): string =>
  entry['id'] === undefined ? triggerName(entry) : `id ${text(entry['id'])}`;

const listAt = (pipeline: JsonObject, key: string): readonly JsonObject[] =>
  Array.isArray(pipeline[key]) ? pipeline[key].filter(isJsonObject) : [];

const stageName = (stage: JsonObject): string =>
  `"${text(stage['name'] ?? stage['type'])}" (${text(stage['type'])}, refId ${text(stage['refId'])})`;

/** Stages with refIds and requisites as texts, as a start would see them. */
const stagesOf = (pipeline: JsonObject): readonly JsonObject[] =>
  linearizeIfNeeded([...listAt(pipeline, 'stages')]).map((stage) => ({
    ...stage,
    refId: String(stage['refId']),
    requisiteStageRefIds: requisitesOf(stage),
  }));

const requisitesOf = (stage: JsonObject): readonly string[] =>
  Array.isArray(stage['requisiteStageRefIds']) ? stage['requisiteStageRefIds'].map(String) : [];

function compareStages(before: JsonObject, after: JsonObject): PipelineChange[] {
  const old = stagesOf(before);
  const now = stagesOf(after);
  const pairs = pairStages(old, now);
  const renumbered = new Map([...pairs].map(([was, is]) => [text(was['refId']), text(is['refId'])]));
  const matched = new Set(pairs.values());
  const changes: PipelineChange[] = old
    .filter((stage) => !pairs.has(stage))
    .map((stage) => ({ what: 'stage', kind: 'removed', subject: stageName(stage), fields: [] }));
  for (const [was, is] of pairs) changes.push(...compareStage(was, is, renumbered));
  for (const stage of now)
    if (!matched.has(stage))
      changes.push({
        what: 'stage',
        kind: 'added',
        subject: stageName(stage),
        fields: [{ path: 'after', before: undefined, after: requisitesOf(stage) }],
      });
  return changes;
}

function compareStage(was: JsonObject, is: JsonObject, renumbered: ReadonlyMap<string, string>): PipelineChange[] {
  const { requisiteStageRefIds: _before, ...old } = was;
  const { requisiteStageRefIds: _after, ...now } = is;
  const expected = requisitesOf(was).map((refId) => renumbered.get(refId) ?? refId);
  const isMoved = !sameValue([...expected].sort(), [...requisitesOf(is)].sort());
  const fields = compareValues(old, now);
  const about = { what: 'stage', subject: stageName(is) } as const;
  return [
    ...(isMoved
      ? [
          {
            ...about,
            kind: 'moved' as const,
            fields: [{ path: 'after', before: requisitesOf(was), after: requisitesOf(is) }],
          },
        ]
      : []),
    ...(fields.length === 0 ? [] : [{ ...about, kind: 'changed' as const, fields }]),
  ];
}

/** Which stage became which: by name, type and refId together, then by name and type, refId and type, name alone. */
function pairStages(old: readonly JsonObject[], now: readonly JsonObject[]): Map<JsonObject, JsonObject> {
  const pairs = new Map<JsonObject, JsonObject>();
  const taken = new Set<JsonObject>();
  const rules: ReadonlyArray<readonly string[]> = [
    ['name', 'type', 'refId'],
    ['name', 'type'],
    ['refId', 'type'],
    ['name'],
  ];
  for (const keys of rules)
    for (const stage of old) {
      if (pairs.has(stage)) continue;
      const match = now.find((other) => !taken.has(other) && keys.every((key) => sameValue(stage[key], other[key])));
      if (!match) continue;
      pairs.set(stage, match);
      taken.add(match);
    }
  return new Map(old.flatMap((stage) => (pairs.has(stage) ? [[stage, pairs.get(stage)!]] : [])));
}
