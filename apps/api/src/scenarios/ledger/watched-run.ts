import type { CallRecord, Sandbox } from '@gennaker/aws-sandbox';
import type { JsonObject } from '@gennaker/pipeline-dsl';
import { MatrixWorld, type WorldPlan } from '../matrix/world.ts';
import { STORE } from '../shop.ts';

export type Row = MatrixWorld['store']['ledger'][number];

/** What ids and addresses in calls stand for, whenever it was seen. */
export interface Names {
  /** Server group by instance. */
  readonly groupOf: ReadonlyMap<string, string>;
  /** Name by id or address of images, launch templates, security groups, target groups and load balancers. */
  readonly nameOf: ReadonlyMap<string, string>;
  /** "load balancer:port" by the address of a listener or a rule. */
  readonly listenerOf: ReadonlyMap<string, string>;
}

/** A change that AWS made for us, and the ledger as it was before that. */
export interface WatchedCall {
  readonly call: CallRecord;
  readonly rows: readonly Row[];
}

export interface WatchedRun {
  readonly calls: readonly WatchedCall[];
  readonly names: Names;
  /** Types of the stages that ran. */
  readonly types: ReadonlySet<string>;
  /** Kinds of things that stand in the ledger. */
  readonly kinds: ReadonlySet<string>;
  readonly problems: readonly string[];
}

type State = ReturnType<Sandbox['state']>;

class NameBook implements Names {
  readonly groupOf = new Map<string, string>();
  readonly nameOf = new Map<string, string>();
  readonly listenerOf = new Map<string, string>();

  look(state: State): void {
    const store = state.regions[STORE];
    if (!store) return;
    for (const { id, tags } of Object.values(store.instances)) {
      const group = tags['aws:autoscaling:groupName'];
      if (group) this.groupOf.set(id, group);
    }
    for (const kind of ['images', 'launchTemplates', 'securityGroups'] as const)
      for (const { id, name } of Object.values(store[kind])) this.nameOf.set(id, name);
    for (const kind of ['targetGroups', 'loadBalancers'] as const)
      for (const { arn, name } of Object.values(store[kind])) this.nameOf.set(arn, name);
    for (const { arn, loadBalancerArn, port } of Object.values(store.listeners))
      this.listenerOf.set(arn, `${this.nameOf.get(loadBalancerArn)}:${port}`);
    for (const { arn, listenerArn } of Object.values(store.rules))
      this.listenerOf.set(arn, this.listenerOf.get(listenerArn) ?? '');
  }
}

/** Runs a pipeline and keeps, for every change that AWS made, the rows of the ledger that were stored before it. */
export async function watchRun(
  sandbox: Sandbox,
  plan: WorldPlan,
  pipelineIn: (state: State) => JsonObject,
): Promise<WatchedRun> {
  const names = new NameBook();
  const looks: Array<{ readonly sequence: number; readonly rows: readonly Row[] }> = [];
  const last = (): number => sandbox.calls().at(-1)?.sequence ?? 0;
  const world = MatrixWorld.begin(sandbox, plan, {
    watch: ({ store }, step) => {
      if (step.of === 'cloud') {
        looks.push({ sequence: last(), rows: [...store.ledger] });
        names.look(sandbox.state());
      }
      return 'go on';
    },
  });
  names.look(sandbox.state());
  const from = last();
  const id = await world.start(pipelineIn(sandbox.state()));
  await world.settle();
  world.stop();
  const { status } = await world.read(id);
  const executions = [...world.store.executions.values()];
  return {
    calls: sandbox
      .calls(from)
      .filter(({ mutating, applied }) => mutating && applied)
      .map((call) => ({ call, rows: looks.findLast(({ sequence }) => sequence < call.sequence)?.rows ?? [] })),
    names,
    types: new Set(executions.flatMap(({ stages }) => [...stages.values()].map(({ type }) => type))),
    kinds: new Set(world.store.ledger.map(({ kind }) => kind)),
    problems: status === 'SUCCEEDED' ? [] : [`it is ${status}: ${(await world.failures(id)).join(' / ')}`],
  };
}
