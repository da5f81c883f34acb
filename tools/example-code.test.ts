import { expect, it } from 'vitest';
import { deployWeb } from '../apps/api/src/seed/demo-pipelines.ts';
import deployWebInCode from '../examples/deploy-web.ts';
import { compile, isJsonObject } from '../packages/pipeline-dsl/src/index.ts';

/** What a key means when it is left out: such a key may be there or not. */
const DEFAULTS: Readonly<Record<string, unknown>> = {
  completeOtherBranchesThenFail: false,
  hasOptions: false,
  options: [],
  payloadConstraints: {},
  expectedArtifactIds: [],
  expectedArtifacts: [],
  notifications: [],
  judgmentInputs: [],
  // Told by `cloudProvider` already.
  provider: 'aws',
};

/** A document without what its absence would mean too. */
function meaningOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(meaningOf);
  if (!isJsonObject(value)) return value;
  const kept = Object.entries(value).filter(([key, each]) => JSON.stringify(each) !== JSON.stringify(DEFAULTS[key]));
  return Object.fromEntries(kept.map(([key, each]) => [key, meaningOf(each)]));
}

it('the example in code means the same as the demo pipeline', () => {
  expect(meaningOf(compile(deployWebInCode))).toEqual(meaningOf(deployWeb));
});
