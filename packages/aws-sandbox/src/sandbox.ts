import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { doExternal, type ExternalChange } from './control/external.ts';
import { statePage } from './control/page.ts';
import { serveControl } from './control/routes.ts';
import { FaultBook } from './faults/fault-book.ts';
import type { FaultRule } from './faults/rule.ts';
import { loadScenario } from './scenario/load.ts';
import type { Scenario } from './scenario/schema.ts';
import { demoScenario } from './scenarios/demo.ts';
import { namedScenario, scenarioNames } from './scenarios/named.ts';
import { services } from './services.ts';
import { readSnapshot, writeSnapshot } from './snapshot-file.ts';
import { systemNow } from './system-clock.ts';
import { findLeaks, type Leak } from './traffic/leaks.ts';
import { trafficRecorder } from './traffic/record.ts';
import { type TrafficOptions, type TrafficReport, trafficReport } from './traffic/report.ts';
import { createHttpServer } from './wire/http-server.ts';
import { type CallRecord, Journal } from './wire/journal.ts';
import { type Answer, serveCall } from './wire/serve-call.ts';
import type { SignedRequest } from './wire/signature.ts';
import { VirtualClock } from './world/clock.ts';
import { copyOf } from './world/copy.ts';
import { type ProfileName, profiles } from './world/profile.ts';
import { completeState, type WorldState } from './world/state.ts';
import { World } from './world/world.ts';

export interface SandboxOptions {
  /** Default 0: any free port. */
  port?: number;
  host?: string;
  /** One of the named ones, or a world of your own; default: the demo. */
  scenario?: Scenario | string;
  /** The same seed and call order give the same ids, zones and failures. */
  seed?: number;
  /** Virtual seconds per real second. */
  speed?: number;
  /** Source of real time in milliseconds; default the machine's clock. */
  clock?: () => number;
  /** How long things take: `fast` (default) or `real`. */
  profile?: ProfileName;
  /** File the state is kept in; loaded at the start when it exists. */
  data?: string;
}

export interface SandboxClock {
  now(): number;
  /** Steps virtual time forward by `ms` and plays what is due on the way. */
  advance(ms: number): void;
  freeze(): void;
  speed(factor: number): void;
  set(time: number): void;
  describe(): { now: string; speed: number; frozen: boolean };
}

export interface Sandbox {
  url: string;
  /** Saves, closes every connection and the listener. */
  stop(): Promise<void>;
  state(): WorldState;
  /** The journal, oldest first; `since` is a sequence number. */
  calls(since?: number): CallRecord[];
  faults: { add(rule: FaultRule): string; clear(id?: string): void; list(): object[] };
  clock: SandboxClock;
  /** Makes a change as another actor would. */
  do(change: ExternalChange): object;
  /** Begins anew, without the faults that were in force, but with those of the scenario. */
  reset(options?: { scenario?: Scenario | string; seed?: number }): void;
  /** What became of requests sent at an even rate over an interval: who answered how many, and which met nobody. */
  traffic(options?: TrafficOptions): TrafficReport;
  leaks(): Leak[];
  page(): string;
  snapshot(): WorldState;
  /** Puts a snapshot back, its time included. */
  restore(state: WorldState): void;
  /** Answers a request of a client in this process as if it had come over a socket. */
  answer(request: SignedRequest): Promise<Answer>;
}

function scenarioOf(wish: Scenario | string | undefined): Scenario {
  if (typeof wish !== 'string') return wish ?? demoScenario;
  const found = namedScenario(wish);
  if (found === undefined) throw new Error(`There is no scenario '${wish}'. There are: ${scenarioNames.join(', ')}`);
  return found;
}

const saveAfterMs = 500;
const longestSleepMs = 60_000;

