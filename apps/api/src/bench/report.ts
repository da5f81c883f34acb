import type { RedBlackTime } from '../scenarios/matrix/red-black-time.ts';
import type { Latencies, Parked } from './engine-scenarios.ts';
import type { ExpressionSpeed } from './expressions.ts';
import type { Floor } from './floor.ts';
import type { Intake } from './intake.ts';
import type { PlanSpeed } from './plan.ts';
import type { Memory } from './product.ts';
import type { RawQueue } from './raw-queue.ts';
import type { Recovery } from './recovery.ts';
import { SPINNAKER_WAITS } from './red-black.ts';
import type { ValidationSpeed } from './validation.ts';

export interface Results {
  readonly machine: { cpu: string; cores: number; memoryGb: number; node: string };
  readonly versions: { gennaker: string; postgres: string; bullmq: string; pg: string };
  readonly engine: {
    readonly floor: Floor;
    readonly raw: RawQueue;
    readonly chainStagesPerSecond: number;
    readonly latencies: Latencies;
    readonly fanStagesPerSecond: number;
    readonly parked: Parked;
  };
  readonly intake: Intake;
  readonly recovery: Recovery;
  readonly expressions: ExpressionSpeed;
  readonly validation: ValidationSpeed;
  readonly plan: PlanSpeed;
  readonly redBlack: RedBlackTime;
  readonly idle: Memory;
}

const n = (value: number, digits = 0): string =>
  value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
const mark = (holds: boolean): string => (holds ? 'reached' : '**missed**');

