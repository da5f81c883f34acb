import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { keptStageDefinitions } from '@gennaker/catalog/definitions';
import { isJsonObject, type JsonObject } from '@gennaker/pipeline-dsl';
import { readDocument } from '@gennaker/pipeline-dsl/document';
import { describe, expect, it } from 'vitest';
import { findProject } from './config/index.ts';
import { housekeepingExecutors } from './features/index.ts';
import { appTest } from './testing/app-test.ts';
import { eventually, type TestApplication } from './testing/start-test-application.ts';

const FIXTURES = join(findProject().root, 'packages', 'catalog', 'fixtures');
const FOLDER = join(FIXTURES, 'pipelines');
const files = readdirSync(FOLDER)
  .filter((name) => !name.endsWith('.md'))
  .sort();

/** Keys that the server writes; what an export brought of them is history. */
const SERVER_KEYS: ReadonlySet<string> = new Set(['index', 'updateTs', 'lastModified', 'lastModifiedBy']);

function readFixture(file: string): JsonObject {
  const read = readDocument(readFileSync(join(FOLDER, file), 'utf8'));
  if (!read.ok || !isJsonObject(read.value)) throw new Error(`${file} is no pipeline`);
  return read.value;
}

/** The value as text, so that order of keys and forms of numbers count. */
const written = (value: unknown): string => JSON.stringify(value, null, 1);

/** What the author wrote and the server may not change: all but its own keys; the name without blanks around it. */
function said(document: JsonObject): ReadonlyArray<readonly [string, string]> {
  return Object.entries(document)
    .filter(([key]) => !SERVER_KEYS.has(key))
    .map(([key, value]) => [key, written(key === 'name' ? String(value).trim() : value)]);
}

/** Schedules without an id are given one when they are saved; it is the server's. */
function withoutNewIds(stored: unknown, authored: unknown): unknown {
  if (!Array.isArray(stored) || !Array.isArray(authored)) return stored;
  return stored.map((trigger: JsonObject, at) => {
    if ('id' in (authored[at] as JsonObject)) return trigger;
    const { id: _new, ...rest } = trigger;
    return rest;
  });
}

const get = async (app: TestApplication, { application, name }: JsonObject): Promise<JsonObject> => {
  const path = `/applications/${String(application)}/pipelineConfigs/${encodeURIComponent(String(name).trim())}`;
  const answer = await app.send('GET', path);
  expect(answer.status).toBe(200);
  return answer.body as JsonObject;
};

/** Two of the pipelines are instances of a template, which must be there before they are saved. */
async function saveTemplate(app: TestApplication): Promise<void> {
  const template = readFileSync(join(FIXTURES, 'templates', 'tenant-rollout.json'), 'utf8');
  await app.send('POST', '/v2/pipelineTemplates/create', template);
  await app.send('POST', '/v2/pipelineTemplates/create?tag=stable', template);
}

describe('pipelines as they are found', () => {
  appTest.for(files)('%s is saved and comes back as its author wrote it', async (file, { app }) => {
    const document = readFixture(file);
    if (document['type'] === 'templatedPipeline') await saveTemplate(app);
    const checked = await app.send('POST', '/pipelines/check', document);
    expect(checked.body.findings.filter(({ severity }: { severity: string }) => severity === 'error')).toEqual([]);

    const saved = await app.send('POST', '/pipelines', document);
    expect([saved.status, saved.body]).toEqual([200, undefined]);
    const stored = await get(app, document);
    const back = Object.keys(document).map((key): [string, unknown] => [
      key,
      key === 'triggers' ? withoutNewIds(stored[key], document[key]) : stored[key],
    ]);
    expect(said(Object.fromEntries(back))).toEqual(said(document));

    // What was read can be saved again as it is, and changes nothing.
    expect((await app.send('POST', '/pipelines', stored)).status).toBe(200);
    expect((await get(app, document))['version']).toBe(stored['version']);
  });
});

describe('a stage of a kept type', () => {
  appTest('is reached, and fails with the reason and what to use instead', async ({ app }) => {
    const stages = [
      { refId: '1', type: 'wait', waitTime: 0 },
      { refId: '2', type: 'jenkins', requisiteStageRefIds: ['1'], master: 'ci', job: 'web' },
    ];
    await app.send('POST', '/pipelines', { application: 'kept', name: 'Kept', stages });
    const { ref } = (await app.send('POST', '/pipelines/kept/Kept', {})).body;
    const execution = await eventually(
      async () => (await app.send('GET', ref)).body,
      ({ status }) => status === 'TERMINAL',
    );
    expect(execution.stages.map(({ status }: { status: string }) => status)).toEqual(['SUCCEEDED', 'TERMINAL']);
    const told = JSON.stringify(execution.stages[1].context.exception);
    expect(told).toContain('engine.stage-type-not-run');
    expect(told).toContain('A `webhook` stage can start the build');
  });

  appTest('is no job that may be sent as a task', async ({ app }) => {
    const job = [{ type: 'jenkins', master: 'ci', job: 'web' }];
    const answer = await app.send('POST', '/tasks', { application: 'kept', description: 'a job', job });
    expect([answer.status, answer.body.fields[0].pointer]).toEqual([400, '/job/0/type']);
  });
});

it('every job that keeps house is carried out, or kept with a word why it is not', () => {
  const running = housekeepingExecutors({} as Parameters<typeof housekeepingExecutors>[0]);
  const jobs = `createApplication updateApplication deleteApplication upsertProject deleteProject savePipeline
    updatePipeline deletePipeline reorderPipelines createV2PipelineTemplate updateV2PipelineTemplate
    deleteV2PipelineTemplate upsertPluginInfo`.split(/\s+/);
  const times = (type: string): number =>
    [running, keptStageDefinitions].filter((in_) => Object.hasOwn(in_, type)).length;
  expect(jobs.filter((type) => times(type) !== 1)).toEqual([]);
});
