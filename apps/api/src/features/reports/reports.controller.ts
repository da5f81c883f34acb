import type { ServerGroup, ServerGroups } from '@gennaker/catalog/kit';
import { isComplete } from '@gennaker/pipeline-dsl';
import { contract } from '@gennaker/pipeline-dsl/contract';
import { Controller, Inject } from '@nestjs/common';
import type { Engine, StageRegistry } from '../../engine/index.ts';
import type { ExecutionQueries, LedgerRow } from '../../persistence/index.ts';
import { notFound, ProblemError } from '../http/problem.ts';
import { Call, type CallOf, Route } from '../http/route.ts';
import { ENGINE, QUERIES, REGISTRY, SERVER_GROUPS } from '../ports.ts';
import { startTask } from '../tasks/start-task.ts';
import { type Look, reportOf, settledBy } from './report.ts';

const keyOf = ({ account, region, name }: { account: string; region: string; name: string }): string =>
  [account, region, name].join(' ');

/** What executions left in the cloud, and the rest of their work. */
@Controller()
export class ReportsController {
  private readonly engine: Engine;
  private readonly registry: StageRegistry;
  private readonly queries: ExecutionQueries;
  private readonly serverGroups: ServerGroups;

  constructor(
    @Inject(ENGINE) engine: Engine,
    @Inject(REGISTRY) registry: StageRegistry,
    @Inject(QUERIES) queries: ExecutionQueries,
    @Inject(SERVER_GROUPS) serverGroups: ServerGroups,
  ) {
    this.engine = engine;
    this.registry = registry;
    this.queries = queries;
    this.serverGroups = serverGroups;
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
      job: [{ type: 'cleanUp', name: 'Clean up', executionId: execution.id, leftovers: report.cleanUp }],
      user: principal.user,
      idempotencyKey,
    });
    return { ref: `/tasks/${id}`, id };
  }

  private async reportOn(id: string) {
    const execution = await this.engine.read(id);
    if (!execution) throw notFound('execution', id);
    const rows = await this.queries.ledger(id);
    const look = await this.lookAt(rows);
    if (isComplete(execution.status)) await this.queries.settleLedger(id, settledBy(rows, look));
    return { execution, report: reportOf(execution, await this.queries.ledger(id), look) };
  }

  /** Reads each server group once; one that cannot be read is not known. */
  private async lookAt(rows: readonly LedgerRow[]): Promise<Look> {
    const refs = new Map(rows.filter(({ kind }) => kind === 'serverGroup').map((row) => [keyOf(row), row]));
    const seen = new Map<string, ServerGroup | null>();
    await Promise.all(
      [...refs].map(async ([key, { account, region, name }]) => {
        const group = await this.serverGroups.read({ account, region, name }).catch(() => undefined);
        if (group !== undefined) seen.set(key, group);
      }),
    );
    return (row) => seen.get(keyOf(row));
  }
}
