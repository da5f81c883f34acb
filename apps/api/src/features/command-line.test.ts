import { afterEach, beforeEach, describe, expect } from 'vitest';
import { Desk } from '../../../../packages/cli/src/testing/run-cli.ts';
import { appTest as test } from '../testing/app-test.ts';

let desk: Desk;
beforeEach(() => {
  desk = new Desk();
});
afterEach(() => desk.clear());

let pipelines = 0;

/** A pipeline of its own name that ends at once. */
function aPipeline(more: Record<string, unknown> = {}) {
  pipelines += 1;
  return {
    application: 'shop',
    name: `Pipeline ${pipelines}`,
    parameterConfig: [{ name: 'version', required: true, default: '' }],
    triggers: [{ type: 'webhook', enabled: true, source: `source-${pipelines}` }],
    stages: [
      { refId: '1', type: 'wait', name: 'Pause', waitTime: 0 },
      {
        refId: '2',
        requisiteStageRefIds: ['1'],
        type: 'checkPreconditions',
        name: 'Good?',
        preconditions: [
          { type: 'expression', context: { expression: "parameters.version != 'bad'", failureMessage: 'A bad one' } },
        ],
      },
    ],
    ...more,
  };
}

describe('apply', () => {
  test('creates, then finds nothing to do, then saves what has changed', async ({ app }) => {
    desk.env = { GENNAKER_SERVER: app.url, GENNAKER_USER: 'ann' };
    const pipeline = aPipeline();
    const path = `shop/${pipeline.name}`;
    desk.file('p.json', pipeline);
    expect(await desk.run('apply', 'p.json', '--dry-run')).toMatchObject({ code: 1, out: `${path}: would create\n` });
    expect(await desk.run('apply', 'p.json')).toEqual({ code: 0, out: `${path}: created (version 1)\n`, err: '' });
    expect(await desk.run('apply', 'p.json')).toEqual({ code: 0, out: `${path}: unchanged (version 1)\n`, err: '' });
    pipeline.stages[0]!.waitTime = 5;
    desk.file('p.json', pipeline);
    const changed = `~ stage "Pause" (wait, refId 1)\n    waitTime: 0 -> 5\n`;
    expect(await desk.run('diff', 'p.json')).toEqual({ code: 1, out: changed, err: '' });
    expect(await desk.run('apply', 'p.json')).toEqual({
      code: 0,
      out: `${path}: updated (version 2)\n${changed}`,
      err: '',
    });
    const stored = await app.send('GET', `/applications/shop/pipelineConfigs/${encodeURIComponent(pipeline.name)}`);
    expect(stored.body).toMatchObject({ version: 2, lastModifiedBy: 'ann' });
  });

  test('does not overwrite what others saved after the base, and says what and who; --force does', async ({ app }) => {
    desk.env = { GENNAKER_SERVER: app.url, GENNAKER_USER: 'ann' };
    const pipeline = aPipeline();
    desk.file('p.json', pipeline);
    await desk.run('apply', 'p.json');
    desk.file('theirs.json', { ...pipeline, description: 'by bob' });
    await desk.run('apply', 'theirs.json', '--user', 'bob');
    desk.file('p.json', { ...pipeline, disabled: true });
    const refused = await desk.run('apply', 'p.json', '--base', '1');
    expect(refused.code).toBe(1);
    expect(refused.err).toContain('bob saved version 2');
    expect(refused.err).toContain('Version 2 by bob');
    expect(refused.err).toContain('description: "by bob" (new)');
    expect(refused.err).toContain('Your file, against version 1:\n  ~ pipeline itself\n      disabled: true (new)');
    expect(refused.err).toContain('--force');
    expect(await desk.run('apply', 'p.json', '--base', '1', '--force')).toMatchObject({ code: 0 });
    expect((await desk.run('apply', 'p.json')).out).toContain('unchanged (version 3)');
  });

  test('follows a renamed pipeline by its id', async ({ app }) => {
    desk.env = { GENNAKER_SERVER: app.url };
    const pipeline = aPipeline();
    desk.file('p.json', pipeline);
    await desk.run('apply', 'p.json');
    const exported = await desk.run('export', `shop/${pipeline.name}`);
    const { id } = JSON.parse(exported.out) as { id: string };
    desk.file('p.json', { ...pipeline, id, name: `${pipeline.name} renamed` });
    expect(await desk.run('apply', 'p.json')).toMatchObject({ code: 0 });
    const stored = await app.send('GET', `/applications/shop/pipelineConfigs/${encodeURIComponent(pipeline.name)}`);
    expect(stored.status).toBe(404);
  });

  test('says what is wrong with a pipeline that the server refuses', async ({ app }) => {
    desk.env = { GENNAKER_SERVER: app.url };
    desk.file('p.json', aPipeline({ stages: [{ refId: '1', type: 'wait', requisiteStageRefIds: ['9'] }] }));
    const refused = await desk.run('apply', 'p.json');
    expect(refused.code).toBe(1);
    expect(refused.err).toContain('/stages/0');
  });
});

