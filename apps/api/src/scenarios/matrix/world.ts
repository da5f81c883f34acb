import { type Sandbox, type Scenario, startSandbox } from '@gennaker/aws-sandbox';
import { stageExecutors } from '@gennaker/catalog/executors';
import { FakeJudge } from '@gennaker/catalog/kit/in-memory';
import {
  type Execution,
  type Freeze,
  isComplete,
  isInForce,
  isJsonObject,
  type JsonObject,
} from '@gennaker/pipeline-dsl';
import { ChildPipelines, configuredMonitors, RecoveryRuns } from '../../child-pipelines/index.ts';
import { type AwsCloud, createAwsCloud } from '../../cloud/index.ts';
import { MemoryStore } from '../../engine/in-memory/index.ts';
import { createRegistry, Engine } from '../../engine/index.ts';
import { OutgoingHttp } from '../../outgoing-http/index.ts';
import { PackerRuns } from '../../packer/index.ts';
import { type ApplicationAttributes, TrafficGuards } from '../../persistence/index.ts';
import { storedPipeline } from '../files.ts';
import { ACCOUNTS, KEYS } from '../shop.ts';
import { inProcessHttp } from './in-process-http.ts';
import { CountedIds, MemoryLeases, memoryDeployments } from './memory-ports.ts';
import { type Objects, objectsOf } from './objects.ts';
import { Portrait } from './portrait.ts';
import { StepClock } from './step-clock.ts';
import { type Death, Hands, type Step, type Watched } from './worker.ts';

const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const registry = createRegistry(Object.values(stageExecutors));
export const MORNING = Date.UTC(2031, 2, 3, 8);
/** The world has been running for so long when a story begins: its instances are up. */
const BEFORE_MS = 120_000;
const LONGEST_STORY_MS = 6 * 3_600_000;

export interface WorldPlan {
  readonly scenario: Scenario;
  /** Pipelines that others start by name or id. */
  readonly pipelines?: readonly JsonObject[];
  /** What a deploy's monitor is asked at; absent: there is none. */
  readonly monitorUrl?: string;
  /** Another actor's preparations, such as a policy on a group. */
  readonly prepare?: (sandbox: Sandbox) => void;
  readonly seed?: number;
  /** Attributes of the application, its traffic guards among them. */
  readonly attributes?: ApplicationAttributes;
  /** Those that somebody makes, each in force in its time. */
  readonly freezes?: readonly Freeze[];
}

/** What a worker that is killed at this moment leaves behind. */
export interface Photo {
  /** Number of the step that it does not come to, from 1. */
  readonly at: number;
  readonly step: Step;
  readonly state: ReturnType<Sandbox['snapshot']>;
  readonly portrait: Portrait;
  readonly origin: Origin;
}

/** Is asked right before each step of each worker. */
type Watch = (world: MatrixWorld, step: Step, at: number) => Watched;

/** What happens to the workers of a world. */
interface Fate {
  /** Of the first worker; another one takes over. */
  readonly death?: Death;
  /** When it says stop, nobody takes over. */
  readonly watch?: Watch;
}

interface Origin {
  readonly sandbox: Sandbox;
  readonly plan: WorldPlan;
  readonly now: number;
  readonly store: MemoryStore;
  readonly leases: MemoryLeases;
  readonly ids: CountedIds;
  readonly before: Objects;
  readonly startedAt: number;
}

interface Worker {
  readonly engine: Engine;
  readonly cloud: AwsCloud;
  readonly hands: Hands;
}

/**
 * The product in front of an emulated AWS, made cheap: its rows are in memory, one sandbox serves all worlds of a file,
 * one clock for all jumps whenever nothing is under way. Calls to AWS are real ones.
 */
export class MatrixWorld {
  readonly sandbox: Sandbox;
  readonly clock: StepClock;
  readonly store: MemoryStore;
  readonly leases: MemoryLeases;
  /** What was there before the first execution. */
  readonly before: Objects;
  readonly startedAt: number;
  /** The workers so far; the last one is at work. */
  readonly workers: Worker[] = [];
  private readonly plan: WorldPlan;
  private readonly ids: CountedIds;
  private readonly watch: Watch;
  private isOver = false;

