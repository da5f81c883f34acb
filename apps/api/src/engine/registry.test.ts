import { executeStage, succeeded } from '@gennaker/catalog/kit';
import { defineStage, type StageDefinition } from '@gennaker/pipeline-dsl';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { createRegistry } from './registry.ts';
import { Harness } from './testing/harness.ts';

const define = (type: string, more: Partial<StageDefinition> = {}): StageDefinition => ({
  ...defineStage({
    type,
    version: 1,
    label: type,
    description: 'A toy.',
    group: 'Control',
    icon: 'box',
    context: z.looseObject({ needed: z.string().optional() }),
    outputs: z.looseObject({}),
  }),
  ...more,
});
const runs = executeStage(define('runs', { aliases: ['ran'] }), {
  needs: [],
  tasks: [{ name: 'run', instant: true, run: () => succeeded() }],
});
const onAws = executeStage(define('onAws', { provider: 'aws' }), {
  needs: [],
  tasks: [{ name: 'run', instant: true, run: () => succeeded() }],
});
const kept = define('kept', { aliases: ['older'], runs: false, why: 'No such thing is connected. Use another.' });
const registry = createRegistry([runs, onAws], [kept]);

/** Statuses of the stages, and what is told about the failure of the one named. */
async function play(stages: ReadonlyArray<Record<string, unknown>>, about = '1') {
  const harness = new Harness({ registry });
  const id = await harness.start(stages);
  await harness.settle();
  const { stages: played } = await harness.read(id);
  const exception = played.find((stage) => stage.refId === about)?.context['exception'];
  return { statuses: await harness.statuses(id), exception };
}

describe('a stage whose type is kept', () => {
  it.each([
    [{ type: 'kept' }],
    [{ type: 'older' }],
    [{ type: 'nowhere', alias: 'kept' }],
    [{ type: 'kept', alias: 'runs' }],
    [{ type: 'kept', unresolved: '${nothing}' }],
  ])('%j fails when it is reached, with the reason', async (stage) => {
    const { statuses, exception } = await play([
      { refId: '0', type: 'runs' },
      { refId: '1', requisiteStageRefIds: ['0'], ...stage },
      { refId: '2', requisiteStageRefIds: ['1'], type: 'runs' },
    ]);
    expect(statuses).toEqual({ 0: 'SUCCEEDED', 1: 'TERMINAL', 2: 'NOT_STARTED', execution: 'TERMINAL' });
    expect(JSON.stringify(exception)).toContain('engine.stage-type-not-run');
    expect(JSON.stringify(exception)).toContain('No such thing is connected. Use another.');
  });

  it('follows its failure flags', async () => {
    const { statuses } = await play([
      { refId: '1', type: 'kept', failPipeline: false, continuePipeline: true },
      { refId: '2', requisiteStageRefIds: ['1'], type: 'runs' },
    ]);
    expect(statuses).toEqual({ 1: 'FAILED_CONTINUE', 2: 'SUCCEEDED', execution: 'SUCCEEDED' });
  });

  it('does not matter when it is switched off', async () => {
    const { statuses } = await play([
      { refId: '1', type: 'kept', stageEnabled: { type: 'expression', expression: 'false' } },
    ]);
    expect(statuses).toEqual({ 1: 'SKIPPED', execution: 'SUCCEEDED' });
  });
});

it('a type that nobody knows is told apart from one that is kept', async () => {
  const { exception } = await play([{ refId: '1', type: 'nowhere' }]);
  expect(JSON.stringify(exception)).toContain('engine.unknown-stage-type');
});

it('a type runs under its other spellings, and as the alias of an unknown type', async () => {
  const { statuses } = await play([
    { refId: '1', type: 'ran' },
    { refId: '2', type: 'nowhere', alias: 'runs' },
  ]);
  expect(statuses).toEqual({ 1: 'SUCCEEDED', 2: 'SUCCEEDED', execution: 'SUCCEEDED' });
});

describe('a stage that names a cloud', () => {
  it.each([{ cloudProvider: 'gce' }, { cloudProviderType: 'Kubernetes' }])(
    '%j fails where it is not that of its type',
    async (named) => {
      const { statuses, exception } = await play([{ refId: '1', type: 'onAws', name: 'Resize', ...named }]);
      expect(statuses).toEqual({ 1: 'TERMINAL', execution: 'TERMINAL' });
      expect(exception).toMatchObject({ exceptionType: 'engine.provider-not-run' });
    },
  );

  it.each([{}, { cloudProvider: 'aws' }, { cloudProviderType: 'AWS' }, { cloudProvider: '' }])(
    '%j runs',
    async (named) => {
      expect((await play([{ refId: '1', type: 'onAws', ...named }])).statuses).toEqual({
        1: 'SUCCEEDED',
        execution: 'SUCCEEDED',
      });
    },
  );
});