describe('export', () => {
  test('writes a file that applies as unchanged, in every format', async ({ app }) => {
    desk.env = { GENNAKER_SERVER: app.url };
    const pipeline = aPipeline({ triggers: [{ type: 'cron', enabled: true, cronExpression: '0 0 12 * * ?' }] });
    desk.file('p.json', pipeline);
    await desk.run('apply', 'p.json');
    expect((await desk.run('apply', 'p.json')).out).toContain('unchanged');
    for (const format of ['json', 'yaml', 'ts']) {
      const { code, out } = await desk.run('export', `shop/${pipeline.name}`, '--format', format);
      expect(code).toBe(0);
      expect(out).not.toContain('lastModifiedBy');
      desk.file(`p.${format}`, out);
      expect((await desk.run('apply', `p.${format}`)).out).toContain('unchanged');
    }
    const versioned = await desk.run('export', `shop/${pipeline.name}`, '--with-version');
    expect(JSON.parse(versioned.out)).toMatchObject({ version: 1 });
  });

  test('names the pipelines there are when there is none of that name', async ({ app }) => {
    desk.env = { GENNAKER_SERVER: app.url };
    const pipeline = aPipeline({ application: 'export-names' });
    desk.file('p.json', pipeline);
    await desk.run('apply', 'p.json');
    expect(await desk.run('export', 'export-names/nothing')).toEqual({
      code: 1,
      out: '',
      err: `Error: Application export-names has no pipeline "nothing".\nIts pipelines: ${pipeline.name}.\n`,
    });
  });
});

describe('trigger and watch', () => {
  test('start a pipeline and follow it to its end', async ({ app }) => {
    desk.env = { GENNAKER_SERVER: app.url, GENNAKER_USER: 'ann' };
    const pipeline = aPipeline();
    desk.file('p.json', pipeline);
    await desk.run('apply', 'p.json');
    const good = await desk.run('trigger', `shop/${pipeline.name}`, '-p', 'version=1', '--watch');
    expect(good.code).toBe(0);
    expect(good.out).toMatch(/ {2}Pause {2}SUCCEEDED\n/);
    expect(good.out).toMatch(/ ended SUCCEEDED after \d+s\n$/);
    const [id] = good.out.split('\n');
    const execution = await app.send('GET', `/pipelines/${id}`);
    expect(execution.body.trigger).toMatchObject({ type: 'manual', user: 'ann', parameters: { version: '1' } });

    const bad = await desk.run('trigger', `shop/${pipeline.name}`, '-p', 'version=bad');
    expect(bad.code).toBe(0);
    const watched = await desk.run('watch', bad.out.trim());
    expect(watched.code).toBe(1);
    expect(watched.out).toContain('TERMINAL: A bad one');
    expect(watched.out).toMatch(/ ended TERMINAL after/);
    const data = await desk.run('watch', bad.out.trim(), '--json');
    expect(JSON.parse(data.out)).toMatchObject({ status: 'TERMINAL' });
  });

  test('follow an execution that waits for a person, through a judgment', async ({ app }) => {
    desk.env = { GENNAKER_SERVER: app.url };
    const pipeline = aPipeline({ stages: [{ type: 'manualJudgment', name: 'Approve' }] });
    desk.file('p.json', pipeline);
    await desk.run('apply', 'p.json');
    const started = await desk.run('trigger', `shop/${pipeline.name}`, '-p', 'version=1', '--json');
    const { id } = JSON.parse(started.out) as { id: string };
    const watching = desk.run('watch', id, '--user', 'ann');
    for (let status = ''; status !== 'RUNNING'; ) {
      const { body } = await app.send('GET', `/pipelines/${id}`);
      const [stage] = body.stages;
      status = stage.status;
      if (status === 'RUNNING')
        await app.send('PATCH', `/pipelines/${id}/stages/${stage.id}`, { judgmentStatus: 'continue' });
    }
    expect(await watching).toMatchObject({ code: 0, out: expect.stringContaining('Approve  SUCCEEDED') });
  });

  test('say which parameter is missing', async ({ app }) => {
    desk.env = { GENNAKER_SERVER: app.url };
    const pipeline = aPipeline();
    desk.file('p.json', pipeline);
    await desk.run('apply', 'p.json');
    const refused = await desk.run('trigger', `shop/${pipeline.name}`);
    expect(refused.code).toBe(1);
    expect(refused.err).toContain('version');
  });

  test('say that an execution does not exist', async ({ app }) => {
    desk.env = { GENNAKER_SERVER: app.url };
    const refused = await desk.run('watch', '01KB3M0Z4T9V8Q2R7S6X5Y1W0A');
    expect(refused).toMatchObject({ code: 1, out: '' });
    expect(refused.err).toContain('01KB3M0Z4T9V8Q2R7S6X5Y1W0A');
  });
});
