import type { JsonObject } from '@gennaker/pipeline-dsl';
import { isComplete } from '@gennaker/pipeline-dsl';
import { contract } from '@gennaker/pipeline-dsl/contract';
import { isTemplateInstance } from '@gennaker/pipeline-dsl/templates';
import { Controller, Inject, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Clock, Engine, StageRegistry } from '../../engine/index.ts';
import type { PipelineConfigs, PipelineTemplates, StoredTemplate, TemplateName } from '../../persistence/index.ts';
import { notFound, ProblemError, toProblem } from '../http/problem.ts';
import { badRequest, Call, type CallOf, Route } from '../http/route.ts';
import { PipelineSaver } from '../pipelines/save-pipeline.ts';
import { CLOCK, ENGINE, PIPELINES, REGISTRY, TEMPLATE_PLANNER, TEMPLATE_SAVER, TEMPLATES } from '../ports.ts';
import { startTask } from '../tasks/start-task.ts';
import { toTask } from '../tasks/task-shape.ts';
import { toPlain, toTemplate } from './conversions.ts';
import type { TemplatePlanner } from './template-planner.ts';
import type { TemplateSaver } from './template-saver.ts';

const PATIENCE_MS = 20_000;
const LOOK_MS = 25;

/** Templates of pipelines. They are written by ad-hoc tasks, whose end is waited for. */
@Controller()
export class TemplatesController {
  private readonly templates: PipelineTemplates;
  private readonly pipelines: PipelineConfigs;
  private readonly planner: TemplatePlanner;
  private readonly saver: TemplateSaver;
  private readonly pipelineSaver: PipelineSaver;
  private readonly engine: Engine;
  private readonly registry: StageRegistry;
  private readonly clock: Clock;

  constructor(
    @Inject(TEMPLATES) templates: PipelineTemplates,
    @Inject(PIPELINES) pipelines: PipelineConfigs,
    @Inject(TEMPLATE_PLANNER) planner: TemplatePlanner,
    @Inject(TEMPLATE_SAVER) saver: TemplateSaver,
    @Inject(PipelineSaver) pipelineSaver: PipelineSaver,
    @Inject(ENGINE) engine: Engine,
    @Inject(REGISTRY) registry: StageRegistry,
    @Inject(CLOCK) clock: Clock,
  ) {
    this.templates = templates;
    this.pipelines = pipelines;
    this.planner = planner;
    this.saver = saver;
    this.pipelineSaver = pipelineSaver;
    this.engine = engine;
    this.registry = registry;
    this.clock = clock;
  }

  @Route(contract.listTemplates)
  async list(@Call() { query }: CallOf<typeof contract.listTemplates>) {
    return (await this.templates.list()).filter(inScope(query.scopes)).map(toStored);
  }

  @Route(contract.templateVersions)
  async versions(@Call() { query }: CallOf<typeof contract.templateVersions>) {
    const versions: Record<string, ReturnType<typeof toStored>[]> = Object.create(null);
    for (const found of (await this.templates.versions()).filter(inScope(query.scopes))) {
      versions[found.id] ??= [];
      versions[found.id]?.push(toStored(found));
    }
    return { ...versions };
  }

  @Route(contract.getTemplate)
  async get(@Call() { params, query }: CallOf<typeof contract.getTemplate>) {
    const found = await this.templates.find(nameOf(params.id, query));
    if (!found) throw notFound('template', params.id);
    return toStored(found);
  }

  @Route(contract.createTemplate)
  async create(@Call() { query, body, principal }: CallOf<typeof contract.createTemplate>) {
    const tag = query.tag || null;
    this.saver.check(body, tag);
    const id = String(body['id']);
    if (await this.isStored(id, tag)) {
      const message = `A template with the id "${id}"${tag === null ? '' : ` and the tag "${tag}"`} exists already; update it.`;
      throw new ProblemError(400, 'templates.duplicate-id', message, { fields: [{ pointer: '/id', message }] });
    }
    const job = { type: 'createV2PipelineTemplate', pipelineTemplate: body, tag };
    return this.done(job, `Create pipeline template ${id}`, body, principal.user);
  }

  @Route(contract.updateTemplate)
  async update(@Call() { params, query, body, principal }: CallOf<typeof contract.updateTemplate>) {
    const tag = query.tag || null;
    this.saver.check(body, tag);
    if (body['id'] !== params.id)
      throw badRequest([{ pointer: '/id', message: `must be ${JSON.stringify(params.id)}, as in the address` }]);
    if (!(await this.templates.find({ id: params.id }))) throw notFound('template', params.id);
    if (!query.skipPlanDependents) await this.saver.checkDependents(body, tag);
    const job = { type: 'updateV2PipelineTemplate', pipelineTemplate: body, tag };
    return this.done(job, `Update pipeline template ${params.id}`, body, principal.user);
  }

