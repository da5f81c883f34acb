import { type Execution, isComplete } from '@gennaker/pipeline-dsl';
import { APPLICATIONS, type FakeFreeze, freezes, PIPELINES } from './fixtures.ts';
import { fakeId, newStage, SimulatedRun } from './simulated-run.ts';

export interface StoredPipeline {
  id: string;
  name: string;
  application: string;
  version: number;
  index: number;
  updateTs: string;
  lastModifiedBy: string;
  limitConcurrent?: boolean;
  stages: Array<Record<string, unknown> & { type: string }>;
  [key: string]: unknown;
}

/** The pretended installation: applications, pipelines and runs, in memory. */
export class FakeWorld {
  readonly applications: Array<Record<string, unknown> & { name: string }> = structuredClone(APPLICATIONS);
  readonly pipelines: StoredPipeline[] = structuredClone(PIPELINES) as unknown as StoredPipeline[];
  readonly runs = new Map<string, SimulatedRun>();
  readonly tasks = new Map<string, Record<string, unknown>>();
  /** Of whoever looks at the screens. */
  roles: string[] = ['admin'];
  readonly freezes: FakeFreeze[];

  constructor(now: number) {
    this.freezes = freezes(now);
    this.seed(now);
  }

  create(pipeline: StoredPipeline, trigger: Record<string, unknown>, now: number): SimulatedRun {
    const id = fakeId(now);
    const stages = pipeline.stages.map((authored, i) => {
      const { type, name, refId, requisiteStageRefIds, ...context } = authored;
      const resolved = JSON.parse(
        JSON.stringify(context).replaceAll(
          '${parameters.version}',
          String((trigger.parameters as Record<string, unknown>)?.version ?? ''),
        ),
      ) as Record<string, unknown>;
      return newStage({
        id: fakeId(now + i),
        refId: String(refId ?? i),
        type,
        name: String(name ?? type),
        requisiteStageRefIds: ((requisiteStageRefIds as string[]) ?? []).map(String),
        context: { ...resolved, imageMissing: trigger.imageMissing === true },
      });
    });
    const picture: Execution = {
      id,
      rootId: id,
      type: 'PIPELINE',
      application: pipeline.application,
      name: pipeline.name,
      pipelineConfigId: pipeline.id,
      pipelineVersion: pipeline.version,
      status: 'NOT_STARTED',
      buildTime: now,
      startTime: null,
      endTime: null,
      startTimeExpiry: null,
      canceled: false,
      canceledBy: null,
      cancellationReason: null,
      supersededBy: null,
      paused: null,
      limitConcurrent: pipeline.limitConcurrent ?? false,
      maxConcurrentExecutions: 0,
      keepWaitingPipelines: false,
      authentication: { user: String(trigger.user ?? 'ana@example.com'), allowedAccounts: [] },
      origin: 'api',
      trigger,
      description: null,
      notifications: [],
      spelEvaluator: 'v4',
      initialConfig: pipeline,
      stages,
      wait: null,
      sequence: 0,
    };
    const run = new SimulatedRun(picture, now);
    this.runs.set(id, run);
    return run;
  }

  list(filter: (execution: Execution) => boolean): Execution[] {
    return [...this.runs.values()]
      .map((run) => run.picture)
      .filter(filter)
      .sort((a, b) => b.buildTime - a.buildTime);
  }

  tick(now: number): void {
    for (const run of this.runs.values()) if (!isComplete(run.picture.status)) run.advance(now);
  }

  private seed(now: number): void {
    const [prod, staging, , web] = this.pipelines as [StoredPipeline, StoredPipeline, StoredPipeline, StoredPipeline];
    const ago = (minutes: number) => now - minutes * 60_000;
    const hook = (version: string) => ({
      type: 'webhook',
      source: 'payments-release',
      user: '[anonymous]',
      parameters: { version, size: 'normal' },
    });
    const hand = (version: string) => ({
      type: 'manual',
      user: 'ana@example.com',
      parameters: { version, size: 'normal' },
    });
    for (const [minutes, version] of [
      [9_000, '3.13.8'],
      [7_400, '3.13.9'],
      [2_900, '3.14.0'],
      [1_500, '3.14.1'],
    ] as const)
      this.past(prod, hook(version), ago(minutes), 'continue');
    this.past(prod, { ...hook('3.14.2'), imageMissing: true }, ago(95), 'continue');
    this.past(prod, hand('3.14.2'), ago(55), 'stop');
    for (const minutes of [8_000, 4_000, 1_700, 180]) this.past(staging, hook('3.14.2'), ago(minutes), 'continue');
    this.past(web, hand('1.0'), ago(3_000), 'continue');
    const waiting = this.create(prod, hook('3.15.0'), ago(12));
    waiting.start();
    waiting.advanceToEnd();
    const running = this.create(staging, hand('3.15.0'), ago(0.3));
    running.start();
    running.advance(now);
    const queued = this.create(prod, hand('3.15.1'), ago(1));
    queued.emit({
      type: 'execution.queued',
      data: { wait: { kind: 'queue', reason: 'an earlier run of this pipeline to end', since: ago(1) } },
    });
  }

  private past(pipeline: StoredPipeline, trigger: Record<string, unknown>, at: number, judgment: string): void {
    const run = this.create(pipeline, trigger, at);
    run.start();
    run.advanceToEnd();
    const asked = run.picture.stages.find((stage) => stage.type === 'manualJudgment');
    if (!asked) return;
    run.now += 180_000;
    const judged = { judgmentStatus: judgment, lastModifiedBy: 'mia@example.com' };
    run.emit({
      type: 'stage.signaled',
      stageId: asked.id,
      data: {
        contextPatch: judged,
        lastModified: { user: 'mia@example.com', allowedAccounts: [], lastModifiedTime: run.now },
      },
    });
    run.signal(asked.id);
    run.advanceToEnd();
  }
}
