import { createHash } from 'node:crypto';
import type { JsonObject } from '@gennaker/pipeline-dsl';
import {
  canonicalTemplate,
  checkTemplateDocument,
  type PlanProblem,
  parseTemplateReference,
  planTemplate,
  TEMPLATE_TAGS,
  templateContent,
} from '@gennaker/pipeline-dsl/templates';
import type { PipelineConfigs, PipelineTemplates, StoredPipeline, TemplateName } from '../../persistence/index.ts';
import { ProblemError } from '../http/problem.ts';
import type { TemplatePlanner } from './template-planner.ts';

export interface TemplateSaverParts {
  readonly templates: PipelineTemplates;
  readonly pipelines: PipelineConfigs;
  readonly planner: TemplatePlanner;
}

/** Checks, saves and removes templates, and keeps the triggers of the pipelines made from them up to date. */
export class TemplateSaver {
  private readonly parts: TemplateSaverParts;

  constructor(parts: TemplateSaverParts) {
    this.parts = parts;
  }

  /** Refuses a document that is no template, and a tag that is none. */
  check(template: JsonObject, tag: string | null): void {
    if (tag !== null && !(TEMPLATE_TAGS as readonly string[]).includes(tag)) {
      const message = `"${tag}" is no tag of templates; use one of ${TEMPLATE_TAGS.join(', ')}.`;
      throw new ProblemError(400, 'templates.bad-tag', message, { fields: [{ pointer: '/query/tag', message }] });
    }
    refuseProblems('templates.invalid', checkTemplateDocument(template));
  }

  /** Refuses a version with which pipelines that use it could not run any more. */
  async checkDependents(template: JsonObject, tag: string | null): Promise<void> {
    const broken: string[] = [];
    for (const pipeline of await this.following(String(template['id']), tag)) {
      const plan = planTemplate(templateContent(template), pipeline);
      if ('errors' in plan) broken.push(`"${pipeline.name}" of ${pipeline.application}: ${plan.errors[0]?.message}`);
    }
    if (broken.length === 0) return;
    throw new ProblemError(
      400,
      'templates.breaks-pipelines',
      `Pipelines made from this template could not run with it: ${broken.slice(0, 10).join(' ')} Give new variables defaults, or save with skipPlanDependents=true.`,
    );
  }

  /** May be repeated: the same template is stored once. */
  async save(template: JsonObject, tag: string | null, user: string): Promise<void> {
    const content = templateContent(template);
    const digest = createHash('sha256').update(canonicalTemplate(content)).digest('hex');
    const id = String(content['id']);
    await this.parts.templates.save({ id, tag, digest, content }, user);
    for (const pipeline of await this.following(id, tag)) await this.refreshTriggers(pipeline);
  }

  /** Refused while pipelines are made from what is to be removed. */
  async remove(name: TemplateName): Promise<void> {
    const dependents = await this.dependents(name);
    if (dependents.length > 0) {
      const names = dependents.slice(0, 10).map((each) => `"${each.name}" of ${each.application}`);
      throw new ProblemError(
        409,
        'templates.in-use',
        `${dependents.length === 1 ? 'A pipeline is' : `${dependents.length} pipelines are`} made from this template: ${names.join(', ')}. Convert or delete them first.`,
      );
    }
    await this.parts.templates.remove(name);
  }

  /** Pipelines made from a template, or from one tag or digest of it. */
  async dependents(name: TemplateName): Promise<readonly StoredPipeline[]> {
    const all = await this.parts.pipelines.madeFrom(name.id);
    return all.filter((pipeline) => {
      const reference = referenceOf(pipeline);
      if (name.digest !== undefined) return reference.digest === name.digest;
      return name.tag === undefined || reference.tag === name.tag;
    });
  }

  /** Pipelines that get a new version when one is saved under a tag: `latest` moves with every save. */
  private async following(id: string, tag: string | null): Promise<readonly StoredPipeline[]> {
    const untagged = tag === null || (await this.parts.templates.find({ id, tag: '' })) === null;
    return (await this.parts.pipelines.madeFrom(id)).filter((pipeline) => {
      const reference = referenceOf(pipeline);
      if (reference.digest !== undefined) return false;
      if (reference.tag === undefined) return untagged;
      return reference.tag === tag || reference.tag === 'latest';
    });
  }

  private async refreshTriggers(pipeline: StoredPipeline): Promise<void> {
    const planned = await this.parts.planner.plan(pipeline, null);
    if (planned.kind === 'planned') await this.parts.pipelines.replaceTriggers(pipeline.id, planned.pipeline);
  }
}

function referenceOf(pipeline: StoredPipeline): { tag?: string; digest?: string } {
  const { reference } = pipeline['template'] as { reference: string };
  const parsed = parseTemplateReference(reference);
  return 'problem' in parsed ? {} : parsed;
}

/** Problem 400 with every place. */
function refuseProblems(code: string, problems: readonly PlanProblem[]): void {
  const first = problems[0];
  if (!first) return;
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : '';
  throw new ProblemError(400, code, `${first.pointer || 'The template'}: ${first.message}${more}`, {
    fields: problems.slice(0, 50),
  });
}
