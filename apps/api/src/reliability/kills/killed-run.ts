import { type Sandbox, startSandbox } from '@gennaker/aws-sandbox';
import { stageExecutors } from '@gennaker/catalog/executors';
import type { Ports } from '@gennaker/catalog/kit';
import { type Execution, isComplete, type JsonObject } from '@gennaker/pipeline-dsl';
import pg from 'pg';
import { createRegistry, createUlids, Engine, type ExecutionStore, type LedgerWrite } from '../../engine/index.ts';
import { createExecutionStore } from '../../persistence/index.ts';
import { type End, problemsAfter } from '../../scenarios/matrix/checks.ts';
import { type Objects, objectsOf } from '../../scenarios/matrix/objects.ts';
import type { WorldPlan } from '../../scenarios/matrix/world.ts';
import { createTestDatabase, type TestDatabase } from '../../testing/index.ts';
import { ALL_ENDED, type Home, type Turn } from './words.ts';
import { type Program, StandbyWorker } from './worker-process.ts';

const MORNING = Date.UTC(2031, 2, 3, 8);
/** The world has been running for so long when a story begins: its instances are up. */
const BEFORE_MS = 120_000;
/** Loaded while others work, so that nobody waits for a start. */
const STANDBYS = 2;
/** More than any story has: who dies again and again at what looks new comes to no end. */
const MOST_LIVES = 600;

const silent = (): void => undefined;
const quiet = { debug: silent, info: silent, warn: silent, error: silent };

/** What is run, and how it must end. */
export interface Story {
  readonly name: string;
  readonly plan: WorldPlan;
  readonly pipeline: JsonObject;
  readonly status: 'SUCCEEDED' | 'TERMINAL';
  readonly end: End;
  /** Told only when all stories are asked for: it would make every run of the tests half a minute longer. */
  readonly isLong?: true;
  /** Operations of AWS that are needless when workers die: by the time that another one looks, it is so. */
  readonly spared?: readonly string[];
}

/** What became of a story. */
export interface Told {
  readonly executions: readonly Execution[];
  /** Boundaries at which a worker was killed, or that an undisturbed one passed, in order. */
  readonly boundaries: readonly string[];
  /** What is not as it must be, a sentence each. */
  readonly problems: readonly string[];
  /** Things made and removed in AWS, once for each call that took effect. */
  readonly changes: readonly string[];
}

/** Rows in Postgres and a local AWS over HTTP, both outliving the workers, which are processes. */
class KilledWorld {
  private readonly database: TestDatabase;
  private readonly sandbox: Sandbox;
  private readonly pool: pg.Pool;
  private readonly store: ExecutionStore;
  private readonly before: Objects;
  private readonly startedAt: number;

  private constructor(database: TestDatabase, sandbox: Sandbox) {
    this.database = database;
    this.sandbox = sandbox;
    this.pool = new pg.Pool({ connectionString: database.url, max: 2 });
    this.pool.on('error', silent);
    this.store = createExecutionStore(this.pool, { leaseTtlMs: BEFORE_MS });
    this.before = objectsOf(sandbox.state());
    this.startedAt = sandbox.clock.now();
  }

  static async open({ scenario, prepare }: WorldPlan): Promise<KilledWorld> {
    const sandbox = await startSandbox({ scenario: { name: 'empty', accounts: [] }, seed: 1 });
    sandbox.clock.freeze();
    sandbox.clock.set(MORNING - BEFORE_MS);
    sandbox.reset({ scenario });
    prepare?.(sandbox);
    sandbox.clock.advance(BEFORE_MS);
    return new KilledWorld(await createTestDatabase(), sandbox);
  }

  async close(): Promise<void> {
    await this.pool.end();
    await this.sandbox.stop();
    await this.database.drop();
  }

  async start(pipeline: JsonObject): Promise<void> {
    const clock = this.sandbox.clock;
    const engine = new Engine({
      store: this.store,
      queue: { wake: async () => undefined },
      clock,
      ids: createUlids(clock),
      registry: createRegistry(Object.values(stageExecutors)),
      ports: {} as Ports,
      listener: { committed: silent },
      logger: quiet,
      workerId: 'starter',
      windowTimeZone: 'UTC',
    });
    await engine.start({
      config: pipeline,
      application: 'shop',
      name: String(pipeline['name']),
      pipelineConfigId: 'story',
      pipelineVersion: 1,
      trigger: { type: 'manual', parameters: {} },
      user: 'ann',
    });
  }

  /** Where a worker takes it up that dies at none of these boundaries; null: at none at all. */
  turn(passed: readonly string[] | null): Turn {
    return { now: this.sandbox.clock.now(), passed };
  }

  /** The time that a dead worker's lease holds is over. */
  async bury(workerId: string): Promise<void> {
    await this.pool.query(`update worker set heartbeat_at = now() - interval '1 hour' where id = $1`, [workerId]);
  }

