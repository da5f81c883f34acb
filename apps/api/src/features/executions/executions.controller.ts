import type { Execution } from '@gennaker/pipeline-dsl';
import { contract } from '@gennaker/pipeline-dsl/contract';
import { Controller, Inject } from '@nestjs/common';
import type { Engine } from '../../engine/index.ts';
import type { ExecutionQueries, PipelineConfigs } from '../../persistence/index.ts';
import { notFound, ProblemError } from '../http/problem.ts';
import { badRequest, Call, type CallOf, Route } from '../http/route.ts';
import { ENGINE, PIPELINES, QUERIES } from '../ports.ts';
import { actedOn } from './acted-on.ts';
import { planPipeline, startPipeline } from './start-pipeline.ts';
import { statusesOf } from './statuses.ts';

/** Executions: starting, reading, steering. */
@Controller()
export class ExecutionsController {
  private readonly engine: Engine;
  private readonly queries: ExecutionQueries;
  private readonly pipelines: PipelineConfigs;

  constructor(
    @Inject(ENGINE) engine: Engine,
    @Inject(QUERIES) queries: ExecutionQueries,
    @Inject(PIPELINES) pipelines: PipelineConfigs,
  ) {
    this.engine = engine;
    this.queries = queries;
    this.pipelines = pipelines;
  }

  @Route(contract.startPipeline)
  async start(@Call() { params, body, principal, idempotencyKey }: CallOf<typeof contract.startPipeline>) {
    const pipeline = await this.pipelines.find(params.application, params.nameOrId);
    if (!pipeline) throw notFound('pipeline', params.nameOrId);
    const request = { pipeline, body, user: principal.user, idempotencyKey };
    if (body['plan'] === true) return planPipeline(this.engine, request);
    return { ref: `/pipelines/${await startPipeline(this.engine, request)}` };
  }

  @Route(contract.getExecution)
  async get(@Call() { params }: CallOf<typeof contract.getExecution>) {
    return this.need(params.id);
  }

  @Route(contract.deleteExecution)
  async remove(@Call() { params }: CallOf<typeof contract.deleteExecution>) {
    if (await this.queries.remove(params.id)) return;
    const { status } = await this.need(params.id);
    throw new ProblemError(
      409,
      'executions.not-ended',
      `Execution ${params.id} is ${status}; cancel it, then it can be deleted.`,
    );
  }

  @Route(contract.cancelExecution)
  async cancel(@Call() { params, query, principal }: CallOf<typeof contract.cancelExecution>) {
    await this.engine.cancel(params.id, principal.user, query.reason ?? null);
    await actedOn(this.queries, params.id);
  }

  @Route(contract.cancelExecutionOfApplication)
  async cancelOfApplication(
    @Call() { params, query, principal }: CallOf<typeof contract.cancelExecutionOfApplication>,
  ) {
    await this.engine.cancel(params.id, principal.user, query.reason ?? null);
    await actedOn(this.queries, params.id);
  }

  @Route(contract.pauseExecution)
  async pause(@Call() { params, principal }: CallOf<typeof contract.pauseExecution>) {
    await this.engine.pause(params.id, principal.user);
    await actedOn(this.queries, params.id);
  }

  @Route(contract.resumeExecution)
  async resume(@Call() { params, principal }: CallOf<typeof contract.resumeExecution>) {
    await this.engine.resume(params.id, principal.user);
    await actedOn(this.queries, params.id);
  }

  @Route(contract.patchStage)
  async patchStage(@Call() { params, body, principal }: CallOf<typeof contract.patchStage>) {
    await this.engine.patchStage(params.id, params.stageId, body, principal);
    return this.afterwards(params.id);
  }

  @Route(contract.restartStage)
  async restart(@Call() { params, principal }: CallOf<typeof contract.restartStage>) {
    await this.engine.restartStage(params.id, params.stageId, principal.user);
    return this.afterwards(params.id);
  }

  @Route(contract.ignoreStage)
  async ignore(@Call() { params, body, principal }: CallOf<typeof contract.ignoreStage>) {
    await this.engine.ignoreStage(params.id, params.stageId, principal.user, body.reason);
    return this.afterwards(params.id);
  }

  @Route(contract.listExecutions)
  async list(@Call() { query }: CallOf<typeof contract.listExecutions>) {
    const options = { expand: query.expand, statuses: statusesOf(query.statuses) };
    const { executionIds, pipelineConfigIds } = query;
    if ((executionIds === undefined) === (pipelineConfigIds === undefined))
      throw badRequest([{ pointer: '/query', message: 'give either executionIds or pipelineConfigIds' }]);
    if (executionIds) return this.queries.byIds(executionIds.slice(0, 500), options);
    return this.queries.byPipelines(pipelineConfigIds ?? [], query.limit, options);
  }

  @Route(contract.executionEvents)
  async events(@Call() { params, query }: CallOf<typeof contract.executionEvents>) {
    const events = await this.queries.eventsAfter(params.id, query.after, query.limit);
    if (events.length === 0 && !(await this.queries.head(params.id))) throw notFound('execution', params.id);
    return events;
  }

  @Route(contract.executionEffects)
  async ledger(@Call() { params }: CallOf<typeof contract.executionEffects>) {
    const rows = await this.queries.ledger(params.id);
    if (rows.length === 0 && !(await this.queries.head(params.id))) throw notFound('execution', params.id);
    return rows;
  }

  private async need(id: string): Promise<Execution> {
    const execution = await this.engine.read(id);
    if (!execution) throw notFound('execution', id);
    return execution;
  }

  private async afterwards(id: string): Promise<Execution> {
    await actedOn(this.queries, id);
    return this.need(id);
  }
}
