import type * as z from 'zod';
import { artifactSchema, expectedArtifactSchema } from '../format/artifact.ts';
import { notificationSchema } from '../format/notification.ts';
import { parameterSchema } from '../format/parameter.ts';
import { LEGACY_KEYS, pipelineExtras, pipelineSchema } from '../format/pipeline.ts';
import { STAGE_FRAME_KEYS, stageFrameFields } from '../format/stage.ts';
import { triggerKinds, triggerSchema } from '../format/trigger.ts';
import { executionWindowSchema } from '../format/window.ts';
import { isJsonObject, type JsonObject } from '../json.ts';
import { pointerTo } from '../pointer.ts';
import { nearest } from './nearest.ts';
import { type Check, type CheckedStage, entriesOf, type Report, textOf } from './subject.ts';
import { entryOf } from './vocabulary.ts';

const keysBySchema = new WeakMap<z.ZodType, readonly string[]>();

/** Names of the fields of an object's schema; none for other schemas. */
function keysOf(schema: z.ZodType): readonly string[] {
  const known = keysBySchema.get(schema);
  if (known) return known;
  const shape: unknown = 'shape' in schema ? schema.shape : undefined;
  const keys = isJsonObject(shape) ? Object.keys(shape) : [];
  keysBySchema.set(schema, keys);
  return keys;
}

const PIPELINE_KEYS: ReadonlySet<string> = new Set([
  ...keysOf(pipelineSchema),
  ...Object.keys(pipelineExtras),
  ...LEGACY_KEYS,
]);
/** Fields that go with many types without being part of their forms. */
const LOOSE_STAGE_KEYS = [
  'account',
  'credentials',
  'region',
  'regions',
  'zone',
  'zones',
  'application',
  'user',
  'cluster',
  'clusters',
  'moniker',
  'target',
];
const STAGE_KEYS = [...STAGE_FRAME_KEYS, ...Object.keys(stageFrameFields), ...LOOSE_STAGE_KEYS];

/** Keys that are almost those of a known field, which is not there itself. */
export const checkKeys: Check = (
  { document, stages, parameters, triggers, notifications, expectedArtifacts, vocabulary },
  report,
) => {
  lookAt(document, '', PIPELINE_KEYS, report);
  for (const { json, pointer } of parameters) lookAt(json, pointer, new Set(keysOf(parameterSchema)), report);
  for (const { json, pointer } of triggers) {
    const type = textOf(json['type']);
    const config = entryOf(vocabulary.triggers, type)?.config;
    const kind = entryOf<z.ZodType>(triggerKinds, type) ?? triggerSchema;
    lookAt(
      json,
      pointer,
      new Set([...keysOf(triggerSchema), ...keysOf(kind), ...(config ? keysOf(config) : [])]),
      report,
    );
  }
  for (const { json, pointer } of notifications) lookAt(json, pointer, new Set(keysOf(notificationSchema)), report);
  for (const { json, pointer } of expectedArtifacts) {
    lookAt(json, pointer, new Set(keysOf(expectedArtifactSchema)), report);
    for (const key of ['matchArtifact', 'defaultArtifact'])
      if (isJsonObject(json[key])) lookAt(json[key], `${pointer}/${key}`, new Set(keysOf(artifactSchema)), report);
  }
  for (const stage of stages) lookAtStage(stage, (finding) => report({ ...finding, stage }));
};

function lookAtStage({ json, pointer, definition }: CheckedStage, report: Report): void {
  const known = new Set([...STAGE_KEYS, ...(definition ? keysOf(definition.context) : [])]);
  lookAt(json, pointer, known, report);
  const window = json['restrictedExecutionWindow'];
  if (isJsonObject(window))
    lookAt(window, `${pointer}/restrictedExecutionWindow`, new Set(keysOf(executionWindowSchema)), report);
  for (const each of entriesOf(json['notifications'], `${pointer}/notifications`))
    lookAt(each.json, each.pointer, new Set(keysOf(notificationSchema)), report);
}

const MOST_KEYS = 300;

function lookAt(json: JsonObject, pointer: string, known: ReadonlySet<string>, report: Report): void {
  for (const key of Object.keys(json).slice(0, MOST_KEYS)) {
    if (known.has(key) || key.length < 4) continue;
    const meant = nearest(key, known);
    if (meant === undefined || Object.hasOwn(json, meant) || !isClose(key, meant)) continue;
    const path = `${pointer}${pointerTo([key])}`;
    report({
      severity: 'warning',
      code: 'key.misspelt',
      pointer: path,
      message: `"${key}" means nothing here. Did you mean "${meant}"?`,
      fix: {
        label: `Rename to "${meant}"`,
        patch: [
          { op: 'add', path: `${pointer}/${meant}`, value: json[key] },
          { op: 'remove', path },
        ],
      },
    });
  }
}

/** Short words are close to many; they must share their beginning and almost their length. */
const isClose = (key: string, meant: string): boolean =>
  key.toLowerCase() === meant.toLowerCase() ||
  (Math.abs(key.length - meant.length) <= 1 && (key.length > 6 || key.slice(0, 2) === meant.slice(0, 2)));
