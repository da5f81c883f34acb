import { executeStage, succeeded } from '@gennaker/catalog/kit';
import { defineStage, type Execution, type JsonObject } from '@gennaker/pipeline-dsl';
import type { Question } from '@gennaker/pipeline-dsl/expressions';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { createRegistry } from './registry.ts';
import { Harness } from './testing/harness.ts';
import { toyRegistry } from './testing/toy-stages.ts';

/** What the world was asked to do. */
const acts: unknown[] = [];

const act = executeStage(
  defineStage({
    type: 'act',
    version: 1,
    label: 'act',
    description: 'Changes the world.',
    group: 'Control',
    icon: 'blocks',
    context: z.looseObject({}),
    outputs: z.looseObject({}),
    changesTheWorld: true,
  }),
  {
    needs: [],
    tasks: [
      {
        name: 'act',
        instant: true,
        run({ context }) {
          acts.push(context);
          return succeeded(undefined, { done: true });
        },
      },
    ],
  },
);
const toys = ['work', 'parent', 'sleep'].map((type) => toyRegistry.executor(type)!);
const registry = createRegistry([act, ...toys]);

const stage = (refId: string, type: string, more: JsonObject = {}, after: readonly string[] = []): JsonObject => ({
  refId,
  type,
  name: `Stage ${refId}`,
  requisiteStageRefIds: after,
  ...more,
});

async function ended(
  stages: readonly JsonObject[],
  more: Parameters<Harness['start']>[1] = {},
  harness = newHarness(),
) {
  acts.length = 0;
  const id = await harness.start(stages, more);
  await harness.settle();
  return harness.read(id);
}
const newHarness = (outside?: (question: Question) => Promise<unknown>) =>
  new Harness({ registry, ...(outside ? { outside: { ask: outside } } : {}) });
const statusOf = (execution: Execution, refId: string) =>
  execution.stages.find((candidate) => candidate.refId === refId)?.status;
const contextOf = (execution: Execution, refId: string) =>
  execution.stages.find((candidate) => candidate.refId === refId)!.context;
const exceptionOf = (execution: Execution, refId: string) =>
  contextOf(execution, refId)['exception'] as { exceptionType: string; details: JsonObject & { errors: string[] } };

describe('an expression that cannot be resolved', () => {
  const trigger = { type: 'manual', parameters: { version: '1.2', region: 'eu' } };

  it.each([
    ['${parameters.versoin}', 'parameters.versoin', 'version'],
    ['v-${parameters.versoin}', 'parameters.versoin', 'version'],
    ["${#stage('Stage 9').outputs.x}", "#stage('Stage 9')", 'Stage 1'],
    ['${#toIntt(1)}', '#toIntt(1)', 'toInt'],
    ['${parameters.version.subsrting(1)}', 'parameters.version.subsrting(1)', 'substring'],
  ])('%s never reaches a call that changes the world', async (text, subexpression, suggestion) => {
    const execution = await ended([stage('1', 'act', { target: { name: text } })], { trigger });
    expect(acts).toEqual([]);
    expect(statusOf(execution, '1')).toBe('TERMINAL');
    const { exceptionType, details } = exceptionOf(execution, '1');
    expect(exceptionType).toBe('engine.unresolved-expression');
    expect(details).toMatchObject({ pointer: '/target/name', subexpression, suggestion });
    expect(details.errors.join()).toContain(`did you mean '${suggestion}'?`);
    expect((details['available'] as string[])[0]).toBe(suggestion);
    expect(contextOf(execution, '1')['target']).toEqual({ name: text });
  });

  it('stays as it is in fields of another language and in talk, byte for byte', async () => {
    const foreign = {
      manifests: [{ kind: 'ConfigMap', data: { run: 'echo ${HOME} ${a:-b}  ${x' } }],
      userData: '#!/bin/sh\nexport A=${B}',
      comments: 'until ${then}',
    };
    const execution = await ended([stage('1', 'act', foreign)]);
    expect(statusOf(execution, '1')).toBe('SUCCEEDED');
    expect(acts).toEqual([expect.objectContaining(foreign)]);
  });

  it('leaves the author’s choice for manifests and values of charts', async () => {
    const manifests = [{ name: '${parameters.version}' }];
    const execution = await ended(
      [
        stage('1', 'act', { manifests }),
        stage('2', 'act', { manifests, skipExpressionEvaluation: true }),
        stage('3', 'act', { templateRenderer: 'HELM3', overrides: { tag: '${parameters.version}' } }),
        stage('4', 'act', {
          templateRenderer: 'HELM3',
          overrides: { tag: '${parameters.version}' },
          evaluateOverrideExpressions: true,
        }),
      ],
      { trigger },
    );
    expect(contextOf(execution, '1')['manifests']).toEqual([{ name: '1.2' }]);
    expect(contextOf(execution, '2')['manifests']).toEqual(manifests);
    expect(contextOf(execution, '3')['overrides']).toEqual({ tag: '${parameters.version}' });
    expect(contextOf(execution, '4')['overrides']).toEqual({ tag: '1.2' });
  });

  it('is told in the exception of a stage that goes on all the same', async () => {
    const execution = await ended([stage('1', 'work', { note: '${nope} ${parameters.x.y}', other: '${nope}' })]);
    expect(statusOf(execution, '1')).toBe('SUCCEEDED');
    expect(exceptionOf(execution, '1').details.errors).toHaveLength(2);
    expect(exceptionOf(execution, '1').details.errors.join()).toContain('Failed to evaluate nope: not found');
  });

  it('keeps what was authored beside what it became', async () => {
    const execution = await ended([stage('1', 'act', { tag: 'v${parameters.version}' })], { trigger });
    expect(contextOf(execution, '1')['tag']).toBe('v1.2');
    expect((execution.initialConfig['stages'] as JsonObject[])[0]!['tag']).toBe('v${parameters.version}');
  });
});

