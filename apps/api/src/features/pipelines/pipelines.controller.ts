import { contract } from '@gennaker/pipeline-dsl/contract';
import { Controller, Inject } from '@nestjs/common';
import type { PipelineConfigs } from '../../persistence/index.ts';
import { notFound } from '../http/problem.ts';
import { Call, type CallOf, Route } from '../http/route.ts';
import { PIPELINES } from '../ports.ts';
import { PipelineSaver } from './save-pipeline.ts';

/** Stored pipelines. */
@Controller()
export class PipelinesController {
  private readonly pipelines: PipelineConfigs;
  private readonly saver: PipelineSaver;

  constructor(@Inject(PIPELINES) pipelines: PipelineConfigs, @Inject(PipelineSaver) saver: PipelineSaver) {
    this.pipelines = pipelines;
    this.saver = saver;
  }

  @Route(contract.savePipeline)
  async save(@Call() { body, query, principal }: CallOf<typeof contract.savePipeline>) {
    if (query.dryRun) return { findings: await this.saver.check(body) };
    await this.saver.save(body, { staleCheck: query.staleCheck, user: principal.user });
    return undefined;
  }

  @Route(contract.updatePipeline)
  async update(@Call() { params, body, principal }: CallOf<typeof contract.updatePipeline>) {
    if (!(await this.pipelines.byId(params.id))) throw notFound('pipeline', params.id);
    return this.saver.save({ ...body, id: params.id }, { staleCheck: false, user: principal.user });
  }

  @Route(contract.checkPipeline)
  async check(@Call() { body }: CallOf<typeof contract.checkPipeline>) {
    return { findings: await this.saver.check(body) };
  }

  @Route(contract.deletePipeline)
  async remove(@Call() { params, principal }: CallOf<typeof contract.deletePipeline>) {
    if (!(await this.pipelines.remove(params.application, params.name, principal.user)))
      throw notFound('pipeline', params.name);
  }

  @Route(contract.allPipelineConfigs)
  all() {
    return this.pipelines.list();
  }

  @Route(contract.listPipelineConfigs)
  ofApplication(@Call() { params }: CallOf<typeof contract.listPipelineConfigs>) {
    return this.pipelines.list(params.application);
  }

  @Route(contract.getPipelineConfig)
  async byName(@Call() { params }: CallOf<typeof contract.getPipelineConfig>) {
    const found = await this.pipelines.find(params.application, params.name);
    if (!found) throw notFound('pipeline', params.name);
    return found;
  }

  @Route(contract.pipelineHistory)
  history(@Call() { params, query }: CallOf<typeof contract.pipelineHistory>) {
    return this.pipelines.history(params.id, query.limit);
  }
}
