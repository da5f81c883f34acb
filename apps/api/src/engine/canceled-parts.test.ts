import { canceled, executeStage, inSequence, succeeded } from '@gennaker/catalog/kit';
import { defineStage } from '@gennaker/pipeline-dsl';
import { expect, it } from 'vitest';
import * as z from 'zod';
import { createRegistry } from './registry.ts';
import { Harness } from './testing/harness.ts';

const toy = (type: string) =>
  defineStage({
    type,
    version: 1,
    label: type,
    description: `Toy stage ${type}`,
    group: 'Control',
    icon: 'blocks',
    context: z.looseObject({}),
    outputs: z.looseObject({}),
  });

it('a stage whose part ends canceled lets go of what it holds, once, and ends canceled', async () => {
  const letGo: string[] = [];
  const part = executeStage(toy('part'), {
    needs: [],
    tasks: [{ name: 'part', instant: true, run: () => canceled() }],
  });
  const holder = executeStage(toy('holder'), {
    needs: [],
    tasks: [{ name: 'hold', instant: true, run: () => succeeded() }],
    after: () => inSequence([{ type: 'part', name: 'Part', context: {} }]),
    onFailure: () => inSequence([{ type: 'part', name: 'Never planned', context: {} }]),
    async onCancel({ stage }) {
      letGo.push(stage.name);
    },
  });
  const harness = new Harness({ registry: createRegistry([part, holder]) });
  const id = await harness.start([{ refId: '1', type: 'holder', name: 'Holder', requisiteStageRefIds: [] }]);
  await harness.settle();
  const execution = await harness.read(id);
  expect([execution.status, ...execution.stages.map(({ name, status }) => `${name} ${status}`)]).toEqual([
    'CANCELED',
    'Holder CANCELED',
    'Part CANCELED',
  ]);
  expect(letGo).toEqual(['Holder']);
});
