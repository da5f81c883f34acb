import { readFileSync } from 'node:fs';
import { stageDefinitions } from '@gennaker/catalog/definitions';
import { checkPipeline } from '@gennaker/pipeline-dsl/check';
import { describe, expect, it } from 'vitest';
import { pipelineFiles, readPipeline } from './files.ts';

const runs = readFileSync(new URL('./pipeline-files.test.ts', import.meta.url), 'utf8');

describe.each(pipelineFiles())('%s', (file) => {
  it('is a pipeline with nothing wrong in it', () => {
    const findings = checkPipeline(readPipeline(file), { stages: stageDefinitions });
    expect(findings.filter(({ severity }) => severity !== 'info')).toEqual([]);
  });

  it('has runs of its own', () => {
    expect(runs).toContain(`startFile('${file}'`);
  });
});