describe('what could not be resolved at the start', () => {
  it('is tried again at each read, from what was authored', async () => {
    const late = {
      note: ["${#stage('Stage 2').outputs.text} for ${parameters.who}", '${never}'],
      kept: '${parameters.code}',
      forSeconds: 20,
    };
    const trigger = { type: 'manual', parameters: { who: 'ana', code: '${1 + 1}' } };
    const execution = await ended(
      [
        stage('1', 'sleep', late),
        stage('2', 'sleep', { forSeconds: 5 }),
        stage('3', 'work', { outputs: { text: 'found' } }),
      ],
      { trigger },
    );
    expect(contextOf(execution, '1')).toMatchObject({
      kept: '${1 + 1}',
      note: ["${#stage('Stage 2').outputs.text} for ana", '${never}'],
    });
    const found = await ended(
      [
        stage('1', 'sleep', { ...late, note: ["${#stage('Stage 3').outputs.text} for ${parameters.who}", '${never}'] }),
        stage('2', 'sleep', { forSeconds: 5 }),
        stage('3', 'work', { outputs: { text: 'found' } }, ['2']),
      ],
      { trigger },
    );
    expect(contextOf(found, '1')).toMatchObject({ kept: '${1 + 1}', note: ['found for ana', '${never}'] });
    expect(Object.keys(contextOf(found, '1')['expressionEvaluationSummary'] as object)).toEqual(['never']);
  });
});

describe('conditions of stages', () => {
  const when = (expression: string, more: JsonObject = {}) =>
    stage('1', 'work', { stageEnabled: { type: 'expression', expression }, ...more });

  it('that cannot be decided skip the stage with a note, or fail it where that is asked for', async () => {
    const skipped = await ended([when('parameters.x.y')]);
    expect(statusOf(skipped, '1')).toBe('SKIPPED');
    expect(contextOf(skipped, '1')['stageEnabled']).toMatchObject({
      error: expect.stringContaining("read 'y' of null"),
    });
    const failed = await ended([when('"maybe"', { failOnFailedExpressions: true })]);
    expect([statusOf(failed, '1'), failed.status]).toEqual(['TERMINAL', 'TERMINAL']);
    const ignored = await ended([when('"maybe"', { failOnFailedExpressions: true, continuePipeline: true })]);
    expect(statusOf(ignored, '1')).toBe('FAILED_CONTINUE');
  });
});

