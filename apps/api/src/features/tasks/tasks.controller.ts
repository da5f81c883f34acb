import type { Execution } from '@gennaker/pipeline-dsl';
import { contract } from '@gennaker/pipeline-dsl/contract';
import { Controller, Inject } from '@nestjs/common';
import type { Engine, StageRegistry } from '../../engine/index.ts';
import type { ExecutionQueries } from '../../persistence/index.ts';
import { actedOn } from '../executions/acted-on.ts';
import { statusesOf } from '../executions/statuses.ts';
import { notFound, ProblemError } from '../http/problem.ts';
import { Call, type CallOf, Route } from '../http/route.ts';
import { ENGINE, QUERIES, REGISTRY } from '../ports.ts';
import { startTask } from './start-task.ts';
import { toTask } from './task-shape.ts';

const MOST_CANCELED_AT_ONCE = 200;

/** Ad-hoc runs: a list of stages, one after another, without a stored pipeline. */
@Controller()
export class TasksController {
  private readonly engine: Engine;
  private readonly queries: ExecutionQueries;
  private readonly registry: StageRegistry;

  constructor(
    @Inject(ENGINE) engine: Engine,
    @Inject(QUERIES) queries: ExecutionQueries,
    @Inject(REGISTRY) registry: StageRegistry,
  ) {
    this.engine = engine;
    this.queries = queries;
    this.registry = registry;
  }

  @Route(contract.createTask)
  async create(@Call() { body, principal, idempotencyKey }: CallOf<typeof contract.createTask>) {
    const id = await startTask(this.engine, this.registry, { ...body, user: principal.user, idempotencyKey });
    return { ref: `/tasks/${id}` };
  }

  @Route(contract.createTaskInApplication)
  async createInApplication(
    @Call() { params, body, principal, idempotencyKey }: CallOf<typeof contract.createTaskInApplication>,
  ) {
    const { application } = params;
    const request = { ...body, application, user: principal.user, idempotencyKey };
    return { ref: `/tasks/${await startTask(this.engine, this.registry, request)}` };
  }

  @Route(contract.getTask)
  async get(@Call() { params }: CallOf<typeof contract.getTask>) {
    return toTask(await this.need(params.id));
  }

  @Route(contract.applicationTasks)
  async ofApplication(@Call() { params, query }: CallOf<typeof contract.applicationTasks>) {
    const found = await this.queries.search({
      application: params.application,
      type: 'ORCHESTRATION',
      statuses: statusesOf(query.statuses),
      startIndex: (query.page - 1) * query.limit,
      size: query.limit,
      expand: true,
    });
    return found.map(toTask);
  }

  @Route(contract.cancelTask)
  async cancel(@Call() { params, query, principal }: CallOf<typeof contract.cancelTask>): Promise<void> {
    await this.need(params.id);
    await this.engine.cancel(params.id, principal.user, query.reason ?? null);
    await actedOn(this.queries, params.id);
  }

  @Route(contract.cancelTasks)
  async cancelAll(@Call() { query, principal }: CallOf<typeof contract.cancelTasks>): Promise<void> {
    for (const id of (query.ids ?? []).slice(0, MOST_CANCELED_AT_ONCE)) {
      await this.need(id);
      await this.engine.cancel(id, principal.user, null);
    }
  }

  @Route(contract.deleteTask)
  async remove(@Call() { params }: CallOf<typeof contract.deleteTask>): Promise<void> {
    const { status } = await this.need(params.id);
    if (await this.queries.remove(params.id)) return;
    throw new ProblemError(
      409,
      'tasks.not-ended',
      `Task ${params.id} is ${status}; cancel it, then it can be deleted.`,
    );
  }

  private async need(id: string): Promise<Execution> {
    const execution = await this.engine.read(id);
    if (execution?.type !== 'ORCHESTRATION') throw notFound('task', id);
    return execution;
  }
}
