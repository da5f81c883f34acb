import { randomUUID } from 'node:crypto';
import { isJsonObject, type JsonObject } from '@gennaker/pipeline-dsl';
import { contract } from '@gennaker/pipeline-dsl/contract';
import { Controller, Inject } from '@nestjs/common';
import type { Engine } from '../../engine/index.ts';
import type { PipelineConfigs } from '../../persistence/index.ts';
import { planPipeline, startPipeline } from '../executions/start-pipeline.ts';
import { notFound } from '../http/problem.ts';
import { Call, type CallOf, Route } from '../http/route.ts';
import { PipelineSaver, refuseErrors } from '../pipelines/save-pipeline.ts';
import { ENGINE, PIPELINES } from '../ports.ts';

/** Starts in other spellings than the usual one. */
@Controller()
export class StartVariantsController {
  private readonly engine: Engine;
  private readonly pipelines: PipelineConfigs;
  private readonly saver: PipelineSaver;

  constructor(
    @Inject(ENGINE) engine: Engine,
    @Inject(PIPELINES) pipelines: PipelineConfigs,
    @Inject(PipelineSaver) saver: PipelineSaver,
  ) {
    this.engine = engine;
    this.pipelines = pipelines;
    this.saver = saver;
  }

  @Route(contract.startPipelineByEvent)
  async byEvent(@Call() { params, body, principal, idempotencyKey }: CallOf<typeof contract.startPipelineByEvent>) {
    const pipeline = await this.pipelines.find(params.application, params.nameOrId);
    if (!pipeline) throw notFound('pipeline', params.nameOrId);
    const sent: JsonObject = isJsonObject(body.trigger) ? body.trigger : body;
    const given = sent['eventId'];
    const eventId = typeof given === 'string' && given !== '' ? given : randomUUID();
    const request = { pipeline, body: { ...sent, eventId }, user: principal.user, idempotencyKey };
    return { eventId, ref: `/pipelines/${await startPipeline(this.engine, request)}` };
  }

  /** A config that is not stored, or that differs from the stored one, runs as it is sent. */
  @Route(contract.startConfig)
  async whole(@Call() { body, principal, idempotencyKey }: CallOf<typeof contract.startConfig>) {
    const { trigger, plan, ...config } = body;
    refuseErrors(await this.saver.check(config));
    const id = typeof config['id'] === 'string' ? config['id'] : '';
    const stored = id === '' ? null : await this.pipelines.byId(id);
    const pipeline = {
      ...config,
      id: stored?.id ?? null,
      name: String(config['name']).trim(),
      application: String(config['application']).trim(),
      version: null,
    };
    const request = { pipeline, body: trigger ?? {}, user: principal.user, idempotencyKey };
    if (plan === true) return planPipeline(this.engine, request);
    return { ref: `/pipelines/${await startPipeline(this.engine, request)}` };
  }
}