  @Route(contract.deleteTemplate)
  async remove(@Call() { params, query, principal }: CallOf<typeof contract.deleteTemplate>) {
    const name = nameOf(params.id, query);
    const found = await this.templates.find(name);
    if (!found) throw notFound('template', params.id);
    const job = { type: 'deleteV2PipelineTemplate', pipelineTemplateId: params.id, tag: name.tag, digest: name.digest };
    return this.done(job, `Delete pipeline template ${params.id}`, found.content, principal.user);
  }

  @Route(contract.planTemplate)
  async plan(
    @Call() { body }: CallOf<typeof contract.planTemplate>,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const planned = await this.planner.plan(body, null);
    if (planned.kind === 'planned') return planned.pipeline;
    const errors =
      planned.kind === 'refused'
        ? planned.errors
        : [
            {
              pointer: '/template/reference',
              message: 'Which template is meant is known only when the pipeline is started.',
            },
          ];
    const refusal = new ProblemError(400, 'templates.unplannable', errors.map(({ message }) => message).join(' '), {
      fields: errors.slice(0, 50),
    });
    reply.status(400);
    return {
      ...toProblem(refusal, this.clock.now(), String(request.id)).problem,
      errors: errors.map(({ pointer, message }) => ({ severity: 'FATAL', message, location: pointer })),
    };
  }

  @Route(contract.templateDependents)
  async dependents(@Call() { params, query }: CallOf<typeof contract.templateDependents>) {
    return this.saver.dependents(nameOf(params.id, query));
  }

  @Route(contract.convertToTemplate)
  async toTemplate(@Call() { params }: CallOf<typeof contract.convertToTemplate>) {
    const pipeline = await this.need(params.id);
    return toTemplate(isTemplateInstance(pipeline) ? { ...pipeline, ...(await this.planned(pipeline)) } : pipeline);
  }

  @Route(contract.convertToPlain)
  async toPlain(@Call() { params, principal }: CallOf<typeof contract.convertToPlain>) {
    const pipeline = await this.need(params.id);
    if (!isTemplateInstance(pipeline))
      throw new ProblemError(
        409,
        'templates.plain-already',
        `Pipeline "${pipeline.name}" is not made from a template.`,
      );
    const plain = toPlain(await this.planned(pipeline), pipeline);
    return this.pipelineSaver.save(plain, { staleCheck: false, user: principal.user });
  }

  private async need(id: string) {
    const pipeline = await this.pipelines.byId(id);
    if (!pipeline) throw notFound('pipeline', id);
    return pipeline;
  }

  private async planned(instance: JsonObject): Promise<JsonObject> {
    const planned = await this.planner.plan(instance, null);
    if (planned.kind === 'planned') return planned.pipeline;
    const fields = planned.kind === 'refused' ? planned.errors : [];
    const reason = fields[0]?.message ?? 'which template is meant is known only when it is started';
    throw new ProblemError(400, 'templates.unplannable', `The pipeline cannot be planned: ${reason}`, { fields });
  }

  private async isStored(id: string, tag: string | null): Promise<boolean> {
    return (await this.templates.find({ id, tag: tag ?? '' })) !== null;
  }

  /** Runs the job as an ad-hoc task and answers the task, ended if it ends in time. */
  private async done(job: JsonObject, description: string, template: JsonObject, user: string) {
    const application = ownerOf(template);
    const request = { application, description, job: [job], user, idempotencyKey: null };
    const id = await startTask(this.engine, this.registry, request);
    let execution = await this.engine.read(id);
    for (let waited = 0; execution && !isComplete(execution.status) && waited < PATIENCE_MS; waited += LOOK_MS) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
      execution = await this.engine.read(id);
    }
    if (!execution) throw notFound('task', id);
    return toTask(execution);
  }
}

function nameOf(id: string, { tag, digest }: { tag?: string | undefined; digest?: string | undefined }): TemplateName {
  if (tag && digest) throw badRequest([{ pointer: '/query/digest', message: 'give either tag or digest' }]);
  return {
    id,
    ...(tag ? { tag } : {}),
    ...(digest ? { digest: digest.replace(/^sha256:/, '').toLowerCase() } : {}),
  };
}

function scopesOf(template: JsonObject): string[] {
  const metadata = template['metadata'] as { scopes?: unknown } | undefined;
  return Array.isArray(metadata?.scopes) ? metadata.scopes.map(String) : [];
}

const inScope =
  (wanted: readonly string[] | undefined) =>
  ({ content }: StoredTemplate): boolean =>
    wanted === undefined || scopesOf(content).some((scope) => wanted.includes(scope));

/** The application that the task belongs to. */
const ownerOf = (template: JsonObject): string => scopesOf(template).find((scope) => scope !== 'global') ?? 'spinnaker';

const toStored = ({ content, id, tag, digest, updatedAt, updatedBy }: StoredTemplate) => ({
  ...content,
  id,
  schema: 'v2',
  digest,
  ...(tag === null ? {} : { tag }),
  updateTs: String(updatedAt),
  lastModifiedBy: updatedBy,
});
