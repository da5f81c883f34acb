import { type Failure, FailureError } from '@gennaker/pipeline-dsl';
import { again, failed, minutes, seconds, succeeded, type TaskResult } from '../../kit/index.ts';
import type { BakeCommand } from '../../kit/ports/index.ts';
import { readable, readBakeConsole, readBakeDrop, withResultUrl } from './bake-script.ts';
import { type BakePlan, type BakeRun, placeOf, planOf, whatOf } from './plan.ts';
import { noteFacts } from './turn.ts';

/** New things may stay unseen for so long. */
const APPEARS_WITHIN_MS = minutes(2);
/** The log of a stopped machine may lag behind. */
const LOG_LAGS_MS = minutes(3);

const machineEntry = (run: BakeRun, plan: BakePlan) => ({
  ...placeOf(run),
  kind: 'instance',
  // As the machine is named in AWS.
  name: `bake ${plan.bakeKey.slice(0, 12)}`,
});

const subnetsOf = ({ context }: BakeRun): readonly string[] =>
  (context.subnetId ?? '').split(/[\s,]+/).filter((id) => id !== '');

const memoryText = (run: BakeRun, key: string): string | null =>
  typeof run.memory[key] === 'string' ? run.memory[key] : null;

/** Where the machine leaves its result: asked for once, since the address is part of what the machine is given. */
async function dropOf(run: BakeRun, plan: BakePlan): Promise<{ location: string | null; putUrl: string | null }> {
  if (plan.way === 'sent') return { location: null, putUrl: null };
  if ('putUrl' in run.memory) return { location: memoryText(run, 'location'), putUrl: memoryText(run, 'putUrl') };
  const name = `bakes/${plan.bakeKey}/${run.operation('run').key}.json`;
  const drop = await run.ports.images.bakeDrop(placeOf(run), name);
  const facts = { location: drop?.location ?? null, putUrl: drop?.putUrl ?? null };
  await run.remember(facts);
  return facts;
}

async function launch(run: BakeRun, plan: BakePlan, putUrl: string | null, subnet: number): Promise<string> {
  const { iamRole, rootVolumeSize, encrypted, kmsKeyId, securityGroups, associatePublicIpAddress } = run.context;
  return run.ports.images.startBake(
    {
      ...placeOf(run),
      bakeKey: plan.bakeKey,
      baseImageId: plan.baseAmiId,
      instanceType: plan.instanceType,
      script: plan.way === 'sent' ? '' : withResultUrl(plan.script, putUrl),
      expiresTime: plan.expiresTime,
      subnetId: subnetsOf(run)[subnet] ?? null,
      securityGroups,
      associatePublicIpAddress,
      iamRole,
      rootVolumeSizeGiB: rootVolumeSize,
      encrypted,
      kmsKeyId,
    },
    // Another subnet is another call: the same key with other parameters would be refused.
    run.operation(subnet === 0 ? 'run' : `run-${subnet + 1}`),
  );
}

/** Starts the machine, in the next subnet when one has no room. */
export async function startMachine(run: BakeRun): Promise<TaskResult> {
  const plan = planOf(run);
  const settle = await run.intend({ ...machineEntry(run, plan), action: 'create' });
  const { location, putUrl } = await dropOf(run, plan);
  const subnet = typeof run.memory['subnet'] === 'number' ? run.memory['subnet'] : 0;
  try {
    const id = await launch(run, plan, putUrl, subnet);
    settle('done');
    const facts = { instanceId: id, startedTime: run.now(), ...(location ? { log: location } : {}) };
    await noteFacts(run, plan, facts);
    return succeeded(undefined, { bakeInstanceId: id, bakeLogLocation: location, bakeStartedTime: run.now() });
  } catch (error) {
    if (!(error instanceof FailureError)) throw error;
    if (error.failure.code === 'aws.no-capacity' && subnet + 1 < subnetsOf(run).length) {
      await run.remember({ subnet: subnet + 1 });
      return again(seconds(1), `room in subnet ${subnetsOf(run)[subnet + 1]}: there is none in the one before`);
    }
    if (!error.failure.retry) settle('absent');
    throw error;
  }
}

const gone = (run: BakeRun, id: string, reason: string | null): Failure => ({
  code: 'bake.instance-gone',
  message: `Machine ${id}, on which ${planOf(run).imageName} was baked, no longer exists${reason ? `: ${reason}` : ''}.`,
  advice: 'Restart the stage. If it happens again, look for what removes machines in this account.',
});

/** A failure after which nobody shall go on with the machine. */
const hopeless = (failure: Failure): TaskResult => failed(failure, { context: { bakeProgress: 'hopeless' } });

export async function waitForScript(run: BakeRun): Promise<TaskResult> {
  const id = run.context.bakeInstanceId ?? '';
  const machine = await run.ports.images.readBake({ ...placeOf(run), id });
  if (!machine) {
    if (run.now() - run.task.startTime < APPEARS_WITHIN_MS) return again(seconds(5), `machine ${id} to appear`);
    return hopeless(gone(run, id, null));
  }
  if (machine.state === 'gone') return hopeless(gone(run, id, machine.reason));
  if (machine.state === 'starting') return again(seconds(5), `machine ${id} to start`);
  if (machine.state === 'running' && planOf(run).way === 'sent') return command(run, id);
  if (machine.state !== 'stopped') return again(seconds(10), `machine ${id} to install and shut down`);
  return planOf(run).way === 'sent' ? afterCommand(run, id) : judgeResult(run, id);
}

