import { median, percentile, seconds, until } from './measure.ts';
import type { World } from './world.ts';

const chainOf = (length: number, type = 'noop') =>
  Array.from({ length }, (_, i) => ({
    refId: String(i),
    type,
    name: `stage ${i}`,
    requisiteStageRefIds: i === 0 ? [] : [String(i - 1)],
  }));

const command = (stages: readonly object[]) => ({
  application: 'bench',
  name: 'bench',
  pipelineConfigId: null,
  pipelineVersion: null,
  trigger: { type: 'manual' },
  user: 'bench',
  config: { stages },
});

/** Counts ended executions from the commits. */
function counting(world: World): () => number {
  let ended = 0;
  world.listen((commit) => {
    if (commit.events.some((event) => event.type === 'execution.completed')) ended += 1;
  });
  return () => ended;
}

/** Stages per second of `count` chains submitted at once. */
export async function chainsAtOnce(world: World, count: number, length: number): Promise<number> {
  const ended = counting(world);
  const stages = chainOf(length);
  const spent = await seconds(async () => {
    await Promise.all(Array.from({ length: count }, () => world.engine.start(command(stages))));
    await until('the chains', () => ended() === count);
  });
  return (count * length) / spent;
}

export interface Latencies {
  readonly submitToFirstStageMs: number;
  readonly submitToFirstStageP99Ms: number;
  readonly stageToStageMs: number;
  readonly stageToStageP99Ms: number;
}

/** One chain at a time: from `start` called to the first stage's start durable, and from one stage's start to the next's. */
export async function oneAtATime(world: World, count: number, length: number): Promise<Latencies> {
  const firsts: number[] = [];
  const gaps: number[] = [];
  for (let i = 0; i < count; i += 1) {
    const started: number[] = [];
    let over = false;
    world.listen((commit) => {
      const now = performance.now();
      for (const event of commit.events) if (event.type === 'stage.started') started.push(now);
      over ||= commit.events.some((event) => event.type === 'execution.completed');
    });
    const submitted = performance.now();
    await world.engine.start(command(chainOf(length)));
    await until('a chain', () => over);
    firsts.push(started[0]! - submitted);
    for (let at = 1; at < started.length; at += 1) gaps.push(started[at]! - started[at - 1]!);
  }
  return {
    submitToFirstStageMs: median(firsts),
    submitToFirstStageP99Ms: percentile(firsts, 99),
    stageToStageMs: median(gaps),
    stageToStageP99Ms: percentile(gaps, 99),
  };
}

/** Stages per second of executions that fan out to 20 and join. */
export async function fans(world: World, count: number): Promise<number> {
  const ended = counting(world);
  const middle = Array.from({ length: 20 }, (_, i) => ({
    refId: `m${i}`,
    type: 'noop',
    name: `middle ${i}`,
    requisiteStageRefIds: ['first'],
  }));
  const stages = [
    { refId: 'first', type: 'noop', name: 'first', requisiteStageRefIds: [] },
    ...middle,
    { refId: 'join', type: 'noop', name: 'join', requisiteStageRefIds: middle.map((stage) => stage.refId) },
  ];
  const spent = await seconds(async () => {
    await Promise.all(Array.from({ length: count }, () => world.engine.start(command(stages))));
    await until('the fans', () => ended() === count);
  });
  return (count * stages.length) / spent;
}

export interface Parked {
  readonly memoryMb: number;
  readonly cpuPercent: number;
  readonly judgedPerSecond: number;
}

/** Executions that wait for a person: what they cost while they wait, and how fast all are judged. */
export async function parked(world: World, count: number): Promise<Parked> {
  const settle = async (): Promise<number> => {
    for (let i = 0; i < 20; i += 1) {
      globalThis.gc?.();
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    return process.memoryUsage().rss;
  };
  const before = await settle();
  let waiting = 0;
  let judged = 0;
  const stages: Array<[string, string]> = [];
  world.listen((commit) => {
    for (const event of commit.events) {
      if (event.type === 'stage.waiting') {
        waiting += 1;
        stages.push([commit.lease.executionId, event.stageId]);
      }
      if (event.type === 'execution.completed') judged += 1;
    }
  });
  for (let from = 0; from < count; from += 500) {
    await Promise.all(
      Array.from({ length: Math.min(500, count - from) }, () => world.engine.start(command(chainOf(1, 'judge')))),
    );
  }
  await until('the executions to park', () => waiting === count);
  const after = await settle();
  const cpu = process.cpuUsage();
  const idleStart = performance.now();
  await new Promise((resolve) => setTimeout(resolve, 5_000));
  const used = process.cpuUsage(cpu);
  const cpuPercent = ((used.user + used.system) / 1_000 / (performance.now() - idleStart)) * 100;
  const spent = await seconds(async () => {
    await Promise.all(
      stages.map(([id, stageId]) =>
        world.engine.patchStage(id, stageId, { judgmentStatus: 'continue' }, { user: 'bench', roles: [] }),
      ),
    );
    await until('all to be judged', () => judged === count);
  });
  return { memoryMb: (after - before) / 1e6, cpuPercent, judgedPerSecond: count / spent };
}