/** The report as markdown: what was measured, beside its peers, and the bar it has to clear. */
export function report({
  machine,
  versions,
  engine,
  intake,
  recovery,
  expressions,
  validation,
  plan,
  redBlack,
  idle,
}: Results): string {
  const { floor, raw, latencies, parked } = engine;
  const ofFloor = engine.chainStagesPerSecond / floor.stagesPerSecond;
  const gap = latencies.stageToStageMs / floor.stageToStageMs;
  const first = latencies.submitToFirstStageMs / raw.addToActiveMs;
  const share = intake.productPerSecond / intake.barePerSecond;
  const afterHealth = (redBlack.endMs - redBlack.healthyMs - redBlack.soakMs) / 1_000;
  const { lookAtInstances, disableCluster, lookAtDisabled } = SPINNAKER_WAITS;
  const waits = lookAtInstances + disableCluster + lookAtDisabled;
  const rows: string[][] = [
    [
      'Stages per second, 500 chains of 10 no-op stages at once',
      n(engine.chainStagesPerSecond),
      `floor ${n(floor.stagesPerSecond)}, raw BullMQ ${n(raw.stagesPerSecond)}`,
      `${n(ofFloor, 2)} of the floor`,
      `at least 0.4: ${mark(ofFloor >= 0.4)}`,
    ],
    [
      'Stage to stage, one chain at a time, median (p99), ms',
      `${n(latencies.stageToStageMs, 2)} (${n(latencies.stageToStageP99Ms, 1)})`,
      `floor ${n(floor.stageToStageMs, 2)}, raw BullMQ ${n(raw.stageToStageMs, 2)}`,
      `${n(gap, 2)} times the floor`,
      `at most 3: ${mark(gap <= 3)}`,
    ],
    [
      'Submit to first stage, median (p99), ms',
      `${n(latencies.submitToFirstStageMs, 2)} (${n(latencies.submitToFirstStageP99Ms, 1)})`,
      `raw BullMQ add to active ${n(raw.addToActiveMs, 2)}`,
      `${n(first, 2)} times raw BullMQ`,
      `under 3: ${mark(first < 3)}`,
    ],
    [
      'Stages per second, 100 fans of 20 with a join',
      n(engine.fanStagesPerSecond),
      '',
      `${n(engine.fanStagesPerSecond / floor.stagesPerSecond, 2)} of the floor`,
      '',
    ],
    [
      '5,000 executions parked on a judgment: memory of the worker, MB',
      n(parked.memoryMb, 1),
      '',
      '',
      `under 30: ${mark(parked.memoryMb < 30)}`,
    ],
    [
      '… processor time of the worker, % of one core',
      n(parked.cpuPercent, 2),
      '',
      '',
      `none (under 1): ${mark(parked.cpuPercent < 1)}`,
    ],
    ['… all judged, executions ended per second', n(parked.judgedPerSecond), '', '', ''],
    [
      'Webhooks taken in per second (stored, matched, an execution started)',
      n(intake.productPerSecond),
      `bare server with one INSERT ${n(intake.barePerSecond)}`,
      `${n(share, 2)} of the bare server`,
      `at least 0.5: ${mark(share >= 0.5)}`,
    ],
    [
      'After SIGKILL of the only worker: first event, s after the next one is up (after its start)',
      `${n(recovery.fromUpSeconds, 1)} (${n(recovery.fromStartSeconds, 1)})`,
      '',
      '',
      `within 5: ${mark(recovery.fromUpSeconds <= 5)}`,
    ],
    [
      'Expressions per second on one core, parsed before',
      n(expressions.perSecond),
      '',
      '',
      `at least 200,000: ${mark(expressions.perSecond >= 200_000)}`,
    ],
    [
      'Stages per second whose fields (six expressions) are evaluated, its view of the execution included',
      n(expressions.treesPerSecond),
      `the same fields written as JSON and read again ${n(expressions.clonesPerSecond)}`,
      `${n(expressions.treesPerSecond / expressions.clonesPerSecond, 2)} of the JSON copy`,
      '',
    ],
    ['… the slowest of expressions made to be slow, ms', n(expressions.slowestMs, 1), '', '', ''],
    [
      'Checks of a pipeline of 50 stages per second, all rules and expressions',
      n(validation.perSecond),
      `its schemas alone ${n(validation.schemasPerSecond)}`,
      `${n(validation.perSecond / validation.schemasPerSecond, 2)} of the schemas`,
      '',
    ],
    [
      'Graph of 500 stages checked and put in order, median, ms',
      n(validation.orderMs, 2),
      '',
      '',
      `under 100: ${mark(validation.orderMs < 100)}`,
    ],
    [
      `Plan of a pipeline of ${n(plan.stages)} stages (${n(plan.planned)} more planned by them, ${n(plan.changes)} changes to the cloud), median, ms`,
      n(plan.wholeMs, 1),
      `the engine's play alone ${n(plan.playedMs, 1)}`,
      '',
      `under 100: ${mark(plan.wholeMs < 100)}`,
    ],
    [
      'Red/black of 3 instances that boot in 20 s, on the clock of the local AWS endpoint: s from the last instance being healthy to the end, without the soak',
      n(afterHealth, 1),
      `fixed waits of Spinnaker ${waits} (${lookAtInstances} between looks at the instances, at least ${disableCluster} to disable the cluster, ${lookAtDisabled} between looks at the disabled group)`,
      `${n(afterHealth / waits, 2)} of the waits`,
      `within 15: ${mark(afterHealth <= 15)}`,
    ],
    ['… its calls to AWS, all told', n(redBlack.calls), '', '', ''],
    [
      'Whole product idle, MB resident, shared pages counted for each process (once)',
      `${n(idle.residentMb)} (${n(idle.proportionalMb)})`,
      `${idle.processes} processes`,
      '',
      `under 700: ${mark(idle.residentMb < 700)}`,
    ],
  ];
  return `# Benchmarks

Written by \`npm run bench\`. Figures are of one run on one machine; read the ratios, which compare peers in the same run.

- Machine: ${machine.cpu}, ${machine.cores} cores, ${n(machine.memoryGb)} GB; Node ${machine.node.slice(1)}
- Gennaker ${versions.gennaker}, embedded PostgreSQL ${versions.postgres} with durable settings, BullMQ ${versions.bullmq} on that Postgres, pg ${versions.pg}
- *Floor*: a bare loop over \`pg\` that commits, for each stage, one transaction with one UPDATE and one INSERT; as many chains at once as the worker has lanes. *Raw BullMQ*: each job adds the next. Floor, chains and single chains alternate three times; the round with the median ratio counts. The memory of parked executions is what remains in use after 5,000 others were parked and judged before.
- In Gennaker each stage boundary is a commit: the end of one stage and the start of the next with their tasks and events, guarded by expected status and a fencing number. Commits of several executions that come together share one statement.

| What | Gennaker | Peers | Ratio | Bar |
| --- | ---: | --- | --- | --- |
${rows.map((row) => `| ${row.join(' | ')} |`).join('\n')}
`;
}
