import * as z from 'zod';
import { STAGE_FRAME_KEYS, stageFrameFields } from '../format/stage.ts';
import { isJsonObject, type JsonObject } from '../json.ts';
import { foreignProvider } from '../stage.ts';
import { didYouMean, nearest } from './nearest.ts';
import { checkFields } from './shape.ts';
import { type Check, type CheckedStage, entriesOf, type Report, textOf } from './subject.ts';
import { entryOf, type Vocabulary } from './vocabulary.ts';

/** Types: known, and carried out here. */
export const checkStageTypes: Check = ({ stages, vocabulary }, report) => {
  const known = Object.values(vocabulary.stages).filter(({ internal }) => internal !== true);
  const names = known.flatMap(({ type, aliases }) => [type, ...(aliases ?? [])]);
  for (const stage of stages) {
    const path = `${stage.pointer}/type`;
    if (!stage.definition) {
      const meant = nearest(stage.type, names);
      report({
        severity: 'warning',
        code: 'stage.unknown-type',
        pointer: path,
        message: `No stage of type "${stage.type}" is installed; the execution would fail there.${didYouMean(meant)}`,
        stage,
        ...(meant === undefined
          ? {}
          : { fix: { label: `Use "${meant}"`, patch: [{ op: 'replace' as const, path, value: meant }] } }),
      });
    } else if (stage.definition.runs === false)
      report({
        severity: 'warning',
        code: 'stage.not-run',
        pointer: path,
        message: `Stages of type "${stage.type}" are kept but not carried out; the execution would fail there. ${
          stage.definition.why ?? ''
        }`.trim(),
        stage,
      });
  }
};

/** Clouds: the one a stage or a cluster of its deploy names is the one its type is carried out on. */
export const checkProviders: Check = ({ stages }, report) => {
  for (const stage of stages) {
    const { definition } = stage;
    if (!definition || definition.runs === false) continue;
    const places = [{ json: stage.json, pointer: stage.pointer }, ...deploysOf(stage)];
    for (const { json, pointer } of new Map(places.map((place) => [place.pointer, place])).values()) {
      const named = foreignProvider(definition, json);
      if (named === null) continue;
      const key = json['cloudProvider'] ? 'cloudProvider' : 'cloudProviderType';
      report({
        severity: 'warning',
        code: 'stage.provider-not-run',
        pointer: `${pointer}/${key}`,
        message: `Stages of type "${stage.type}" are carried out on ${definition.provider} only, this one is for ${named}; the execution would fail there.`,
        stage,
      });
    }
  }
};

const FRAME: ReadonlySet<string> = new Set(STAGE_FRAME_KEYS);
/** Schemas of one common field each; a stage has few of them. */
const FRAME_FIELDS: ReadonlyMap<string, z.ZodType> = new Map(
  Object.entries(stageFrameFields).map(([key, field]) => [key, z.object({ [key]: field })]),
);

/** Fields of stages: those of the type that must be there, and those of the right kind. */
export const checkStageFields: Check = ({ stages }, report) => {
  for (const stage of stages) {
    const about: Report = (finding) => report({ ...finding, stage });
    const context = Object.fromEntries(Object.entries(stage.json).filter(([key]) => !FRAME.has(key)));
    const told = new Set<string>();
    const once: Report = (finding) => {
      if (told.has(finding.pointer)) return;
      told.add(finding.pointer);
      about(finding);
    };
    if (stage.definition)
      checkFields(stage.definition.context, context, { area: 'stage', pointer: stage.pointer, report: once });
    for (const key of Object.keys(context)) {
      const field = FRAME_FIELDS.get(key);
      if (field) checkFields(field, context, { area: 'stage', pointer: stage.pointer, report: once });
    }
  }
};

/** Is it a deploy: a list of clusters, or the older single one? */
export function deploysOf(stage: CheckedStage): Array<{ readonly json: JsonObject; readonly pointer: string }> {
  if (Array.isArray(stage.json['clusters'])) return entriesOf(stage.json['clusters'], `${stage.pointer}/clusters`);
  const single = stage.json['cluster'];
  if (isJsonObject(single)) return [{ json: single, pointer: `${stage.pointer}/cluster` }];
  return stage.json['strategy'] === undefined ? [] : [{ json: stage.json, pointer: stage.pointer }];
}

/** Deploy strategies: known, and carried out here. */
export const checkStrategies: Check = ({ stages, vocabulary }, report) => {
  if (!vocabulary.strategies) return;
  for (const stage of stages)
    for (const { json, pointer } of deploysOf(stage)) checkStrategy(json, pointer, stage, vocabulary, report);
};

function checkStrategy(
  { strategy }: JsonObject,
  pointer: string,
  stage: CheckedStage,
  vocabulary: Vocabulary,
  report: Report,
): void {
  const name = textOf(strategy);
  if (name === '' || name.includes('${')) return;
  const path = `${pointer}/strategy`;
  const known = entryOf(vocabulary.strategies, name);
  if (known?.runs === false)
    report({
      severity: 'warning',
      code: 'strategy.not-run',
      pointer: path,
      message: `The strategy "${name}" is kept but not carried out; the deploy would fail. ${known.why ?? ''}`.trim(),
      stage,
    });
  if (known) return;
  const meant = nearest(name, Object.keys(vocabulary.strategies ?? {}));
  report({
    severity: 'warning',
    code: 'strategy.unknown',
    pointer: path,
    message: `There is no strategy "${name}"; the deploy would fail.${didYouMean(meant)}`,
    stage,
    ...(meant === undefined
      ? {}
      : { fix: { label: `Use "${meant}"`, patch: [{ op: 'replace' as const, path, value: meant }] } }),
  });
}