  private constructor(origin: Origin, { death, watch }: Fate) {
    const { sandbox, plan, now, store, leases, before, startedAt } = origin;
    this.sandbox = sandbox;
    this.plan = plan;
    this.clock = new StepClock(now, (ms) => sandbox.clock.advance(ms));
    this.startedAt = startedAt;
    this.store = store.copy(this.clock.now);
    this.leases = leases.copy(this.clock.now);
    this.ids = origin.ids.copy();
    this.before = before;
    this.watch = watch ?? (() => 'go on');
    this.hire(death ?? null);
  }

  /** A world in which nothing has been run. It is Monday, 08:00 UTC. */
  static begin(sandbox: Sandbox, plan: WorldPlan, fate: Fate = {}): MatrixWorld {
    sandbox.restore({ ...sandbox.snapshot(), now: MORNING - BEFORE_MS });
    sandbox.reset({ scenario: plan.scenario, ...(plan.seed === undefined ? {} : { seed: plan.seed }) });
    plan.prepare?.(sandbox);
    sandbox.clock.advance(BEFORE_MS);
    const now = sandbox.clock.now();
    const store = new MemoryStore(() => now);
    const leases = new MemoryLeases(() => now);
    const before = objectsOf(sandbox.state());
    const ids = new CountedIds();
    return new MatrixWorld({ sandbox, plan, now, store, leases, ids, before, startedAt: now }, fate);
  }

  /** The world as it was when the picture was taken, the worker that took it dead and another one in its place. */
  static goOn(photo: Photo, fate: Fate = {}): MatrixWorld {
    photo.origin.sandbox.restore(photo.state);
    return new MatrixWorld(photo.origin, fate);
  }

  get engine(): Engine {
    return this.worker.engine;
  }

  /** The worker at work now. */
  get worker(): Worker {
    return this.workers.at(-1)!;
  }

  stop(): void {
    this.clock.stop();
    for (const { cloud } of this.workers) cloud.stop();
  }

  async start(
    pipeline: JsonObject,
    more: Pick<Parameters<Engine['start']>[0], 'type' | 'onFreeze'> = {},
  ): Promise<string> {
    const stored = storedPipeline(pipeline);
    const { id } = await this.engine.start({
      config: pipeline,
      application: stored.application,
      name: stored.name,
      pipelineConfigId: stored.id,
      pipelineVersion: 1,
      trigger: { type: 'manual', parameters: {} },
      user: 'ann',
      ...more,
    });
    return id;
  }

  async read(id: string): Promise<Execution> {
    const execution = await this.store.read(id);
    if (!execution) throw new Error(`there is no execution ${id}`);
    return execution;
  }

  /** Goes on until every execution has ended, those that others started included. */
  async settle(): Promise<void> {
    const end = this.clock.now() + LONGEST_STORY_MS;
    const atWork = new Set<string>();
    const running = new Set<Promise<unknown>>();
    for (;;) {
      const dues = await this.store.overdue(Number.MAX_SAFE_INTEGER, 1_000);
      const free = dues.filter(({ key }) => !atWork.has(key));
      for (const due of free.filter(({ at }) => at <= this.clock.now())) {
        atWork.add(due.key);
        const work: Promise<unknown> = this.worker.engine.handle(due.message).finally(() => {
          atWork.delete(due.key);
          running.delete(work);
        });
        running.add(work);
      }
      const next = Math.min(...free.filter(({ at }) => at > this.clock.now()).map(({ at }) => at));
      if (running.size === 0 && !Number.isFinite(next)) {
        if (this.allEnded()) return;
        throw new Error(`nothing is due any more, but not all has ended: ${this.describe()}`);
      }
      if (this.clock.now() > end) throw new Error(`the story has no end: ${this.describe()}`);
      await this.somethingHappens(running, next);
      if (this.isOver) return;
      if (this.worker.hands.dead) {
        // Nobody waits for what the dead have begun.
        atWork.clear();
        running.clear();
        this.hire(null);
      }
    }
  }

  /** Sentences of all failures of an execution, innermost last. */
  async failures(id: string): Promise<readonly string[]> {
    return (await this.read(id)).stages.flatMap(({ context }) => {
      const details = isJsonObject(context['exception']) ? context['exception']['details'] : null;
      return isJsonObject(details) && typeof details['error'] === 'string' ? [details['error']] : [];
    });
  }

  private async somethingHappens(running: ReadonlySet<Promise<unknown>>, next: number): Promise<void> {
    const { hands } = this.worker;
    const alarm = new AbortController();
    const tick = Number.isFinite(next) ? [this.clock.wait(next - this.clock.now(), alarm.signal)] : [];
    const over = Promise.race([...running, ...tick, hands.death]);
    try {
      await over;
    } finally {
      alarm.abort();
      for (const each of tick) each.catch(() => undefined);
    }
  }

