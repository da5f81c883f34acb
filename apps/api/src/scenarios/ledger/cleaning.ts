import type { FaultRule, Sandbox } from '@gennaker/aws-sandbox';
import { examine, type LedgerFacts, type Leftover, type Sight } from '@gennaker/catalog/executors';
import type { Execution, JsonObject, Status } from '@gennaker/pipeline-dsl';
import { MatrixWorld, type WorldPlan } from '../matrix/world.ts';
import { STORE } from '../shop.ts';

type State = ReturnType<Sandbox['state']>;

/** What changes by itself, or when a thing is made anew as it was. */
const VOLATILE =
  /^(arn|listenerArn|loadBalancerArn|id|createdAt|activeAt|availableAt|targets|tags|snapshotId|seenAt|\w*At)$/;

const plain = (value: unknown): string =>
  JSON.stringify(value, (key, inner: unknown) => (VOLATILE.test(key) && key !== 'startAt' ? undefined : inner));

/** Settings of everything that is no server group, by kind and name: two of them are equal when nothing has changed. */
export function settingsOf(state: State): Readonly<Record<string, string>> {
  const store = state.regions[STORE]!;
  const balancers = Object.values(store.loadBalancers).map((each) => [`loadBalancer ${each.name}`, plain(each)]);
  const nameOf = (arn: string): string => store.loadBalancers[arn]?.name ?? '';
  const portOf = (arn: string): string => {
    const listener = store.listeners[arn];
    return listener ? `${nameOf(listener.loadBalancerArn)}:${listener.port}` : '';
  };
  const listeners = Object.values(store.listeners).map((each) => [`listener ${portOf(each.arn)}`, plain(each)]);
  const rules = Object.values(store.rules).map((each) => [
    `rule ${portOf(each.listenerArn)} ${each.priority}`,
    plain(each),
  ]);
  const targets = Object.values(store.targetGroups).map((each) => [`targetGroup ${each.name}`, plain(each)]);
  const groups = Object.values(store.securityGroups).map((each) => [
    `securityGroup ${each.name}`,
    each.ingress
      .map((rule) => plain(rule))
      .sort()
      .join(),
  ]);
  const images = Object.values(store.images).map((each) => [`image ${each.name}`, JSON.stringify(each.tags)]);
  const stacks = Object.values(store.stacks)
    .filter(({ status }) => status !== 'DELETE_COMPLETE')
    .map(({ name, status }) => [`stack ${name}`, status]);
  return Object.fromEntries([balancers, listeners, rules, targets, groups, images, stacks].flat());
}

/** The execution as if it had been canceled after all that it did. */
export const asCanceled = (execution: Execution): Execution => ({
  ...execution,
  status: 'CANCELED',
  stages: execution.stages.map((stage) => ({ ...stage, status: 'CANCELED' as Status })),
});

/** A pipeline of these stages, one after another. */
export const pipelineOf = (stages: readonly JsonObject[]): JsonObject => ({
  application: 'shop',
  name: 'Changes',
  stages: stages.map((stage, at) => ({
    name: `${at + 1} ${String(stage['type'])}`,
    refId: String(at + 1),
    requisiteStageRefIds: at === 0 ? [] : [String(at)],
    ...stage,
  })),
});

/** A world in which executions end, are looked at, and are cleaned up after. */
export class CleaningWorld {
  readonly world: MatrixWorld;

  constructor(sandbox: Sandbox, plan: WorldPlan) {
    this.world = MatrixWorld.begin(sandbox, plan);
  }

  get cloud() {
    return this.world.worker.cloud;
  }

  stop(): void {
    this.world.stop();
  }

  /** Runs stages to their end, with something wrong if a rule is given. */
  async play(stages: readonly JsonObject[], fault?: FaultRule): Promise<Execution> {
    if (fault) this.world.sandbox.faults.add(fault);
    const id = await this.world.start(pipelineOf(stages));
    await this.world.settle();
    this.world.sandbox.faults.clear();
    return this.world.read(id);
  }

  rowsOf({ id }: Execution): readonly LedgerFacts[] {
    return this.world.store.ledger
      .filter(({ executionId }) => executionId === id)
      .map((row) => ({ before: null, ...row }));
  }

  look(execution: Execution, rows = this.rowsOf(execution)): Promise<ReadonlyMap<string, Sight>> {
    return examine(this.cloud, execution, rows);
  }

  async leftovers(execution: Execution, rows = this.rowsOf(execution)): Promise<readonly Leftover[]> {
    return [...(await this.look(execution, rows)).values()].flatMap(({ leftovers }) => leftovers);
  }

  /** Cleans up as an execution of its own; answers how it and its stages ended, and what it left. */
  async cleanUp(executionId: string, leftovers: readonly Leftover[]) {
    const { id } = await this.play([{ type: 'cleanUp', executionId, leftovers: leftovers.map((one) => ({ ...one })) }]);
    const { status, stages } = await this.world.read(id);
    const failures = await this.world.failures(id);
    const left = stages.find(({ type }) => type === 'cleanUp')?.outputs['left'];
    return { status, left, failures, types: stages.map(({ type }) => type) };
  }
}
