import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { commands } from './commands/index.ts';
import { Desk } from './testing/run-cli.ts';
import { version } from './version.ts';

let desk: Desk;
beforeEach(() => {
  desk = new Desk();
});
afterEach(() => desk.clear());

const pipeline = {
  application: 'shop',
  name: 'Release',
  parameterConfig: [{ name: 'version', required: true, default: '' }],
  stages: [
    { refId: '1', type: 'wait', name: 'Pause', waitTime: 30 },
    { refId: '2', requisiteStageRefIds: ['1'], type: 'manualJudgment', name: 'Approve' },
    {
      refId: '3',
      requisiteStageRefIds: ['2'],
      type: 'webhook',
      name: 'Tell',
      url: 'https://chat.test/${parameters.version}',
    },
  ],
};

describe('the command line', () => {
  it('explains itself', async () => {
    const help = await desk.run('--help');
    expect(help).toMatchObject({ code: 0, err: '' });
    for (const { name, summary } of commands) expect(help.out).toMatch(new RegExp(`  ${name} +${summary}`));
    expect(await desk.run()).toEqual(help);
    expect(await desk.run('--version')).toEqual({ code: 0, out: `gennaker ${version}\n`, err: '' });
  });

  it.each(commands.map(({ name }) => name))('explains %s with examples and every option', async (name) => {
    const { code, out } = await desk.run(name, '--help');
    expect(code).toBe(0);
    expect(await desk.run('help', name)).toMatchObject({ out });
    const command = commands.find((each) => each.name === name)!;
    expect(command.examples.length).toBeGreaterThan(0);
    for (const [example] of command.examples) expect(out).toContain(example);
    for (const option of Object.keys(command.options)) expect(out).toContain(`--${option}`);
  });

  it.each([
    [['simulat', 'x.json'], 'There is no command "simulat".\nDid you mean "gennaker simulate"?\n'],
    [['dance'], 'There is no command "dance".\nThe commands are: validate, plan,'],
    [['plan', 'x.json', '--parametr', 'a=b'], '"gennaker plan" has no option --parametr. Did you mean --parameter?\n'],
    [['plan'], '"gennaker plan" needs <file>.\nFor example: gennaker plan deploy.json'],
    [['plan', 'a', 'b'], '"gennaker plan" takes <file>, and was given 2: a, b.\n'],
    [['plan', 'x.json', '--script'], '--script'],
    [['plan', 'nothing.json'], 'There is no file nothing.json.\n'],
    [['plan', 'p.json', '-p', 'version'], '--parameter "version" is no name=value.\n'],
    [['convert', 'p.json'], '"gennaker convert" needs --to.\nThe formats are: json, yaml, ts.\n'],
    [['convert', 'p.json', '--to', 'toml'], '--to "toml" is no format.\n'],
    [['completion', 'tcsh'], 'There is no completion for "tcsh".\n'],
    [['apply', 'p.json', '--server', 'somewhere'], '"somewhere" is no address of a server.\n'],
    [['trigger', 'shop'], '"shop" names no pipeline.\n'],
  ])('says what is wrong with %j', async (args, message) => {
    desk.file('p.json', pipeline);
    const { code, out, err } = await desk.run(...args);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain(message);
    expect(err).not.toMatch(/\n\s+at /);
  });

  it('says that no server answers', async () => {
    desk.file('p.json', pipeline);
    desk.env = { GENNAKER_SERVER: 'http://127.0.0.1:1' };
    expect(await desk.run('apply', 'p.json')).toEqual({
      code: 3,
      out: '',
      err: 'Error: No server answers at http://127.0.0.1:1 (bad port).\nStart one with "npm start", or name another with --server or GENNAKER_SERVER.\n',
    });
  });
});

describe('plan', () => {
  it('shows the stages in order with the calls each makes', async () => {
    desk.file('p.json', pipeline);
    expect(await desk.run('plan', 'p.json', '-p', 'version=2.0')).toEqual({
      code: 0,
      out: [
        'Release of shop: 3 stages, 0 more planned by them, 1 change, about 30s',
        'with version=2.0',
        '',
        '  1 Pause [wait]',
        '  2 Approve [manualJudgment] after 1',
        '  3 Tell [webhook] after 2',
        '      · POST https://chat.test/2.0',
        '',
      ].join('\n'),
      err: '',
    });
    const { out } = await desk.run('plan', 'p.json', '-p', 'version=2.0', '--json');
    expect(JSON.parse(out)).toMatchObject({
      application: 'shop',
      parameters: { version: '2.0' },
      stages: [{ refId: '1', runs: true }, { refId: '2' }, { calls: [{ call: 'http.send', effect: 'change' }] }],
    });
  });

  it('says why a pipeline would not start', async () => {
    desk.file('p.json', pipeline);
    const { code, out } = await desk.run('plan', 'p.json');
    expect(code).toBe(1);
    expect(out).toContain('parameter "version" is required');
  });

  it('takes YAML, and a template for its instance', async () => {
    desk.file('p.yaml', 'application: shop\nname: Y\nstages:\n  - type: wait\n    waitTime: 5\n');
    expect((await desk.run('plan', 'p.yaml')).out).toContain('0 wait [wait]');
    const fixtures = join(import.meta.dirname, '../../catalog/fixtures');
    const instance = join(fixtures, 'pipelines/template-instance-plain.json');
    const alone = await desk.run('plan', instance);
    expect(alone).toMatchObject({ code: 2, err: expect.stringContaining('Name the file of the template') });
    const planned = await desk.run(
      'plan',
      instance,
      '--template',
      join(fixtures, 'templates/tenant-rollout.json'),
      '-p',
      'version=1',
    );
    expect(planned.code).toBe(0);
  });
});

