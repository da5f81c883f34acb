import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Operation, PackerSpec } from '@gennaker/catalog/kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { waitUntil } from '../testing/index.ts';
import { PackerRuns } from './index.ts';

const TEMPLATE = `
variable "region" { type = string }
variable "image_name" { type = string }
`;
const SPEC: PackerSpec = {
  account: 'prod',
  region: 'us-gov-west-1',
  template: 'web.pkr.hcl',
  variables: { region: 'us-gov-west-1', image_name: 'web 1', bake_key: 'abc' },
};
const op = (key: string): Operation => ({ key, executionId: 'e', stageId: 's' });

let folder: string;
let open: PackerRuns[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gennaker-packer-'));
  writeFileSync(join(folder, 'web.pkr.hcl'), TEMPLATE);
  open = [];
});
afterEach(async () => {
  await Promise.all(open.map((runs) => runs.close()));
  rmSync(folder, { recursive: true });
});

/** Packer, played by a script. */
function packer(body: string, more: { most?: number; limitMs?: number; graceMs?: number } = {}): PackerRuns {
  const path = join(folder, 'packer');
  writeFileSync(path, `#!/bin/sh\n${body}\n`);
  chmodSync(path, 0o755);
  const runs = new PackerRuns({
    program: { path, templates: folder, environment: { PATH: '/usr/bin:/bin' } },
    environmentOf: async (account, region) => ({ AWS_REGION: region, AWS_ACCESS_KEY_ID: `KEY${account}` }),
    logger: { info: () => undefined },
    ...more,
  });
  open.push(runs);
  return runs;
}

async function endOf(runs: PackerRuns, key: string) {
  await waitUntil(async () => (await runs.read(key)).state === 'ended');
  return runs.read(key);
}

describe('a run of Packer', () => {
  it('gets its keys and the variables it declares, and its images are read', async () => {
    const runs = packer(`
      echo "plain words of a plugin"
      for each in "$@"; do echo "1440649959,,ui,say,$each"; done
      echo "1440649959,,ui,message,$AWS_ACCESS_KEY_ID in $AWS_REGION"
      echo "1440649959,amazon-ebs,artifact,0,id,us-gov-west-1:ami-0a%!(PACKER_COMMA)eu-west-1:ami-0b"`);
    await runs.start(SPEC, op('a'));
    await runs.start(SPEC, op('a'));
    expect(await endOf(runs, 'a')).toEqual({
      state: 'ended',
      exitCode: 0,
      images: { 'us-gov-west-1': 'ami-0a', 'eu-west-1': 'ami-0b' },
      errors: [],
      lines: [
        'plain words of a plugin',
        'build',
        '-machine-readable',
        '-color=false',
        '-var',
        'region=us-gov-west-1',
        '-var',
        'image_name=web 1',
        join(folder, 'web.pkr.hcl'),
        'KEYprod in us-gov-west-1',
      ],
    });
  });

  it('that fails tells its exit code and its errors', async () => {
    const runs = packer(`
      printf '%s\\n' "1440649959,,ui,error,Build 'amazon-ebs' errored: no such vpc\\nlook at it"
      echo "1440649959,,error,1 error(s)%!(PACKER_COMMA) no image"
      exit 3`);
    await runs.start(SPEC, op('a'));
    expect(await endOf(runs, 'a')).toMatchObject({
      exitCode: 3,
      images: {},
      errors: ["Build 'amazon-ebs' errored: no such vpc", 'look at it', '1 error(s), no image'],
    });
  });

  it('cleans up when it is stopped', async () => {
    const runs = packer(`trap 'echo cleaned; exit 1' INT; echo ready; while true; do sleep 0.05; done`);
    await runs.start(SPEC, op('a'));
    await waitUntil(async () => JSON.stringify(await runs.read('a')).includes('ready'));
    await runs.stop('a');
    expect(await endOf(runs, 'a')).toMatchObject({ exitCode: 1, lines: ['ready', 'cleaned'] });
  });

  it('that does not end, or takes too long, is ended by force', async () => {
    const runs = packer(`trap '' INT; echo ready; while true; do sleep 0.05; done`, { limitMs: 50, graceMs: 50 });
    await runs.start(SPEC, op('a'));
    expect(await endOf(runs, 'a')).toMatchObject({ exitCode: null });
  });

  it('keeps the last lines only', async () => {
    const runs = packer('i=0; while [ $i -lt 1000 ]; do echo "line $i"; i=$((i+1)); done');
    await runs.start(SPEC, op('a'));
    const ended = await endOf(runs, 'a');
    expect(ended.state === 'ended' && [ended.lines.length, ended.lines.at(-1)]).toEqual([200, 'line 999']);
  });

  it('is refused while as many run as may', async () => {
    const runs = packer(`trap 'exit 0' INT; while true; do sleep 0.05; done`, { most: 1 });
    await runs.start(SPEC, op('a'));
    await expect(runs.start(SPEC, op('b'))).rejects.toMatchObject({ failure: { code: 'packer.busy', retry: true } });
  });

  it('whose program is missing ends with the reason', async () => {
    const runs = packer('exit 0');
    rmSync(join(folder, 'packer'));
    await runs.start(SPEC, op('a'));
    expect(await endOf(runs, 'a')).toMatchObject({ exitCode: null, errors: [expect.stringContaining('ENOENT')] });
  });

  it('of another worker is unknown', async () => {
    expect(await packer('exit 0').read('a')).toEqual({ state: 'unknown' });
  });
});

describe('templates', () => {
  it('have a digest that changes with them and with the variables', async () => {
    const runs = packer('exit 0');
    const before = await runs.digest('web.pkr.hcl', null);
    writeFileSync(join(folder, 'prod.pkrvars.hcl'), 'image_name = "x"');
    const withVariables = await runs.digest('web.pkr.hcl', 'prod.pkrvars.hcl');
    writeFileSync(join(folder, 'web.pkr.hcl'), `${TEMPLATE}# changed`);
    expect(new Set([before, withVariables, await runs.digest('web.pkr.hcl', null)]).size).toBe(3);
  });

  it.each(['../secret', '/etc/passwd', 'none.pkr.hcl', '.'])('%s is refused', async (name) => {
    await expect(packer('exit 0').digest(name, null)).rejects.toMatchObject({
      failure: { code: 'packer.no-template', retry: false },
    });
  });

  it('in JSON declare variables too', async () => {
    writeFileSync(join(folder, 'old.json'), JSON.stringify({ variables: { region: '' }, builders: [] }));
    const runs = packer(`for each in "$@"; do echo "$each"; done`);
    await runs.start({ ...SPEC, template: 'old.json' }, op('a'));
    const ended = await endOf(runs, 'a');
    expect(ended.state === 'ended' && ended.lines.filter((line) => line.includes('='))).toEqual([
      '-color=false',
      'region=us-gov-west-1',
    ]);
  });

  it('need a Packer', async () => {
    const runs = new PackerRuns({ program: null, environmentOf: async () => ({}), logger: { info: () => undefined } });
    await expect(runs.digest('web.pkr.hcl', null)).rejects.toMatchObject({
      failure: { code: 'packer.not-configured' },
    });
  });
});