/** What the machine has told, at its address or on its console. */
async function resultOf(run: BakeRun, id: string) {
  const place = placeOf(run);
  const { bakeKey } = planOf(run);
  const { bakeLogLocation } = run.context;
  const text = bakeLogLocation ? await run.ports.images.readDrop(place, bakeLogLocation) : null;
  const left = text === null ? null : readBakeDrop(text, bakeKey);
  return left ?? readBakeConsole(await run.ports.images.bakeLog({ ...place, id }), bakeKey);
}

/** That a machine has stopped says nothing; only what it has told says how the script ended. */
async function judgeResult(run: BakeRun, id: string): Promise<TaskResult> {
  const { rc, lines } = await resultOf(run, id);
  if (rc === 0) return succeeded();
  const { bakeLogLocation } = run.context;
  const details = { instanceId: id, log: lines, ...(bakeLogLocation ? { logLocation: bakeLogLocation } : {}) };
  const last = lines.slice(-3).join(' | ').slice(0, 600);
  if (rc !== null)
    return hopeless({
      code: 'bake.failed',
      message: `Baking ${whatOf(run)} failed with exit code ${rc}${last ? `; the log ends: ${last}` : ''}.`,
      advice: 'Read the log in the details, correct packages or script, and restart the stage.',
      details,
    });
  const stoppedAt = typeof run.memory['stoppedAt'] === 'number' ? run.memory['stoppedAt'] : run.now();
  if (run.memory['stoppedAt'] === undefined) await run.remember({ stoppedAt });
  if (run.now() - stoppedAt < LOG_LAGS_MS) return again(seconds(10), `the log of machine ${id}`);
  return hopeless({
    code: 'bake.no-result',
    message: `Machine ${id}, which baked ${whatOf(run)}, stopped without a result${last ? `; the log ends: ${last}` : ''}.`,
    advice: 'It was stopped from outside or has crashed. Restart the stage.',
    details,
  });
}

/** How long the agent on a machine that runs may be silent, and a machine that is to stop may take its time. */
const ANSWERS_WITHIN_MS = minutes(5);
const STOPS_WITHIN_MS = minutes(5);

const since = (run: BakeRun, key: string): number =>
  typeof run.memory[key] === 'number' ? run.memory[key] : run.now();

/** Remembers when something began, and answers how long ago that is. */
async function elapsed(run: BakeRun, key: string): Promise<number> {
  const began = since(run, key);
  if (run.memory[key] === undefined) await run.remember({ [key]: began });
  return run.now() - began;
}

/** Sends the script to the machine that runs, waits for its end, and stops the machine. */
async function command(run: BakeRun, id: string): Promise<TaskResult> {
  const ref = { ...placeOf(run), id };
  const { bakeCommandId, bakeCommandDone } = run.context;
  if (bakeCommandDone) {
    const isLate = (await elapsed(run, 'stopping')) > STOPS_WITHIN_MS;
    await run.ports.images.stopBake(ref, isLate, run.operation('stop'));
    return again(seconds(5), `machine ${id} to stop`);
  }
  if (!bakeCommandId) return send(run, id);
  const seen = await run.ports.images.readBakeCommand(ref, bakeCommandId);
  if (seen.state === 'running') return again(seconds(10), `command ${bakeCommandId} on machine ${id} to end`);
  if (seen.rc === 0) return again(seconds(1), `machine ${id} to stop`, { context: { bakeCommandDone: true } });
  return hopeless(commandFailed(run, id, seen));
}

async function send(run: BakeRun, id: string): Promise<TaskResult> {
  const { script } = planOf(run);
  const sent = await run.ports.images.sendToBake({ ...placeOf(run), id }, script, run.operation('send'));
  if (sent !== null) {
    await noteFacts(run, planOf(run), { commandId: sent });
    return again(seconds(5), `command ${sent} on machine ${id} to end`, { context: { bakeCommandId: sent } });
  }
  if ((await elapsed(run, 'asking')) < ANSWERS_WITHIN_MS) return again(seconds(5), `machine ${id} to take commands`);
  return hopeless({
    code: 'bake.no-agent',
    message: `Machine ${id}, which bakes ${whatOf(run)}, runs but takes no commands from Systems Manager.`,
    advice: 'Its instance profile must allow AmazonSSMManagedInstanceCore, and its network must reach the service.',
  });
}

function commandFailed(run: BakeRun, id: string, seen: Extract<BakeCommand, { state: 'ended' }>): Failure {
  const lines = readable(seen.log);
  const last = lines.slice(-3).join(' | ').slice(0, 600);
  const how = seen.rc === null ? `did not end (${seen.reason})` : `failed with exit code ${seen.rc}`;
  return {
    code: 'bake.failed',
    message: `Baking ${whatOf(run)} ${how}${last ? `; the log ends: ${last}` : ''}.`,
    advice: 'Read the log in the details, correct packages or script, and restart the stage.',
    details: { instanceId: id, commandId: run.context.bakeCommandId ?? null, log: lines },
  };
}

/** A machine that has stopped before its script came to an end has no result. */
const afterCommand = (run: BakeRun, id: string): TaskResult =>
  run.context.bakeCommandDone
    ? succeeded()
    : hopeless({
        code: 'bake.no-result',
        message: `Machine ${id}, which baked ${whatOf(run)}, stopped without a result.`,
        advice: 'It was stopped from outside or has crashed. Restart the stage.',
        details: { instanceId: id },
      });

/** Removes the machine of this stage, whatever its number: found by its tags, too. */
export async function endMachine(run: BakeRun): Promise<void> {
  const { bakeInstanceId } = run.context;
  const settle = await run.intend({ ...machineEntry(run, planOf(run)), action: 'remove' });
  await run.ports.images.endBake(placeOf(run), bakeInstanceId ? [bakeInstanceId] : [], run.operation('terminate'));
  settle('done');
}
