import { contract } from '@gennaker/pipeline-dsl/contract';
import { Controller, Inject } from '@nestjs/common';
import type { PipelineConfigs } from '../../persistence/index.ts';
import { notFound, ProblemError } from '../http/problem.ts';
import { Call, type CallOf, Route } from '../http/route.ts';
import { PIPELINES } from '../ports.ts';
import { PipelineSaver } from './save-pipeline.ts';

/** Changes of several pipelines, or of their place and name. */
@Controller()
export class PipelineListsController {
  private readonly pipelines: PipelineConfigs;
  private readonly saver: PipelineSaver;

  constructor(@Inject(PIPELINES) pipelines: PipelineConfigs, @Inject(PipelineSaver) saver: PipelineSaver) {
    this.pipelines = pipelines;
    this.saver = saver;
  }

  @Route(contract.movePipeline)
  async move(@Call() { body, principal }: CallOf<typeof contract.movePipeline>): Promise<void> {
    const found = await this.pipelines.find(body.application, body.from);
    if (!found) throw notFound('pipeline', body.from);
    await this.saver.save({ ...found, name: body.to }, { staleCheck: true, user: principal.user });
  }

  @Route(contract.reorderPipelines)
  async reorder(@Call() { body }: CallOf<typeof contract.reorderPipelines>): Promise<void> {
    await this.pipelines.reorder(body.application, body.idsToIndices);
  }

  /** Each by itself: what is refused is answered with its reason, the others are saved. */
  @Route(contract.bulkSavePipelines)
  async saveAll(@Call() { body, query, principal }: CallOf<typeof contract.bulkSavePipelines>) {
    const saved: string[] = [];
    const failed: Array<Record<string, unknown>> = [];
    for (const document of body) {
      try {
        const whole = { ...(query.application ? { application: query.application } : {}), ...document };
        saved.push((await this.saver.save(whole, { staleCheck: false, user: principal.user })).name);
      } catch (error) {
        if (!(error instanceof ProblemError)) throw error;
        failed.push({ ...document, errorMsg: error.message });
      }
    }
    return {
      successful_pipelines_count: saved.length,
      successful_pipelines: saved,
      failed_pipelines_count: failed.length,
      failed_pipelines: failed,
    };
  }
}
