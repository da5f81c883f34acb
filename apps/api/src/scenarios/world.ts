import { type Sandbox, type Scenario, startSandbox } from '@gennaker/aws-sandbox';
import { stageExecutors } from '@gennaker/catalog/executors';
import type { ServerGroup } from '@gennaker/catalog/kit';
import { FakeGuards } from '@gennaker/catalog/kit/in-memory';
import type { JsonObject } from '@gennaker/pipeline-dsl';
import pg from 'pg';
import { CanaryJudge, type ConfigDocuments } from '../canary/index.ts';
import { ChildPipelines, configuredMonitors, RecoveryRuns } from '../child-pipelines/index.ts';
import { VirtualClock } from '../cloud/aws/testing/virtual-clock.ts';
import { type AwsCloud, createAwsCloud } from '../cloud/index.ts';
import { createRegistry, createUlids, Engine, type ExecutionStore } from '../engine/index.ts';
import { crashingStore, Died } from '../engine/testing/crashing-store.ts';
import { OutgoingHttp } from '../outgoing-http/index.ts';
import { PackerRuns } from '../packer/index.ts';
import { CanaryReports, createExecutionStore, Deployments, Leases, WaitingStages } from '../persistence/index.ts';
import { createTestDatabase } from '../testing/index.ts';
import { type ChecksService, startChecksService } from './checks-service.ts';
import { pipelineFiles, readPipeline, storedPipeline } from './files.ts';
import { Run } from './run.ts';
import { ACCOUNTS, KEYS, STORE, shopScenario } from './shop.ts';

const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const DAY_MS = 86_400_000;
const MOST_TURNS = 5_000;

/** The Monday after `now`, 08:00 UTC. */
const mondayMorning = (now: number): number => {
  const midnight = Math.floor(now / DAY_MS) * DAY_MS;
  // 1970-01-01 was a Thursday.
  const weekday = (Math.floor(now / DAY_MS) + 4) % 7;
  return midnight + ((8 - weekday) % 7 || 7) * DAY_MS + 8 * 3_600_000;
};

export interface LedgerRow {
  readonly kind: string;
  readonly name: string;
  readonly action: string;
  readonly state: string;
}

/** Configs in their first version. */
function memoryConfigs(configs: ReadonlyMap<string, JsonObject>): ConfigDocuments {
  const document = ([id, content]: readonly [string, JsonObject]) => ({
    id,
    name: String(content['name']),
    version: 1,
    content,
  });
  const byId = (id: string) => {
    const found = configs.get(id);
    return found ? document([id, found]) : null;
  };
  return {
    byId: async (id) => byId(id),
    list: async () => [...configs].map(document),
    history: async (id) => [byId(id)].filter((one) => one !== null),
  };
}

/**
 * The product in front of an emulated AWS: engine, catalog, rows in Postgres, the AWS room and outgoing requests as in
 * production. One clock for all, which jumps to whatever is due next. It is Monday, 08:00 UTC.
 */
export class PipelineWorld {
  readonly clock: VirtualClock;
  readonly sandbox: Sandbox;
  readonly cloud: AwsCloud;
  /** The worker at work now. */
  engine: Engine;
  readonly checks: ChecksService;
  /** Stored canary configs, by id. */
  readonly canaryConfigs = new Map<string, JsonObject>();
  readonly canaryReports: CanaryReports;
  private readonly store: ExecutionStore;
  private readonly pool: pg.Pool;
  private readonly drop: () => Promise<void>;

  private constructor(parts: {
    sandbox: Sandbox;
    accounts: typeof ACCOUNTS;
    checks: ChecksService;
    pool: pg.Pool;
    drop: () => Promise<void>;
  }) {
    this.sandbox = parts.sandbox;
    this.checks = parts.checks;
    this.pool = parts.pool;
    this.canaryReports = new CanaryReports(this.pool);
    this.drop = parts.drop;
    this.clock = new VirtualClock(this.sandbox.clock.now(), (ms) => this.sandbox.clock.advance(ms));
    this.cloud = createAwsCloud({
      accounts: parts.accounts,
      endpoint: this.sandbox.url,
      credentials: KEYS,
      clock: this.clock,
      random: () => 0.5,
    });
    this.store = createExecutionStore(this.pool, { leaseTtlMs: 60_000 });
    this.engine = this.makeEngine('worker-1', this.store);
  }

  static async start(scenario: Scenario = shopScenario(), accounts = ACCOUNTS): Promise<PipelineWorld> {
    const database = await createTestDatabase();
    const pool = new pg.Pool({ connectionString: database.url, max: 4 });
    pool.on('error', () => undefined);
    const sandbox = await startSandbox({ scenario });
    sandbox.clock.freeze();
    sandbox.clock.set(mondayMorning(sandbox.clock.now()));
    const checks = await startChecksService();
    return new PipelineWorld({ sandbox, accounts, checks, pool, drop: () => database.drop() });
  }

  async stop(): Promise<void> {
    this.cloud.stop();
    await this.sandbox.stop();
    await this.checks.stop();
    await this.pool.end();
    await this.drop();
  }

  /** Starts a pipeline as its file has it. */
  startFile(file: string, parameters: JsonObject = {}): Promise<Run> {
    return this.startPipeline(readPipeline(file), parameters);
  }

  async startPipeline(pipeline: JsonObject, parameters: JsonObject = {}): Promise<Run> {
    const stored = storedPipeline(pipeline);
    const { id } = await this.engine.start({
      config: pipeline,
      application: stored.application,
      name: stored.name,
      pipelineConfigId: stored.id,
      pipelineVersion: 1,
      trigger: { type: 'manual', parameters },
      user: 'ann',
    });
    return new Run(this, id);
  }

  run(executionId: string): Run {
    return new Run(this, executionId);
  }