describe('simulate', () => {
  it('shows what happened, and checks what was expected', async () => {
    desk.file('p.json', pipeline);
    desk.file(
      'story.yaml',
      'parameters: { version: 7 }\nstages:\n  Tell: { error: The chat is down }\nexpect: { status: TERMINAL }\n',
    );
    expect(await desk.run('simulate', 'p.json', '--script', 'story.yaml')).toEqual({
      code: 0,
      out: [
        'Release of shop: TERMINAL after 30s',
        '',
        '  1  Pause            wait            SUCCEEDED  +0s for 30s',
        '  2  Approve          manualJudgment  SUCCEEDED  +30s for 0s',
        '  3  Tell (scripted)  webhook         TERMINAL   +30s for 0s  The chat is down',
        '',
        'met  the execution ends TERMINAL',
        '',
      ].join('\n'),
      err: '',
    });
    const unmet = await desk.run('simulate', 'p.json', '-p', 'version=7', '--assert', 'stage:Tell=SKIPPED', '--calls');
    expect(unmet.code).toBe(1);
    expect(unmet.out).toContain('          · POST https://chat.test/7\n');
    expect(unmet.out).toContain('not met  "Tell" ends SKIPPED, but it is SUCCEEDED\n');
  });

  it('expects success where nothing is said', async () => {
    desk.file('p.json', pipeline);
    desk.file('story.json', { stages: { Approve: { judgment: 'stop' } }, parameters: { version: '1' } });
    const { code, out } = await desk.run('simulate', 'p.json', '--script', 'story.json', '--json');
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({ status: 'TERMINAL', met: false, expectations: [{ met: false }] });
  });

  it('starts with a trigger of a file', async () => {
    desk.file('p.json', {
      ...pipeline,
      stages: [
        { type: 'evaluateVariables', name: 'Read', variables: [{ key: 'sha', value: '${trigger.payload.sha}' }] },
      ],
    });
    desk.file('push.json', { type: 'webhook', payload: { sha: 'abc' }, parameters: { version: '1' } });
    const { out } = await desk.run('simulate', 'p.json', '--trigger', 'push.json', '--json');
    expect(JSON.parse(out).stages[0].outputs).toEqual({ sha: 'abc' });
  });

  it('marks what a stand-in played', async () => {
    desk.file('p.json', { application: 'shop', name: 'Odd', stages: [{ type: 'neverHeardOf' }] });
    const { out } = await desk.run('simulate', 'p.json');
    expect(out).toContain('neverHeardOf *');
    expect(out).toContain('    neverHeardOf: no stage of type neverHeardOf is known\n');
    const planned = await desk.run('plan', 'p.json', '--json');
    expect(JSON.parse(planned.out).stages[0]).toMatchObject({ whyStandIn: expect.any(String), runs: true });
  });
});

