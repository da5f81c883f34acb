import { readdirSync, readFileSync } from 'node:fs';
import { isJsonObject, type JsonObject } from '@gennaker/pipeline-dsl';
import { checkPipeline } from '@gennaker/pipeline-dsl/check';
import { readDocument } from '@gennaker/pipeline-dsl/document';
import { describe, expect, it } from 'vitest';
import {
  keptNotificationDefinitions,
  keptStageDefinitions,
  keptStrategyDefinitions,
  keptTriggerDefinitions,
  stageDefinitions,
  strategyDefinitions,
  triggerDefinitions,
} from '../definitions.ts';

const FOLDER = new URL('../../fixtures/pipelines/', import.meta.url);
const files = readdirSync(FOLDER)
  .filter((name) => !name.endsWith('.md'))
  .sort();
const textOf = (file: string): string => readFileSync(new URL(file, FOLDER), 'utf8');
const documents = new Map(files.map((file) => [file, readDocument(textOf(file))]));
const pipelines = [...documents.values()].flatMap((read) => (read.ok && isJsonObject(read.value) ? [read.value] : []));
const stageTypes = { ...keptStageDefinitions, ...stageDefinitions };

/** Files that hold something nobody can run, and what they are warned of. They may be saved like all others. */
const FLAWED: Readonly<Record<string, readonly string[]>> = {
  'health-unknown-stage-types.json': ['stage.unknown-type'],
  'spel-broken-on-purpose.json': ['expression'],
};

const listed = (document: JsonObject, key: string): JsonObject[] =>
  Array.isArray(document[key]) ? document[key].filter(isJsonObject) : [];
const stages = pipelines.flatMap((one) => listed(one, 'stages'));
const valuesOf = (entries: readonly JsonObject[], key: string): ReadonlySet<unknown> =>
  new Set(entries.map((entry) => entry[key]));

describe.each(files)('%s', (file) => {
  it('is read, and JSON as any other reader has it', () => {
    const read = documents.get(file);
    expect(read?.findings).toEqual([]);
    if (file.endsWith('.json')) expect(read?.ok && read.value).toEqual(JSON.parse(textOf(file)));
  });

  it('is checked without an error', () => {
    const read = documents.get(file);
    const findings = checkPipeline(read?.ok ? read.value : null, { stages: stageTypes });
    expect(findings.filter(({ severity }) => severity === 'error')).toEqual([]);
    for (const code of FLAWED[file] ?? [])
      expect(
        findings.some((finding) => finding.code.startsWith(code)),
        `${file} is warned of ${code}`,
      ).toBe(true);
    if (!FLAWED[file]) expect(findings.filter(({ code }) => code === 'stage.unknown-type')).toEqual([]);
  });
});

describe('the collection', () => {
  it('is listed file by file in its README', () => {
    const rows = [...textOf('README.md').matchAll(/^\| `([^`]+)` \| (.+) \|$/gm)].map((row) => row[1]);
    expect(rows.toSorted()).toEqual(files);
    expect(files.length).toBeGreaterThanOrEqual(60);
  });

  it('is of different pipelines', () => {
    const names = pipelines.map(({ application, name }) => `${String(application)}: ${String(name).trim()}`);
    expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
  });

  it('holds every stage type under each of its names, but those that only other stages plan', () => {
    const types = valuesOf(stages, 'type');
    const names = Object.values(stageTypes).flatMap((one) =>
      one.internal === true ? [] : [one.type, ...(one.aliases ?? [])],
    );
    expect(names.filter((name) => !types.has(name))).toEqual([]);
  });

  it('holds every trigger, strategy and notification', () => {
    const triggers = valuesOf(
      pipelines.flatMap((one) => listed(one, 'triggers')),
      'type',
    );
    const strategies = valuesOf(
      stages.flatMap((stage) => listed(stage, 'clusters')),
      'strategy',
    );
    const notifications = valuesOf(
      [...pipelines, ...stages].flatMap((one) => listed(one, 'notifications')),
      'type',
    );
    const absent = (names: readonly string[], from: ReadonlySet<unknown>) => names.filter((name) => !from.has(name));
    expect(absent(Object.keys({ ...triggerDefinitions, ...keptTriggerDefinitions }), triggers)).toEqual([]);
    expect(absent(Object.keys({ ...strategyDefinitions, ...keptStrategyDefinitions }), strategies)).toEqual([]);
    expect(absent(Object.keys(keptNotificationDefinitions), notifications)).toEqual([]);
  });
});
