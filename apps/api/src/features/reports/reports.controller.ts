import { examine, type LookPorts, thingKey } from '@gennaker/catalog/executors';
import { isComplete } from '@gennaker/pipeline-dsl';
import { contract } from '@gennaker/pipeline-dsl/contract';
import { Controller, Inject } from '@nestjs/common';
import type { Engine, StageRegistry } from '../../engine/index.ts';
import type { ExecutionQueries } from '../../persistence/index.ts';
import { notFound, ProblemError } from '../http/problem.ts';
import { Call, type CallOf, Route } from '../http/route.ts';
import { ENGINE, INVENTORY_PORTS, QUERIES, REGISTRY } from '../ports.ts';
import { startTask } from '../tasks/start-task.ts';
import { reportOf, settledBy } from './report.ts';

/** Things that one clean-up finishes; what is left after that is the next one's. */
const MOST_AT_ONCE = 200;

/** What executions left in the cloud, and the rest of their work. */
@Controller()
export class ReportsController {
  private readonly engine: Engine;
  private readonly registry: StageRegistry;
  private readonly queries: ExecutionQueries;
  private readonly ports: LookPorts;

  constructor(
    @Inject(ENGINE) engine: Engine,
    @Inject(REGISTRY) registry: StageRegistry,
    @Inject(QUERIES) queries: ExecutionQueries,
    @Inject(INVENTORY_PORTS) ports: LookPorts,
  ) {
    this.engine = engine;
    this.registry = registry;
    this.queries = queries;
    this.ports = ports;
  }

  @Route(contract.executionReport)
  async report(@Call() { params }: CallOf<typeof contract.executionReport>) {
    return (await this.reportOn(params.id)).report;
  }

  @Route(contract.cleanUpExecution)
  async cleanUp(@Call() { params, principal, idempotencyKey }: CallOf<typeof contract.cleanUpExecution>) {
    const { execution, report } = await this.reportOn(params.id);
    if (!report.ended)
      throw new ProblemError(
        409,
        'executions.not-ended',
        `Execution ${execution.id} is ${execution.status}: it still cleans up by itself. Cancel it first.`,
      );
    const id = await startTask(this.engine, this.registry, {
      application: execution.application,
      description: `Clean up after ${execution.name}`,
      job: [
        {
          type: 'cleanUp',
          name: 'Clean up',
          executionId: execution.id,
          leftovers: report.cleanUp.slice(0, MOST_AT_ONCE),
        },
      ],
      user: principal.user,
      idempotencyKey,
    });
    return { ref: `/tasks/${id}`, id };
  }

  private async reportOn(id: string) {
    const execution = await this.engine.read(id);
    if (!execution) throw notFound('execution', id);
    const rows = await this.queries.ledger(id);
    const later = await this.queries.changedSince(id);
    const others = new Map(later.map((thing) => [thingKey(thing), thing.executionId] as const));
    const sights = await examine(this.ports, execution, rows, others);
    if (isComplete(execution.status)) await this.queries.settleLedger(id, settledBy(rows, sights));
    return { execution, report: reportOf(execution, await this.queries.ledger(id), sights) };
  }
}
