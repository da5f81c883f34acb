import type { Finding, JsonObject } from '@gennaker/pipeline-dsl';
import { checkPipeline, type Vocabulary } from '@gennaker/pipeline-dsl/check';
import { isTemplateInstance, type PlanProblem } from '@gennaker/pipeline-dsl/templates';
import { Inject, Injectable } from '@nestjs/common';
import type { PipelineConfigs, StoredPipeline } from '../../persistence/index.ts';
import { ProblemError } from '../http/problem.ts';
import { PIPELINES, TEMPLATE_PLANNER, VOCABULARY } from '../ports.ts';
import type { TemplatePlanner } from '../templates/template-planner.ts';

/** Checks and saves pipelines: what has errors, or is based on an older version, is refused. */
@Injectable()
export class PipelineSaver {
  private readonly pipelines: PipelineConfigs;
  private readonly vocabulary: Vocabulary;
  private readonly planner: TemplatePlanner;

  constructor(
    @Inject(PIPELINES) pipelines: PipelineConfigs,
    @Inject(VOCABULARY) vocabulary: Vocabulary,
    @Inject(TEMPLATE_PLANNER) planner: TemplatePlanner,
  ) {
    this.pipelines = pipelines;
    this.vocabulary = vocabulary;
    this.planner = planner;
  }

  /** What is wrong with a document; of an instance of a template also with what it comes to. */
  async check(document: JsonObject): Promise<readonly Finding[]> {
    return (await this.examine(document)).findings;
  }

  async save(document: JsonObject, how: { staleCheck: boolean; user: string }): Promise<StoredPipeline> {
    const { findings, planned } = await this.examine(document);
    refuseErrors(findings);
    const base = baseOf(document, how.staleCheck);
    const { kind, stored } = await this.pipelines.save(document, base, how.user, planned);
    if (kind === 'stale') {
      throw new ProblemError(
        409,
        'pipelines.stale',
        `${stored.lastModifiedBy} saved version ${stored.version} of "${stored.name}" meanwhile. Load it, merge your change and save again.`,
      );
    }
    if (kind === 'duplicate') {
      const message = `A pipeline named "${stored.name}" exists in ${stored.application} already (id ${stored.id}). Use another name, or send that id to save it.`;
      throw new ProblemError(400, 'pipelines.duplicate-name', message, { fields: [{ pointer: '/name', message }] });
    }
    return stored;
  }

  private async examine(document: JsonObject): Promise<{ findings: readonly Finding[]; planned?: JsonObject }> {
    const findings = checkPipeline(document, this.vocabulary);
    if (!isTemplateInstance(document) || findings.some(({ severity }) => severity === 'error')) return { findings };
    const planned = await this.planner.plan(document, null);
    if (planned.kind === 'unknown') return { findings };
    if (planned.kind === 'refused') {
      // Templates of another schema are kept as they are; such a pipeline is refused when it is started.
      const severity = document['schema'] === 'v2' ? 'error' : 'warning';
      return { findings: [...findings, ...planned.errors.map(ofPlan(severity))] };
    }
    const made = checkPipeline(planned.pipeline, this.vocabulary).filter(({ severity }) => severity === 'error');
    const told = made.map(({ pointer, message }) => ({
      pointer: '/template',
      message: `What it comes to is no pipeline: ${pointer}: ${message}`,
    }));
    return {
      findings: [...findings, ...planned.warnings.map(ofPlan('warning')), ...told.map(ofPlan('error'))],
      planned: planned.pipeline,
    };
  }
}

const ofPlan =
  (severity: 'error' | 'warning') =>
  ({ pointer, message }: PlanProblem): Finding => ({ severity, code: 'template.plan', pointer, message });

/** Problem 400 when there are errors, with every place. */
export function refuseErrors(findings: readonly Finding[]): void {
  const errors = findings.filter(({ severity }) => severity === 'error');
  const first = errors[0];
  if (!first) return;
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
  throw new ProblemError(400, 'pipelines.invalid', `${first.pointer || 'The pipeline'}: ${first.message}${more}`, {
    fields: errors.slice(0, 50).map(({ pointer, message }) => ({ pointer, message })),
    findings: findings.slice(0, 200),
  });
}

/** A sent version is always compared; the time of the last save only when asked for. */
export function baseOf(document: JsonObject, staleCheck: boolean): { version: number | null; updateTs: string | null } {
  const { version } = document;
  const time = document['updateTs'] ?? document['lastModified'];
  return {
    version: typeof version === 'number' && Number.isInteger(version) ? version : null,
    updateTs: staleCheck && (typeof time === 'string' || typeof time === 'number') ? String(time) : null,
  };
}
