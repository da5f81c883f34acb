import { stageDefinitions } from '@gennaker/catalog/definitions';
import { checkPipeline } from '@gennaker/pipeline-dsl/check';
import { expect, it } from 'vitest';
import { checkAndDeploy, deployWeb, releaseApi } from './demo-pipelines.ts';

it.each([deployWeb, releaseApi, checkAndDeploy('some-id')])(
  'the demo pipeline $name has nothing to find fault with',
  (pipeline) => {
    expect(checkPipeline(pipeline, { stages: stageDefinitions })).toEqual([]);
  },
);