  async look(end: End, boundaries: readonly string[]): Promise<Told> {
    const { rows: ledger } = await this.pool.query<Pick<LedgerWrite, 'kind' | 'name' | 'action' | 'state'>>(
      'select kind, name, action, state from ledger order by id',
    );
    const { rows: locks } = await this.pool.query<{ key: string }>('select key from cluster_lock');
    const { rows: held } = await this.pool.query<{ key: string }>(
      `select key from lease where state->>'holder' is not null`,
    );
    const { rows: dues } = await this.pool.query<{ key: string }>('select key from due');
    const { rows: ids } = await this.pool.query<{ id: string }>('select id from execution order by id');
    const executions = await Promise.all(ids.map(async ({ id }) => (await this.store.read(id))!));
    const { sandbox, before, startedAt } = this;
    const leases = { held: held.map(({ key }) => key) };
    return {
      executions,
      boundaries,
      problems: [
        ...problemsAfter({ sandbox, before, startedAt, store: { ledger, locks: { held: locks } }, leases }, end),
        ...dues.map(({ key }) => `${key} is still due`),
        ...executions.filter(({ status }) => !isComplete(status)).map(({ name, status }) => `${name} is ${status}`),
      ],
      changes: changesOf(sandbox),
    };
  }

  get home(): Home {
    return { databaseUrl: this.database.url, awsUrl: this.sandbox.url };
  }
}

/** What was made and removed for good; tags, sizes and processes may be set twice to the same. */
function changesOf(sandbox: Sandbox): readonly string[] {
  return sandbox
    .calls()
    .filter(({ applied, mutating, action }) => applied && mutating && /^(Create|Delete|Run|Terminate)/.test(action))
    .filter(({ action }) => !action.endsWith('Tags'))
    .map(({ action, parameters }) => {
      const given = parameters as Record<string, unknown>;
      // Each execution has launch templates of its own.
      const name = given['LaunchTemplateName'] ?? given['AutoScalingGroupName'] ?? '';
      return `${action} ${String(name).replace(/-[0-9a-f]{8}$/, '')}`;
    })
    .sort();
}

/** Runs each story in a world of its own, by one worker that nobody disturbs. */
export const tellUndisturbed = (program: Program, stories: readonly Story[]): Promise<readonly Told[]> =>
  inWorlds(stories, async (worlds) => {
    const worker = new StandbyWorker(program, homesOf(worlds), true);
    const ended = await worker.work({ workerId: 'worker', turns: worlds.map((world) => world.turn(null)) });
    return worlds.map((_world, story) => {
      const lines = linesOf(ended, story);
      if (lines.at(-1) !== ALL_ENDED) throw new Error(`the worker ended after "${lines.at(-1)}": ${ended.words}`);
      return lines.slice(0, -1);
    });
  });

/**
 * Runs each story in a world of its own, by one worker after another. Each is killed as soon as every story stands at
 * the first boundary that no worker before it was killed at, until one comes to the end.
 */
export const tellKilled = (program: Program, stories: readonly Story[]): Promise<readonly Told[]> =>
  inWorlds(stories, async (worlds) => {
    const homes = homesOf(worlds);
    const passed: string[][] = worlds.map(() => []);
    const isOver = worlds.map(() => false);
    const standbys: StandbyWorker[] = [];
    try {
      for (let life = 1; isOver.includes(false); life += 1) {
        if (life > MOST_LIVES)
          throw new Error(`it has no end: ${passed.map((all) => all.slice(-4).join(' / ')).join('\n')}`);
        while (standbys.length < STANDBYS) standbys.push(new StandbyWorker(program, homes, false));
        const workerId = `worker-${life}`;
        const turns = worlds.map((world, story) => (isOver[story] ? null : world.turn(passed[story]!)));
        const ended = await standbys.shift()!.work({ workerId, turns });
        for (const [story, world] of worlds.entries()) {
          if (isOver[story]) continue;
          const [boundary, ...more] = linesOf(ended, story);
          isOver[story] = boundary === ALL_ENDED;
          if (isOver[story]) continue;
          if (
            ended.signal !== 'SIGKILL' ||
            boundary === undefined ||
            more.length > 0 ||
            passed[story]!.includes(boundary)
          )
            throw new Error(`worker ${life} ended by ${ended.signal} after "${boundary}": ${ended.words}`);
          passed[story]!.push(boundary);
          await world.bury(workerId);
        }
      }
      return passed;
    } finally {
      await Promise.all(standbys.map((worker) => worker.stop()));
    }
  });

const homesOf = (worlds: readonly KilledWorld[]): readonly Home[] => worlds.map(({ home }) => home);

/** What a worker told of a story. */
const linesOf = ({ told }: { readonly told: readonly string[] }, story: number): readonly string[] =>
  told.flatMap((line) => (line.startsWith(`${story} `) ? [line.slice(line.indexOf(' ') + 1)] : []));

async function inWorlds(
  stories: readonly Story[],
  run: (worlds: readonly KilledWorld[]) => Promise<ReadonlyArray<readonly string[]>>,
): Promise<readonly Told[]> {
  const worlds: KilledWorld[] = [];
  try {
    for (const { plan, pipeline } of stories) {
      const world = await KilledWorld.open(plan);
      worlds.push(world);
      await world.start(pipeline);
    }
    const boundaries = await run(worlds);
    return await Promise.all(worlds.map((world, at) => world.look(stories[at]!.end, boundaries[at]!)));
  } finally {
    await Promise.all(worlds.map((world) => world.close()));
  }
}
