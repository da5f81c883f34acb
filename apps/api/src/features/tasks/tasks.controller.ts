import { type Execution, isJsonObject, type JsonObject } from '@gennaker/pipeline-dsl';
import { contract } from '@gennaker/pipeline-dsl/contract';
import { Body, Controller, Get, HttpCode, Inject, Param, Post, Put, Query, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { type Principal, principalOf } from '../../auth/index.ts';
import type { Engine, StageRegistry } from '../../engine/index.ts';
import type { ExecutionQueries } from '../../persistence/index.ts';
import { actedOn } from '../executions/acted-on.ts';
import { notFound } from '../http/problem.ts';
import { badRequest, Call, type CallOf, Route } from '../http/route.ts';
import { ENGINE, QUERIES, REGISTRY } from '../ports.ts';
import { toTask } from './task-shape.ts';

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
    return this.start(body.application, body, principal, idempotencyKey);
  }

  @Post('/applications/:application/tasks')
  @HttpCode(200)
  async createInApplication(
    @Param('application') application: string,
    @Body() body: unknown,
    @Req() request: FastifyRequest,
  ) {
    const parsed = contract.createTask.body?.safeParse({ ...(isJsonObject(body) ? body : {}), application });
    if (!parsed?.success)
      throw badRequest(
        (parsed?.error.issues ?? []).map(({ path, message }) => ({ pointer: `/${path.join('/')}`, message })),
      );
    return this.start(application, parsed.data, principalOf(request.headers), null);
  }

  @Route(contract.getTask)
  async get(@Call() { params }: CallOf<typeof contract.getTask>) {
    return toTask(await this.need(params.id));
  }

  @Get('/applications/:application/tasks')
  async ofApplication(
    @Param('application') application: string,
    @Query('limit') limit: unknown,
    @Query('page') page: unknown,
  ) {
    const size = numberIn(limit, 1, 200, 20);
    const startIndex = (numberIn(page, 1, 10_000, 1) - 1) * size;
    const found = await this.queries.search({ application, type: 'ORCHESTRATION', startIndex, size, expand: true });
    return found.map(toTask);
  }

  @Route(contract.cancelTask)
  async cancel(@Call() { params, query, principal }: CallOf<typeof contract.cancelTask>) {
    await this.need(params.id);
    await this.engine.cancel(params.id, principal.user, query.reason ?? null);
    await actedOn(this.queries, params.id);
  }

  @Put('/tasks/cancel')
  @HttpCode(200)
  async cancelAll(@Query('ids') ids: unknown, @Req() request: FastifyRequest) {
    const wanted = typeof ids === 'string' ? ids.split(',').filter(Boolean).slice(0, 200) : [];
    for (const id of wanted) {
      await this.need(id);
      await this.engine.cancel(id, principalOf(request.headers).user, null);
    }
  }

  private async start(
    application: string,
    body: { description?: string; job: readonly JsonObject[] },
    principal: Principal,
    key: string | null,
  ) {
    this.refuseUnknownTypes(body.job);
    const stages = body.job.map((job, at) => ({
      ...job,
      refId: String(at),
      requisiteStageRefIds: at === 0 ? [] : [String(at - 1)],
    }));
    const { id } = await this.engine.start({
      type: 'ORCHESTRATION',
      config: { application, name: body.description ?? '', stages },
      application,
      name: body.description ?? `${String(body.job[0]?.['type'])} in ${application}`,
      description: body.description ?? null,
      pipelineConfigId: null,
      pipelineVersion: null,
      trigger: { type: 'manual' },
      user: principal.user,
      ...(key === null ? {} : { correlationKey: `task.${key}` }),
    });
    return { ref: `/tasks/${id}` };
  }

  private refuseUnknownTypes(jobs: readonly JsonObject[]): void {
    const unknown = jobs.flatMap((job, at) => {
      const type = String(job['type']);
      const alias = typeof job['alias'] === 'string' ? job['alias'] : undefined;
      if (this.registry.executor(type, alias)) return [];
      return [
        { pointer: `/job/${at}/type`, message: `"${type.slice(0, 100)}" is no kind of job that this server knows` },
      ];
    });
    if (unknown.length > 0) throw badRequest(unknown);
  }

  private async need(id: string): Promise<Execution> {
    const execution = await this.engine.read(id);
    if (execution?.type !== 'ORCHESTRATION') throw notFound('task', id);
    return execution;
  }
}

function numberIn(value: unknown, least: number, most: number, otherwise: number): number {
  const number = Number(value);
  return Number.isInteger(number) && number >= least ? Math.min(number, most) : otherwise;
}