describe('validate', () => {
  it('shows all ten mistakes of a file with their places', async () => {
    const file = join(import.meta.dirname, '../../pipeline-dsl/fixtures/ten-mistakes.json');
    const { code, out } = await desk.run('validate', file);
    expect(code).toBe(1);
    const codes = [...out.matchAll(/^.*ten-mistakes\.json:\d+:\d+ (?:error|warning|info|hint) (\S+)/gm)].map(
      (found) => found[1],
    );
    // Beside the ten: triggers of type cron and notifications of type slack are kept, not run.
    expect(codes.filter((each) => !each!.endsWith('.not-run'))).toEqual([
      'key.misspelt',
      'parameter.default-not-offered',
      'trigger.bad-pattern',
      'trigger.bad-cron',
      'notification.unknown-event',
      'expression.unknown-parameter',
      'stage.flags-contradict',
      'graph.unknown-requisite',
      'expression.unknown-stage',
      'stage.unknown-type',
    ]);
    expect(out).toMatch(/\^\^\^/);
    const data = JSON.parse((await desk.run('validate', file, '--json')).out) as {
      files: Array<{ findings: unknown[] }>;
    };
    expect(data.files[0]?.findings).toHaveLength(codes.length);
    expect(data.files[0]?.findings).toContainEqual(
      expect.objectContaining({ code: 'key.misspelt', line: 6, column: 3 }),
    );
  });

  it('shows the place where a text is no JSON', async () => {
    desk.file('p.json', '{ "name": "x",\n  "stages": [,] }');
    const { code, out } = await desk.run('validate', 'p.json');
    expect(code).toBe(1);
    expect(out).toContain('p.json:2:14 error document.bad-json');
    expect((await desk.run('plan', 'p.json')).err).toContain('p.json:2:14 error document.bad-json');
  });

  it('checks a template as one', async () => {
    const file = join(import.meta.dirname, '../../catalog/fixtures/templates/tenant-rollout.json');
    expect(await desk.run('validate', file)).toMatchObject({ code: 0 });
    const template = JSON.parse(readFileSync(file, 'utf8')) as { variables: object[] };
    desk.file('t.json', { ...template, variables: [{ name: 'tenant', type: 'colour' }] });
    expect(await desk.run('validate', 't.json')).toMatchObject({
      code: 1,
      out: expect.stringContaining('error template.invalid /variables/0/type'),
    });
  });

  it('counts warnings only when asked to', async () => {
    desk.file('p.json', {
      application: 'shop',
      name: 'p',
      stages: [{ type: 'wait', name: 'A', waitTime: 1 }, { type: 'neverHeardOf' }],
    });
    expect(await desk.run('validate', 'p.json')).toMatchObject({
      code: 0,
      out: expect.stringContaining('1 warning\n'),
    });
    expect((await desk.run('validate', 'p.json', '--strict')).code).toBe(1);
    expect((await desk.run('validate', 'p.json', '-q')).out).toBe('1 file: no errors\n');
  });
});

describe('pipelines as code', () => {
  const code = `
    import { pipeline } from '@gennaker/pipeline-dsl';
    import { stages } from '@gennaker/catalog/code';
    const pause: number = 5;
    export default pipeline({ application: 'shop', name: 'Coded', stages: () => [stages.wait('Settle', { waitTime: pause })] });
  `;

  it('are checked, planned, compared and converted', async () => {
    desk.file('p.ts', code);
    expect(await desk.run('validate', 'p.ts')).toEqual({ code: 0, out: '1 file: all good\n', err: '' });
    expect((await desk.run('plan', 'p.ts')).out).toContain('Settle [wait]');
    const { out } = await desk.run('convert', 'p.ts', '--to', 'json');
    expect(JSON.parse(out)).toMatchObject({
      application: 'shop',
      name: 'Coded',
      stages: [{ type: 'wait', waitTime: 5 }],
    });
    desk.file('p.json', out);
    expect(await desk.run('diff', 'p.ts', 'p.json')).toEqual({ code: 0, out: 'Both mean the same.\n', err: '' });
  });

  it('that are none are refused with the reason', async () => {
    desk.file('none.ts', 'export default 7;');
    expect((await desk.run('plan', 'none.ts')).err).toContain('The default export has to be pipeline(');
    desk.file('broken.ts', 'export default {');
    const { code: exit, err } = await desk.run('plan', 'broken.ts');
    expect(exit).toBe(1);
    expect(err).toContain('broken.ts cannot be read as code');
  });
});

describe('convert, schema and completion', () => {
  it('gives the same pipeline back from every format', async () => {
    desk.file('p.json', { ...pipeline, unknownField: { deep: [1, 'two', null] } });
    for (const format of ['yaml', 'ts', 'json']) {
      const name = `there.${format}`;
      expect((await desk.run('convert', 'p.json', '--to', format, '-o', name)).code).toBe(0);
      const back = await desk.run('convert', name, '--to', 'json');
      expect(JSON.parse(back.out)).toEqual({ ...pipeline, unknownField: { deep: [1, 'two', null] } });
    }
  });

  it('prints the schema of pipelines', async () => {
    expect((await desk.run('schema', '-o', 'schema.json')).code).toBe(0);
    const schema = JSON.parse(readFileSync(join(desk.folder, 'schema.json'), 'utf8')) as Record<string, unknown>;
    expect(schema).toMatchObject({ $schema: 'https://json-schema.org/draft/2020-12/schema', title: 'Pipeline' });
  });

  it.each(['bash', 'zsh', 'fish'])('completes every command in %s', async (shell) => {
    const { code, out } = await desk.run('completion', shell);
    expect(code).toBe(0);
    for (const { name } of commands) expect(out).toContain(name);
  });
});
