import { describe, expect, it } from 'vitest';
import type { World } from '../../kit/testing/index.ts';
import { deployTo, NEW, OLD, outOfTraffic, recover, serving, servingWorld, settingsOf } from '../../testing/deploys.ts';

const MONITORED = {
  strategy: 'monitored',
  deploySteps: ['25', { percentage: 50 }],
  deploymentMonitor: { id: 'errors', parameters: { budget: 1 } },
};
const URL = 'http://monitor.test';
const say = (directive: string, ...messages: string[]) => ({
  body: { nextStep: { directive }, statusReasons: messages.map((message) => ({ message })) },
});

function monitoredWorld(...answers: Array<ReturnType<typeof say> | { status: number }>): World {
  const world = servingWorld();
  const monitor = { id: 'errors', name: 'Errors', url: `${URL}/`, maxAnalysisMinutes: 5, failOnError: true };
  world.monitors.known.push(monitor);
  world.http.answer(`POST ${URL}/deployment/starting`, say('CONTINUE'));
  world.http.answer(`POST ${URL}/deployment/evaluateHealth`, ...answers);
  world.http.answer(`POST ${URL}/deployment/completed`, {});
  return world;
}
const asked = (world: World) =>
  world.http.requests.map(({ url, body }) => {
    const { currentProgress, status } = JSON.parse(body ?? '{}');
    return [url.slice(URL.length + '/deployment/'.length), currentProgress ?? status ?? null];
  });
const BACK = { [OLD]: serving('1/4/8', 4) };

describe('monitored', () => {
  it('asks after each step and goes on as told', async () => {
    const world = monitoredWorld(say('CONTINUE'), say('WAIT', 'too little traffic'), say('CONTINUE'));
    const run = await deployTo(world, MONITORED);
    expect(run.status).toBe('SUCCEEDED');
    expect(asked(world)).toEqual([
      ['starting', null],
      ['evaluateHealth', 25],
      ['evaluateHealth', 50],
      ['evaluateHealth', 50],
      ['evaluateHealth', 100],
      ['completed', 'SUCCESS'],
    ]);
    expect(JSON.parse(world.http.requests[1]?.body ?? '{}')).toMatchObject({
      application: 'demo',
      executionId: 'execution-1',
      newServerGroup: NEW,
      oldServerGroup: OLD,
      account: 'prod',
      region: 'us-east-1',
      cloudProvider: 'aws',
      parameters: { budget: 1 },
    });
    expect(settingsOf(world)).toEqual({ [OLD]: outOfTraffic('1/4/8'), [NEW]: serving('1/4/8', 4) });
  });

  it('moves the rest at once when the monitor has seen enough', async () => {
    const world = monitoredWorld(say('COMPLETE'));
    expect((await deployTo(world, MONITORED)).status).toBe('SUCCEEDED');
    expect(asked(world).map(([, progress]) => progress)).toEqual([null, 25, 100, 'SUCCESS']);
    expect(world.serverGroups.changes).not.toContain(`resize ${NEW} 2/2/2`);
    expect(settingsOf(world)).toEqual({ [OLD]: outOfTraffic('1/4/8'), [NEW]: serving('1/4/8', 4) });
  });

  it('goes back when the monitor stops it, with its reasons', async () => {
    const world = monitoredWorld(say('CONTINUE'), say('ABORT', 'errors at 4 %'));
    const run = await deployTo(world, MONITORED);
    expect([run.failure?.code, run.failure?.message]).toEqual([
      'deployment-monitor.aborted',
      'Deployment monitor Errors has stopped the deploy: errors at 4 %',
    ]);
    expect(asked(world).at(-1)).toEqual(['completed', 'FAILURE']);
    expect(settingsOf(world)).toEqual({ ...BACK, [NEW]: outOfTraffic('2/2/2', '1/4/8') });
  });

  it('destroys the new group after going back when asked', async () => {
    const world = monitoredWorld(say('ABORT'));
    await deployTo(world, { ...MONITORED, failureActions: { rollback: 'Automatic', destroyInstances: true } });
    expect(settingsOf(world)).toEqual(BACK);
  });

  it('leaves traffic where it is when told not to go back, and gives the minimum back', async () => {
    const world = monitoredWorld(say('ABORT'));
    await deployTo(world, { ...MONITORED, failureActions: { rollback: 'None' } });
    expect(settingsOf(world)).toEqual({
      [OLD]: serving('1/4/8', 3),
      [NEW]: { ...serving('1/1/1', 1), meant: '1/4/8' },
    });
  });

  it('asks a person first when told so', async () => {
    const world = monitoredWorld(say('ABORT'));
    const run = await deployTo(world, { ...MONITORED, failureActions: { rollback: 'Manual' } }).catch(String);
    expect(run).toContain('waits for ever: a person to decide');
  });

  it('fails when the monitor does not decide in time', async () => {
    const world = monitoredWorld(say('WAIT', 'no data'));
    const more = { deploymentMonitor: { id: 'errors', maxAnalysisMinutesOverride: 2 } };
    const run = await deployTo(world, { ...MONITORED, ...more });
    expect(run.failure?.message).toBe('Deployment monitor Errors did not decide within 2 minutes; it said: no data');
    expect(settingsOf(world)).toMatchObject(BACK);
  });

  it('a monitor that cannot be asked fails the deploy, or not, as configured', async () => {
    const world = monitoredWorld({ status: 500 });
    expect((await deployTo(world, MONITORED)).failure?.code).toBe('deployment-monitor.no-answer');
    expect(settingsOf(world)).toMatchObject(BACK);
    const more = { deploymentMonitor: { id: 'errors', failOnErrorOverride: false } };
    expect((await deployTo(monitoredWorld({ status: 500 }), { ...MONITORED, ...more })).status).toBe('SUCCEEDED');
  });

  it('fails before anything is changed when there is no such monitor', async () => {
    const world = servingWorld();
    const run = await deployTo(world, MONITORED);
    expect(run.failure?.code).toBe('deployment-monitor.unknown');
    expect(world.serverGroups.changes).toEqual([]);
  });

  it.each([20_000, 60_000])('canceled after %i ms it goes back in an execution of its own', async (ms) => {
    const world = monitoredWorld(say('WAIT'));
    expect((await deployTo(world, MONITORED, { cancelAfterMs: ms })).status).toBe('CANCELED');
    await recover(world, world.recoveries.starts[0]);
    world.clock.advance(60_000);
    expect(settingsOf(world)).toEqual({ ...BACK, [NEW]: outOfTraffic('1/1/1', '1/4/8') });
  });
});
