import { isJsonObject, type JsonObject } from '@gennaker/pipeline-dsl';
import { evaluateTree, isTemplate, launchContext } from '@gennaker/pipeline-dsl/expressions';
import {
  isTemplateInstance,
  type PlanProblem,
  parseTemplateReference,
  planTemplate,
} from '@gennaker/pipeline-dsl/templates';
import type { PipelineTemplates } from '../../persistence/index.ts';

/** What an instance comes to. `unknown`: its reference holds an expression, which nobody can evaluate before launch. */
export type Planned =
  | {
      readonly kind: 'planned';
      readonly pipeline: JsonObject;
      readonly warnings: readonly PlanProblem[];
      /** SHA-256 of the version that was used; null for one that came with the instance. */
      readonly digest: string | null;
    }
  | { readonly kind: 'refused'; readonly errors: readonly PlanProblem[] }
  | { readonly kind: 'unknown' };

const REFERENCE = '/template/reference';

/** Plans instances of templates with the templates that are stored. */
export class TemplatePlanner {
  private readonly templates: Pick<PipelineTemplates, 'find'>;

  constructor(templates: Pick<PipelineTemplates, 'find'>) {
    this.templates = templates;
  }

  /** `trigger` is the one of a launch; null before there is one. */
  async plan(instance: JsonObject, trigger: JsonObject | null): Promise<Planned> {
    if (instance['schema'] !== 'v2')
      return refuse(
        '/schema',
        'Templates of schema "v2" alone can be used; convert the pipeline to one of them, or to a plain one.',
      );
    const artifact = isJsonObject(instance['template']) ? instance['template'] : {};
    const written = artifact['reference'];
    if (typeof written !== 'string' || written === '')
      return refuse(REFERENCE, 'The pipeline names no template; write spinnaker://<id>:<tag>.');
    if (isTemplate(written) && trigger === null) return { kind: 'unknown' };
    const reference = isTemplate(written) ? evaluated(written, trigger ?? {}) : written;
    if (typeof reference !== 'string' || isTemplate(reference))
      return refuse(REFERENCE, `The reference ${JSON.stringify(written.slice(0, 200))} cannot be evaluated to a text.`);
    const found = await this.fetch(reference, artifact['type']);
    if ('problem' in found) return refuse(REFERENCE, found.problem);
    return outcomeOf(found, instance);
  }

  /** The definition to run: of an instance what it comes to, or itself with `errors`; any other unchanged. */
  async definition(config: JsonObject, trigger: JsonObject): Promise<JsonObject> {
    if (!isTemplateInstance(config)) return config;
    const planned = await this.plan(config, trigger);
    if (planned.kind === 'planned') return planned.pipeline;
    const errors = planned.kind === 'refused' ? planned.errors : [];
    return { ...config, stages: [], errors: errors.map(({ pointer, message }) => ({ location: pointer, message })) };
  }

  private async fetch(
    reference: string,
    type: unknown,
  ): Promise<{ template: unknown; digest: string | null } | { problem: string }> {
    if (type === 'embedded/base64') return embedded(reference);
    if (typeof type === 'string' && type !== 'front50/pipelineTemplate' && !reference.startsWith('spinnaker://'))
      return {
        problem: `Templates of artifact type ${JSON.stringify(type.slice(0, 100))} are not fetched; store the template and write spinnaker://<id>.`,
      };
    const name = parseTemplateReference(reference);
    if ('problem' in name) return name;
    const found = await this.templates.find(name);
    if (found) return { template: found.content, digest: found.digest };
    return {
      problem: `There is no template ${JSON.stringify(reference.slice(0, 300))}; save it first, or correct the reference.`,
    };
  }
}

const refuse = (pointer: string, message: string): Planned => ({ kind: 'refused', errors: [{ pointer, message }] });

function outcomeOf({ template, digest }: { template: unknown; digest: string | null }, instance: JsonObject): Planned {
  const plan = planTemplate(template, instance);
  return 'errors' in plan ? { kind: 'refused', errors: plan.errors } : { kind: 'planned', ...plan, digest };
}

function embedded(reference: string): { template: unknown; digest: null } | { problem: string } {
  try {
    return { template: JSON.parse(Buffer.from(reference, 'base64').toString('utf8')) as unknown, digest: null };
  } catch {
    return { problem: 'The template that came with the pipeline is not the base64 of JSON.' };
  }
}

function evaluated(text: string, trigger: JsonObject): unknown {
  const context = launchContext({
    trigger,
    now: () => 0,
    random: () => 0,
    uuid: () => '00000000-0000-0000-0000-000000000000',
  });
  const { value, unresolved } = evaluateTree(text, context, { unknownMapKey: 'error' });
  return unresolved.length > 0 ? null : value;
}
