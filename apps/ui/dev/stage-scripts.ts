import type { Stage, Status } from '@gennaker/pipeline-dsl';
import type { Pause, Script, SimulatedRun } from './simulated-run.ts';

const SECOND = 1_000;

function* wait(run: SimulatedRun, stage: Stage): Script {
  const ms = Number(stage.context.waitTime ?? 5) * SECOND;
  const until = run.now + ms;
  run.wait(stage, { kind: 'time', reason: `the wait of ${ms / SECOND} s to end`, since: run.now, until });
  yield* run.task(stage, 'wait', 0);
  while (run.now < until && run.stage(stage.id).context.skipRemainingWait !== true)
    yield Math.min(SECOND, until - run.now);
  return 'SUCCEEDED';
}

function* manualJudgment(run: SimulatedRun, stage: Stage): Script {
  const asked = { kind: 'person' as const, reason: 'a person to decide', since: run.now };
  run.wait(stage, { ...asked, until: run.now + 72 * 3_600_000 });
  while (run.stage(stage.id).context.judgmentStatus === undefined) yield 'signal';
  if (run.stage(stage.id).context.judgmentStatus === 'continue') return 'SUCCEEDED';
  return run.fail(stage, 'judgment.rejected', `${stage.name} was rejected.`, {}, 'Restart the stage to ask again.');
}

function* findImage(run: SimulatedRun, stage: Stage): Script {
  yield* run.task(stage, 'findImage', 2 * SECOND);
  const image = { ami: 'ami-0c1f9a27d4', imageName: 'payments-3.14.2', region: 'us-east-1' };
  run.emit({ type: 'stage.updated', stageId: stage.id, data: { outputsPatch: { deploymentDetails: [image] } } });
  return 'SUCCEEDED';
}

function* waitForInstances(run: SimulatedRun, stage: Stage, group: string): Generator<Pause, void, void> {
  for (let up = 0; up <= 3; up++) {
    const reason = `${3 - up} of 3 instances to become healthy in payments-tg`;
    run.emit({
      type: 'stage.waiting',
      stageId: stage.id,
      data: {
        wait: { kind: 'resource', reason, since: run.now, until: run.now + 30 * 60 * SECOND },
        contextPatch: {
          ...{ createdServerGroup: group, sourceServerGroup: 'payments-prod-v042' },
          createdCapacity: { min: 3, desired: 3, max: 6 },
        },
      },
    });
    yield 3 * SECOND;
  }
  run.emit({ type: 'stage.updated', stageId: stage.id, data: { wait: null } });
}

function* createServerGroup(run: SimulatedRun, stage: Stage): Script {
  yield* run.task(stage, 'createServerGroup', 3 * SECOND);
  if (stage.context.imageMissing === true && run.stage(stage.id).context.retried !== true) {
    yield* begin(run, stage, 'launchInstances', 2 * SECOND);
    return run.fail(
      stage,
      'aws.invalid-parameter',
      'AWS refused the launch template of payments-prod-v043: image ami-0c1f9a27d4 was not found in us-east-1.',
      {
        errorCode: 'InvalidAMIID.NotFound',
        requestId: '8f2c61d0-1b7e-4a5a-9d0e-5f0c2a7be911',
        resource: 'payments-prod-v043',
      },
      'Copy the image to us-east-1, or add the region to the bake stage, then restart this stage.',
    );
  }
  yield* run.task(stage, 'waitForUpInstances', 0);
  yield* waitForInstances(run, stage, 'payments-prod-v043');
  return 'SUCCEEDED';
}

function* begin(run: SimulatedRun, stage: Stage, name: string, ms: number): Generator<Pause, void, void> {
  const tasks = run.stage(stage.id).tasks;
  const task = {
    id: String(tasks.length + 1),
    name,
    implementingClass: name,
    status: 'RUNNING' as const,
    startTime: run.now,
    endTime: null,
  };
  const whole = { ...task, stageStart: false, stageEnd: true, loopStart: false, loopEnd: false };
  run.emit({ type: 'stage.updated', stageId: stage.id, data: { tasks: [...tasks, whole] } });
  yield ms;
}

function* deploy(run: SimulatedRun, stage: Stage): Script {
  const context = { ...stage.context, cluster: 'payments-prod', credentials: 'prod', region: 'us-east-1' };
  const made = yield* run.child(stage, false, { type: 'createServerGroup', name: 'Deploy in us-east-1', context });
  if (made === 'TERMINAL') return 'TERMINAL';
  const target = { cluster: 'payments-prod', credentials: 'prod', region: 'us-east-1' };
  yield* run.child(stage, true, { type: 'disableCluster', name: 'Disable payments-prod-v042', context: target });
  yield* run.child(stage, true, { type: 'shrinkCluster', name: 'Shrink payments-prod to 2', context: target });
  const details = { 'deploy.server.groups': { 'us-east-1': ['payments-prod-v043'] } };
  run.emit({ type: 'stage.updated', stageId: stage.id, data: { outputsPatch: details } });
  return 'SUCCEEDED';
}

function* ordinary(run: SimulatedRun, stage: Stage): Script {
  yield* run.task(stage, stage.type, 4 * SECOND);
  return 'SUCCEEDED';
}

function* disableServerGroup(run: SimulatedRun, stage: Stage): Script {
  yield* run.task(stage, 'disableServerGroup', 0);
  return run.fail(
    stage,
    'cluster.would-lose-traffic',
    `Refused to disable ${String(stage.context.serverGroupName)}: no other server group of payments-prod in us-east-1 serves traffic.`,
    {},
    'Bring another server group of the cluster into traffic first.',
  );
}

/** A traffic guard refuses it, unless somebody gives a reason to go on. */
function* destroyServerGroup(run: SimulatedRun, stage: Stage): Script {
  const name = String(stage.context.serverGroupName);
  const refusal = `Refused to destroy ${name}: 2 healthy instances of payments-prod would be left of 5, and the traffic guard asks for 3.`;
  const { overrideTrafficGuards: reason } = stage.context;
  if (!reason) {
    yield* run.task(stage, 'destroyServerGroup', 0);
    return run.fail(stage, 'cluster.traffic-guard', refusal, {}, 'Grow another server group of the cluster first.');
  }
  const overridden = { user: 'ana@example.com', reason, at: run.now, refusal };
  run.emit({
    type: 'stage.updated',
    stageId: stage.id,
    data: { contextPatch: { overriddenTrafficGuards: [overridden] } },
  });
  yield* run.task(stage, 'destroyServerGroup', 0);
  return 'SUCCEEDED';
}

const SCRIPTS: Readonly<Record<string, (run: SimulatedRun, stage: Stage) => Generator<Pause, Status, void>>> = {
  wait,
  manualJudgment,
  findImageFromTags: findImage,
  createServerGroup,
  disableServerGroup,
  destroyServerGroup,
  deploy,
};

/** What a stage of this type pretends to do. */
export const scriptOf = (run: SimulatedRun, stage: Stage): Script => (SCRIPTS[stage.type] ?? ordinary)(run, stage);
