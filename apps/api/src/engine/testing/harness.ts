import type { Ports } from '@gennaker/catalog/kit';
import { applyEvent, type Execution, type ExecutionEvent, type JsonObject } from '@gennaker/pipeline-dsl';
import { Engine } from '../engine.ts';
import { MemoryStore } from '../in-memory/memory-store.ts';
import { VirtualClock } from '../in-memory/virtual-clock.ts';
import type { StartCommand } from '../launch.ts';
import type { Due, ExecutionStore, Freezes, OutsideWorld, StageRegistry, WorkQueue } from '../ports.ts';
import { CountingIds } from './counting-ids.ts';
import { toyRegistry } from './toy-stages.ts';

/** A queue that loses everything: only due rows bring work back. */
const silentQueue: WorkQueue = { wake: async () => undefined };

const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/** A store under test and the log of events beside it. */
export interface StoreUnderTest {
  readonly store: ExecutionStore;
  events(executionId: string): Promise<readonly ExecutionEvent[]>;
}

/** The store in memory. */
export function memoryStore(clock: VirtualClock): StoreUnderTest {
  const log: ExecutionEvent[] = [];
  return {
    store: new MemoryStore(
      () => clock.now(),
      (event) => log.push(event),
    ),
    events: async (executionId) => log.filter((event) => event.executionId === executionId),
  };
}

let harnesses = 0;

/** An engine with a virtual clock that jumps to the next due row; the queue loses everything. */
export class Harness {
  readonly clock = new VirtualClock();
  readonly under: StoreUnderTest;
  readonly engine: Engine;
  private readonly number = ++harnesses;

  constructor(
    options: {
      registry?: StageRegistry;
      ports?: Partial<Ports>;
      makeStore?: (clock: VirtualClock) => StoreUnderTest;
      outside?: OutsideWorld;
      freezes?: Freezes;
      keptAtHand?: number;
    } = {},
  ) {
    this.under = (options.makeStore ?? memoryStore)(this.clock);
    this.engine = this.worker('worker-1', options);
  }

  get store(): ExecutionStore {
    return this.under.store;
  }

  worker(
    workerId: string,
    options: {
      registry?: StageRegistry;
      ports?: Partial<Ports>;
      store?: ExecutionStore;
      outside?: OutsideWorld;
      freezes?: Freezes;
      keptAtHand?: number;
    } = {},
  ): Engine {
    return new Engine({
      store: options.store ?? this.store,
      queue: silentQueue,
      clock: this.clock,
      ids: new CountingIds(`${this.number}-${workerId}-`),
      registry: options.registry ?? toyRegistry,
      ports: (options.ports ?? {}) as Ports,
      listener: { committed: () => undefined },
      logger: quiet,
      workerId,
      windowTimeZone: 'UTC',
      outside: options.outside,
      freezes: options.freezes,
      keptAtHand: options.keptAtHand,
    });
  }

  async start(
    stages: readonly JsonObject[],
    more: Partial<StartCommand> & { config?: JsonObject } = {},
  ): Promise<string> {
    const { config, ...rest } = more;
    const { id } = await this.engine.start({
      application: 'toy',
      name: 'toy pipeline',
      pipelineConfigId: `toy-${this.number}`,
      pipelineVersion: 1,
      trigger: { type: 'manual' },
      user: 'ana',
      ...rest,
      config: { ...config, stages },
    });
    return id;
  }

  /** Acts on everything due by `until` (default: until nothing is due), jumping in time from due row to due row. */
  async settle(until = Number.MAX_SAFE_INTEGER, engine = this.engine): Promise<void> {
    for (let turns = 0; turns < 10_000; turns += 1) {
      const next = await this.earliest();
      if (!next || next.at > until) break;
      this.clock.advanceTo(next.at);
      await engine.handle(next.message);
    }
    if (until !== Number.MAX_SAFE_INTEGER) this.clock.advanceTo(until);
  }

  /** Acts on everything due now, without moving time. */
  async settleNow(): Promise<void> {
    await this.settle(this.clock.now());
  }

  async read(id: string): Promise<Execution> {
    const execution = await this.store.read(id);
    if (!execution) throw new Error(`no execution ${id}`);
    return execution;
  }

  async statuses(id: string): Promise<Record<string, string>> {
    const execution = await this.read(id);
    const named = execution.stages
      .filter((stage) => stage.parentStageId === null)
      .map((stage) => [stage.refId, stage.status]);
    return { ...Object.fromEntries(named), execution: execution.status };
  }

  async stageId(id: string, refId: string): Promise<string> {
    const stage = (await this.read(id)).stages.find((candidate) => candidate.refId === refId);
    if (!stage) throw new Error(`no stage ${refId}`);
    return stage.id;
  }

  /** The picture that folding all events onto the execution as created gives. */
  async folded(id: string, created: Execution): Promise<Execution> {
    return (await this.under.events(id)).reduce(applyEvent, created);
  }

  private async earliest(): Promise<Due | undefined> {
    return (await this.store.overdue(Number.MAX_SAFE_INTEGER, 1))[0];
  }
}