/** Starts a local AWS endpoint; give `url` to SDK clients as `endpoint`. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const realNow = options.clock ?? systemNow;
  const seed = options.seed ?? 1;
  const clock = new VirtualClock(realNow, options.speed ?? 1);
  const saved = options.data === undefined ? null : readSnapshot(options.data);
  if (saved !== null) clock.set(saved.now);
  const faults = new FaultBook(seed, () => clock.now());
  const arm = (scenario: Scenario): void => {
    for (const rule of scenario.faults ?? []) faults.add(rule);
  };
  const first = scenarioOf(options.scenario);
  arm(first);
  const world = new World({
    state: saved ?? loadScenario(first, seed, clock.now()),
    clock,
    profile: profiles[options.profile ?? 'fast'],
    faults,
    machines: services.flatMap((service) => service.machine ?? []),
    observe: trafficRecorder(),
  });
  const journal = new Journal();
  world.history.keep(faults.wantsHistory);
  world.settle();

  const keeper = keepSaved(world, options.data);
  const ticker = keepTicking(world, keeper.check);
  world.onWait = () => ticker.wake();
  const external = (change: unknown) => doExternal(world, services, change);
  const after = <T>(result: T): T => {
    ticker.wake();
    keeper.check();
    return result;
  };
  const settle = (): void => {
    world.settle();
    after(undefined);
  };

  const answer = async (request: SignedRequest) =>
    after(await serveCall({ world, journal, services, external }, request));
  const server = createHttpServer({
    aws: answer,
    control: (method, path, query, body) => after(serveControl(sandbox, method, path, query, body)),
  });

  const sandbox: Sandbox = {
    url: '',
    stop: async () => {
      ticker.stop();
      keeper.stop();
      await close(server);
    },
    state: () => {
      world.settle();
      return world.state;
    },
    calls: (since) => journal.list(since),
    faults: {
      add: (rule) => {
        world.settle();
        const id = faults.add(rule);
        world.history.keep(faults.wantsHistory);
        world.touch();
        settle();
        return id;
      },
      clear: (id) => {
        world.settle();
        faults.clear(id);
        world.history.keep(faults.wantsHistory);
        world.touch();
        settle();
      },
      list: () => faults.list(),
    },
    clock: {
      now: () => clock.now(),
      advance: (ms) => {
        clock.advance(ms);
        settle();
      },
      freeze: () => {
        clock.freeze();
        settle();
      },
      speed: (factor) => {
        world.settle();
        clock.speed(factor);
        settle();
      },
      set: (time) => {
        clock.set(time);
        settle();
      },
      describe: () => clock.describe(),
    },
    do: (change) => after(external(change)),
    reset: ({ scenario, seed: newSeed } = {}) => {
      faults.beginAnew(newSeed ?? seed);
      journal.clear();
      const wanted = scenario === undefined ? first : scenarioOf(scenario);
      arm(wanted);
      world.history.keep(faults.wantsHistory);
      world.replaceState(loadScenario(wanted, newSeed ?? seed, clock.now()));
      settle();
    },
    traffic: (wish) => trafficReport(world, wish),
    leaks: () => findLeaks(world),
    page: () => statePage(world, journal.list()),
    snapshot: () => {
      world.settle();
      return copyOf(world.state);
    },
    restore: (state) => {
      clock.putBack(state.now);
      world.replaceState(completeState(copyOf(state)));
      settle();
    },
    answer,
  };

  await listen(server, options.port ?? 0, options.host ?? '127.0.0.1');
  const { port } = server.address() as AddressInfo;
  sandbox.url = `http://${options.host ?? '127.0.0.1'}:${port}`;
  world.address = sandbox.url;
  ticker.wake();
  return sandbox;
}

/** Lets time pass also when nobody asks: one timer, only while something is under way. */
function keepTicking(world: World, afterTick: () => void): { wake(): void; stop(): void } {
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  const wake = (): void => {
    clearTimeout(timer);
    const due = world.nextDue;
    const wait = stopped || due === Number.POSITIVE_INFINITY ? null : world.clock.realMsUntil(due);
    if (wait === null) return;
    timer = setTimeout(tick, Math.min(longestSleepMs, Math.max(20, wait)));
    timer.unref();
  };
  const tick = (): void => {
    world.settle();
    afterTick();
    wake();
  };
  return {
    wake,
    stop: () => {
      stopped = true;
      clearTimeout(timer);
    },
  };
}

/** Saves the state a moment after it changed, and at the end. */
function keepSaved(world: World, path: string | undefined): { check(): void; stop(): void } {
  let saved = -1;
  let timer: NodeJS.Timeout | undefined;
  const save = (): void => {
    timer = undefined;
    if (path === undefined || saved === world.revision) return;
    world.settle();
    saved = world.revision;
    writeSnapshot(path, world.state);
  };
  return {
    check: () => {
      if (path === undefined || timer !== undefined || saved === world.revision) return;
      timer = setTimeout(save, saveAfterMs);
      timer.unref();
    },
    stop: () => {
      clearTimeout(timer);
      save();
    },
  };
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
