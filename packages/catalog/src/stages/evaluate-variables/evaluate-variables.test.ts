import { expect, it } from 'vitest';
import { runStage } from '../../kit/testing/index.ts';
import { evaluateVariables } from './executor.ts';

it('publishes every variable with a key under that key', async () => {
  const variables = [
    { key: 'env', value: 'prod' },
    { key: '', value: 'lost' },
    { key: 'count', value: 3 },
  ];
  expect((await runStage(evaluateVariables, { context: { variables } })).outputs).toEqual({ env: 'prod', count: 3 });
});
