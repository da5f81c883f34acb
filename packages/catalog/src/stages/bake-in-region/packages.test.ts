import type { JsonObject } from '@gennaker/pipeline-dsl';
import { describe, expect, it } from 'vitest';
import { createWorld, runStage } from '../../kit/testing/index.ts';
import { bakeInRegion } from './executor.ts';
import { packageInFile } from './packages.ts';

describe('the name of a package file', () => {
  it.each([
    ['web_1.2.3_all.deb', 'web', '1.2.3'],
    ['web-api_1.2.3-h512.5d1c0ff_amd64.deb', 'web-api', '1.2.3-h512.5d1c0ff'],
    ['web_1.2.deb', 'web', '1.2'],
    ['web-api-1.2.3-1.x86_64.rpm', 'web-api', '1.2.3-1'],
    ['web-1.2.3-h5.noarch.rpm', 'web', '1.2.3-h5'],
  ])('%s tells package and version', (file, name, version) => {
    expect(packageInFile(file)).toEqual({ name, version });
  });

  it.each(['web.deb', 'web-1.rpm', 'web.jar', 'notes.txt'])('%s tells nothing', (file) => {
    expect(packageInFile(file)).toBeNull();
  });
});

describe('packages of a bake', () => {
  const play = async (context: JsonObject, trigger: JsonObject = {}, ancestors: JsonObject[] = []) => {
    const world = createWorld();
    world.images.add({ id: 'ami-base', tags: { 'base-os': 'al2023' } });
    const run = await runStage(bakeInRegion, {
      world,
      context: { account: 'prod', region: 'us-east-1', baseOs: 'al2023', ...context },
      execution: { trigger: { type: 'manual', ...trigger } },
      ancestors,
    });
    return run.failure ?? (run.context['bakePlan'] as { packages: string }).packages;
  };
  const build = (...files: string[]) => ({ artifacts: files.map((fileName) => ({ fileName })) });

  it('take the version of the build that triggered, of a stage before, or of the parent’s trigger', async () => {
    expect(await play({ package: 'web agent' }, { buildInfo: build('notes.txt', 'web_1.2.3_all.deb') })).toBe(
      'web=1.2.3 agent',
    );
    expect(await play({ package: 'web' }, {}, [{ buildInfo: build('web-1.2.4-1.noarch.rpm') }])).toBe('web=1.2.4-1');
    const parentExecution = { trigger: { buildInfo: build('web_1.2.5_all.deb') } };
    expect(await play({ package: 'web' }, { parentExecution })).toBe('web=1.2.5');
  });

  it('keep the version that the stage names', async () => {
    expect(await play({ package: 'web=2' }, { buildInfo: build('web_1.2.3_all.deb') })).toBe('web=2');
  });

  it('take the version of artifacts, and more packages from those that the stage names', async () => {
    const web = { type: 'deb', name: 'web', version: '3.0' };
    const agent = { type: 'rpm', name: 'agent', version: '7-1' };
    expect(await play({ package: 'web' }, {}, [{ artifacts: [{ type: 'docker/image', name: 'web' }, web] }])).toBe(
      'web=3.0',
    );
    const resolvedExpectedArtifacts = [{ id: 'rpm', matchArtifact: { type: 'rpm' }, boundArtifact: agent }];
    expect(await play({ package: 'web', packageArtifactIds: ['rpm'] }, {}, [{ resolvedExpectedArtifacts }])).toBe(
      'web agent=7-1',
    );
  });

  it('from outside are held to the same rules', async () => {
    const artifacts = [{ type: 'deb', name: 'web', version: "1'; reboot" }];
    expect(await play({ package: 'web' }, {}, [{ artifacts }])).toMatchObject({ code: 'bake.package-name' });
  });
});
