import { Body, Controller, HttpCode, Inject, Post, Query, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import * as z from 'zod';
import { principalOf } from '../../auth/index.ts';
import type { PipelineConfigs } from '../../persistence/index.ts';
import { notFound, ProblemError } from '../http/problem.ts';
import { badRequest } from '../http/route.ts';
import { PIPELINES } from '../ports.ts';
import { PipelineSaver } from './save-pipeline.ts';

const name = z.string().trim().min(1).max(500);
const moveBody = z.object({ application: z.string().min(1).max(200), from: name, to: name });
const reorderBody = z.object({
  application: z.string().min(1).max(200),
  idsToIndices: z.record(z.string().max(200), z.number().int().min(0).max(100_000)),
});
const bulkBody = z.array(z.looseObject({})).max(500);

/** Changes of several pipelines, or of their place and name. */
@Controller()
export class PipelineListsController {
  private readonly pipelines: PipelineConfigs;
  private readonly saver: PipelineSaver;

  constructor(@Inject(PIPELINES) pipelines: PipelineConfigs, @Inject(PipelineSaver) saver: PipelineSaver) {
    this.pipelines = pipelines;
    this.saver = saver;
  }

  @Post('/pipelines/move')
  @HttpCode(200)
  async move(@Body() body: unknown, @Req() request: FastifyRequest): Promise<void> {
    const { application, from, to } = parse(moveBody, body);
    const found = await this.pipelines.find(application, from);
    if (!found) throw notFound('pipeline', from);
    const { user } = principalOf(request.headers);
    await this.saver.save({ ...found, name: to }, { staleCheck: true, user });
  }

  @Post('/actions/pipelines/reorder')
  @HttpCode(200)
  async reorder(@Body() body: unknown): Promise<void> {
    const { application, idsToIndices } = parse(reorderBody, body);
    await this.pipelines.reorder(application, idsToIndices);
  }

  @Post('/pipelines/bulksave')
  @HttpCode(200)
  async saveAll(@Body() body: unknown, @Query('application') application: string, @Req() request: FastifyRequest) {
    const { user } = principalOf(request.headers);
    const saved: string[] = [];
    const failed: Array<Record<string, unknown>> = [];
    for (const document of parse(bulkBody, body)) {
      try {
        const whole = { ...(application ? { application } : {}), ...document };
        saved.push((await this.saver.save(whole, { staleCheck: false, user })).name);
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

function parse<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw badRequest(
    parsed.error.issues.map((issue) => ({
      pointer: issue.path.map((part) => `/${String(part)}`).join(''),
      message: issue.message,
    })),
  );
}