  /** Executions of a pipeline, oldest first. */
  async runsOf(name: string): Promise<readonly Run[]> {
    const { rows } = await this.pool.query<{ id: string }>('select id from execution where name = $1 order by id', [
      name,
    ]);
    return rows.map(({ id }) => new Run(this, id));
  }

  /** Acts on what is due, jumping in time, until the condition holds. Throws when nothing is due any more before that. */
  async until(holds: () => Promise<boolean>, what: string): Promise<void> {
    for (let turns = 0; turns < MOST_TURNS; turns++) {
      if (await holds()) return;
      const [next] = await this.store.overdue(Number.MAX_SAFE_INTEGER, 1);
      if (!next) throw new Error(`nothing is due any more, but ${what} has not come`);
      await this.clock.advance(Math.max(0, next.at - this.clock.now()));
      await this.handle(next.message);
    }
    throw new Error(`${what} has not come in ${MOST_TURNS} turns`);
  }

  /** Lets time pass; acts on what becomes due. */
  async pass(ms: number): Promise<void> {
    const end = this.clock.now() + ms;
    const upTo = async () => ((await this.store.overdue(Number.MAX_SAFE_INTEGER, 1))[0]?.at ?? end) >= end;
    await this.until(upTo, 'the end of the time');
    await this.clock.advance(Math.max(0, end - this.clock.now()));
  }

  /** Takes what AWS has told since, and wakes the stages that wait for what it is about. */
  async hear(): Promise<void> {
    const waiting = new WaitingStages(this.pool);
    await this.cloud.events.take(async ({ names }) => {
      for (const { executionId, stageId } of await waiting.naming(names))
        await this.engine.wakeStage(executionId, stageId);
    });
  }

  async group(name: string): Promise<ServerGroup | null> {
    return this.cloud.serverGroups.read({ account: 'prod', region: 'us-east-1', name });
  }

  /** The web cluster, oldest first: name, traffic, and healthy of wanted instances. */
  async web(): Promise<readonly string[]> {
    const groups = await this.cloud.serverGroups.list({ account: 'prod', region: 'us-east-1', cluster: 'shop-web' });
    return groups.map(({ name, traffic, instances, capacity }) => {
      const up = instances.filter((instance) => instance.health === 'Up').length;
      return `${name} ${traffic} ${up}/${capacity.desired}`;
    });
  }

  /** Image and version of what an image id names. */
  image(id: string) {
    return this.sandbox.state().regions[STORE]?.images[id];
  }

  /** Instances that bake and were not removed. */
  bakingInstances(): readonly string[] {
    const instances = Object.values(this.sandbox.state().regions[STORE]?.instances ?? {});
    return instances.filter((each) => each.tags['cd:bake-key'] && each.shuttingDownAt === null).map(({ id }) => id);
  }

  /** Images made by bakes. */
  bakedImages(): readonly string[] {
    const images = Object.values(this.sandbox.state().regions[STORE]?.images ?? {});
    return images.filter(({ tags }) => tags['cd:bake-key']).map(({ id }) => id);
  }

  /** Everything made, changed or removed, in order of time. */
  async ledger(): Promise<readonly LedgerRow[]> {
    const { rows } = await this.pool.query<LedgerRow>('select kind, name, action, state from ledger order by at, name');
    return rows;
  }

  /** The worker dies at its nth call of the store from now, and another one takes over. Answers calls made so far. */
  workerDies(at: number, side: 'before' | 'after'): () => number {
    const crashing = crashingStore(this.store, { at, side });
    this.engine = this.makeEngine('doomed', crashing.store);
    return crashing.calls;
  }

  private async handle(message: Parameters<Engine['handle']>[0]): Promise<void> {
    try {
      await this.engine.handle(message);
    } catch (error) {
      if (!(error instanceof Died)) throw error;
      this.engine.abort();
      this.engine = this.makeEngine('successor', this.store);
    }
  }

  private makeEngine(workerId: string, store: ExecutionStore): Engine {
    const pipelines = pipelineFiles().map((file) => storedPipeline(readPipeline(file)));
    const engine: Engine = new Engine({
      store,
      queue: { wake: async () => undefined },
      clock: this.clock,
      ids: createUlids(this.clock),
      registry: createRegistry(Object.values(stageExecutors)),
      ports: {
        serverGroups: this.cloud.serverGroups,
        scaling: this.cloud.scaling,
        instances: this.cloud.instances,
        images: this.cloud.images,
        packer: new PackerRuns({ program: null, environmentOf: async () => ({}), logger: quiet }),
        leases: new Leases(this.pool, () => this.clock.now()),
        guards: new FakeGuards(),
        loadBalancers: this.cloud.loadBalancers,
        stacks: this.cloud.stacks,
        securityGroups: this.cloud.securityGroups,
        traces: this.cloud.traces,
        http: new OutgoingHttp({ allowedHosts: ['127.0.0.1'] }),
        pipelines: new ChildPipelines(() => engine, {
          find: async (application, nameOrId) =>
            pipelines.find(
              (each) => each.application === application && (each.id === nameOrId || each.name === nameOrId),
            ) ?? null,
          byId: async (id) => pipelines.find((each) => each.id === id) ?? null,
        }),
        recoveries: new RecoveryRuns(() => engine),
        deployments: new Deployments(this.pool),
        monitors: configuredMonitors([]),
        metrics: this.cloud.metrics,
        judge: new CanaryJudge({
          configs: memoryConfigs(this.canaryConfigs),
          reports: this.canaryReports,
          now: () => this.clock.now(),
        }),
      },
      listener: { committed: () => undefined },
      logger: quiet,
      workerId,
      windowTimeZone: 'UTC',
    });
    return engine;
  }
}