describe('launch', () => {
  const trigger = { type: 'manual', parameters: { env: 'prod' } };
  const config = { notifications: [{ address: '#${trigger.parameters.env}', message: '${execution.status}' }] };

  it('evaluates names of stages and notifications with the trigger, and keeps the rest for the stages', async () => {
    const named = { ...stage('1', 'work', { note: '${parameters.env}' }), name: 'To ${parameters.env}' };
    const execution = await ended([named], { trigger, config });
    expect(execution.stages[0]!.name).toBe('To prod');
    expect(execution.notifications).toEqual([{ address: '#prod', message: '${execution.status}' }]);
    expect(execution.initialConfig['notifications']).toEqual(config.notifications);
    expect((execution.initialConfig['stages'] as JsonObject[])[0]!['name']).toBe('To ${parameters.env}');
  });

  it('leaves stages alone when they are evaluated as they start', async () => {
    const named = { ...stage('1', 'work'), name: 'To ${parameters.env}' };
    const execution = await ended([named], { trigger, config: { ...config, spelEvaluator: 'v4' } });
    expect(execution.stages[0]!.name).toBe('To ${parameters.env}');
  });

  it('never takes what came with the trigger for an expression', async () => {
    const hostile = { type: 'manual', parameters: { env: '${1 + 1}' } };
    const execution = await ended([stage('1', 'work', { note: '${parameters.env}' })], { trigger: hostile });
    expect(execution.trigger['parameters']).toEqual({ env: '${1 + 1}' });
    expect(contextOf(execution, '1')['note']).toBe('${1 + 1}');
  });
});

describe('expressions that ask the world', () => {
  it('are answered before the stage starts, addresses made of other answers too, each asked once', async () => {
    const asked: Question[] = [];
    const harness = newHarness(async (question) => {
      asked.push(question);
      return question.kind === 'url'
        ? question.url.endsWith('/next')
          ? 'http://x/last'
          : '{"v": 7}'
        : 'id-of-pipeline';
    });
    const execution = await ended(
      [
        stage('1', 'act', {
          stageEnabled: { type: 'expression', expression: "#jsonFromUrl('http://x/a').v == 7" },
          version: "${#jsonFromUrl('http://x/a').v}",
          chained: "${#jsonFromUrl(#fromUrl('http://x/next')).v}",
          id: "${#pipelineId('Other')}",
        }),
        stage('2', 'act', { requires: '${1}' }, ['1']),
      ],
      {},
      harness,
    );
    expect(execution.status).toBe('SUCCEEDED');
    expect(acts[0]).toMatchObject({ version: 7, chained: 7, id: 'id-of-pipeline' });
    expect(asked).toEqual([
      { kind: 'url', url: 'http://x/a' },
      { kind: 'url', url: 'http://x/next' },
      { kind: 'pipelineId', name: 'Other', application: 'toy' },
      { kind: 'url', url: 'http://x/last' },
    ]);
  });

  it('fail with the reason when there is no answer, or when they ask too much', async () => {
    const refusing = newHarness(async () => Promise.reject(new Error('that address is private')));
    const execution = await ended([stage('1', 'act', { a: "${#fromUrl('http://10.0.0.1/')}" })], {}, refusing);
    expect(acts).toEqual([]);
    expect(exceptionOf(execution, '1').details.errors.join()).toContain('that address is private');
    let asked = 0;
    const counting = newHarness(async () => String(asked++));
    const many = await ended(
      [stage('1', 'work', { a: Array.from({ length: 80 }, (_, i) => `\${#fromUrl('http://x/${i}')}`) })],
      {},
      counting,
    );
    expect(asked).toBe(50);
    expect(JSON.stringify(contextOf(many, '1')['expressionEvaluationSummary'])).toContain('more than 50 times');
  });

  it('are refused where there is no world', async () => {
    const execution = await ended([stage('1', 'work', { a: "${#fromUrl('http://x/')}" })]);
    expect(JSON.stringify(contextOf(execution, '1')['expressionEvaluationSummary'])).toContain('not available here');
  });
});