  private allEnded(): boolean {
    return [...this.store.executions.values()].every(({ execution }) => isComplete(execution.status));
  }

  private describe(): string {
    return [...this.store.executions.values()]
      .map(({ execution, stages }) => {
        const open = [...stages.values()].filter(({ status }) => status === 'RUNNING');
        const told = open.map(({ name, wait }) => `${name} (${JSON.stringify(wait)})`).join(', ');
        return `${execution.name} ${execution.status}: ${told}`;
      })
      .join('; ');
  }

  /** What is left when the worker does not come to this step. */
  photo(step: Step, at: number): Photo {
    const { sandbox, plan, before, startedAt } = this;
    const now = this.clock.now();
    const [store, leases, ids] = [this.store.copy(() => now), this.leases.copy(() => now), this.ids.copy()];
    const state = sandbox.snapshot();
    const portrait = new Portrait({ now, store, leases, state });
    return { at, step, state, portrait, origin: { sandbox, plan, before, startedAt, now, store, leases, ids } };
  }

  /** All that outlives the worker, as it is now: to be compared at once. */
  portrait(): Portrait {
    const { store, leases, sandbox } = this;
    return new Portrait({ now: this.clock.now(), store, leases, state: sandbox.state() });
  }

  private hire(death: Death | null): void {
    const hands: Hands = new Hands(death, (step) => {
      const watched = this.watch(this, step, hands.steps.length);
      this.isOver ||= watched === 'stop';
      return watched;
    });
    const cloud = createAwsCloud({
      accounts: ACCOUNTS,
      endpoint: this.sandbox.url,
      requestHandler: inProcessHttp(this.sandbox),
      credentials: KEYS,
      clock: this.clock,
      random: () => 0.5,
      around: (call, send) => hands.around(call, () => this.clock.during(send)),
    });
    this.workers.push({ hands, cloud, engine: this.makeEngine(`worker-${this.workers.length}`, hands, cloud) });
  }

  private makeEngine(workerId: string, hands: Hands, cloud: AwsCloud): Engine {
    const pipelines = (this.plan.pipelines ?? []).map(storedPipeline);
    const url = this.plan.monitorUrl;
    const monitor = { id: 'judge', name: 'Judge', url: url ?? '', maxAnalysisMinutes: 10, failOnError: true };
    const http = new OutgoingHttp({ allowedHosts: ['127.0.0.1'] });
    const engine: Engine = new Engine({
      store: hands.store(this.store),
      queue: { wake: async () => undefined },
      clock: this.clock,
      ids: this.ids,
      registry,
      ports: {
        serverGroups: cloud.serverGroups,
        scaling: cloud.scaling,
        instances: cloud.instances,
        images: cloud.images,
        packer: new PackerRuns({ program: null, environmentOf: async () => ({}), logger: quiet }),
        leases: this.leases,
        guards: new TrafficGuards({ find: async () => this.plan.attributes ?? null }, 0, () => false),
        loadBalancers: cloud.loadBalancers,
        stacks: cloud.stacks,
        securityGroups: cloud.securityGroups,
        traces: cloud.traces,
        http: { send: (request) => this.clock.during(() => http.send(request)) },
        pipelines: new ChildPipelines(() => engine, {
          find: async (application, nameOrId) =>
            pipelines.find(
              (each) => each.application === application && (each.id === nameOrId || each.name === nameOrId),
            ) ?? null,
          byId: async (id) => pipelines.find((each) => each.id === id) ?? null,
        }),
        recoveries: new RecoveryRuns(() => engine),
        deployments: memoryDeployments(this.store),
        monitors: configuredMonitors(url ? [monitor] : []),
        metrics: cloud.metrics,
        judge: new FakeJudge(),
      },
      freezes: {
        inForce: async () => (this.plan.freezes ?? []).filter((freeze) => isInForce(freeze, this.clock.now())),
      },
      listener: { committed: () => undefined },
      logger: quiet,
      workerId,
      windowTimeZone: 'UTC',
    });
    return engine;
  }
}

/** The sandbox that all worlds of a file share, its clock stepped by them. */
export async function startSteppedSandbox(): Promise<Sandbox> {
  const sandbox = await startSandbox({ scenario: { name: 'empty', accounts: [] }, seed: 1 });
  sandbox.clock.freeze();
  return sandbox;
}
