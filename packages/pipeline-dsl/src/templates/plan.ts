import { evaluateTree, isTemplate, launchContext, parseTemplate } from '../expressions/index.ts';
import { isJsonObject, type JsonObject } from '../json.ts';
import { placeStages } from './place-stages.ts';
import type { PlanProblem } from './problem.ts';
import { type PipelineTemplate, type TemplateInstance, templateInstanceSchema, templateSchema } from './schema.ts';
import { isSame, resolveVariables } from './variables.ts';

/** The pipeline that an instance comes to, or every reason why it comes to none. */
export type TemplatePlan =
  | { readonly pipeline: JsonObject; readonly warnings: readonly PlanProblem[] }
  | { readonly errors: readonly PlanProblem[] };

const MOST_PROBLEMS = 100;
/** Top-level keys that say how an instance is made, and are no part of what it comes to. */
const INSTANCE_KEYS: ReadonlySet<string> = new Set([
  'schema',
  'type',
  'template',
  'variables',
  'exclude',
  'parameters',
  'stages',
]);
/** Top-level keys in which an instance is itself. */
const OWN_KEYS = ['id', 'application', 'name', 'disabled', 'index'] as const;

/**
 * What an instance of a template runs: the template's pipeline with the instance's variables, its own triggers,
 * parameters, notifications and stages. Pure and total: any JSON may be given.
 */
export function planTemplate(template: unknown, instance: unknown): TemplatePlan {
  const parsed = templateInstanceSchema.safeParse(instance);
  const base = templateSchema.safeParse(template);
  const shape = [
    ...(parsed.error?.issues.map((issue) => toProblem('', issue)) ?? []),
    ...(base.error?.issues.map((issue) => toProblem('/template', issue)) ?? []),
  ];
  if (!parsed.success || !base.success) return { errors: shape.slice(0, MOST_PROBLEMS) };
  return plan(base.data, parsed.data);
}

/** What is wrong with a template by itself. */
export function checkTemplateDocument(template: unknown): PlanProblem[] {
  const parsed = templateSchema.safeParse(template);
  if (!parsed.success) return parsed.error.issues.map((issue) => toProblem('', issue)).slice(0, MOST_PROBLEMS);
  const { stages } = parsed.data.pipeline;
  const declared = resolveVariables(
    parsed.data.variables.map((variable) => ({ ...variable, nullable: variable.defaultValue === undefined })),
    {},
  );
  const wrong = [...declared.problems, ...placeStages(stages, []).problems];
  return wrong.map(({ pointer, message }) => ({ pointer: inTemplate(pointer), message })).slice(0, MOST_PROBLEMS);
}

const inTemplate = (pointer: string): string =>
  pointer.startsWith('/template/')
    ? pointer.slice('/template'.length)
    : pointer.replace(/^\/stages/, '/pipeline/stages');

function plan(template: PipelineTemplate, instance: TemplateInstance): TemplatePlan {
  const { values, problems } = resolveVariables(template.variables, instance.variables ?? {});
  const errors = [...problems];
  const own = instance.stages ?? [];
  if (template.protect === true && own.length > 0)
    errors.push({
      pointer: '/stages',
      message: `The template "${template.id}" is protected: its instances may not add or change stages. Remove them.`,
    });
  const placed = placeStages(template.pipeline.stages, template.protect === true ? [] : own);
  errors.push(...placed.problems);
  const pipeline = { ...topLevel(template, instance, values), stages: placed.stages };
  errors.push(...unknownVariables(pipeline, new Set(template.variables.map(({ name }) => name))));
  if (errors.length > 0) return { errors: errors.slice(0, MOST_PROBLEMS) };
  return { pipeline, warnings: placed.warnings };
}

function toProblem(prefix: string, issue: { path: readonly PropertyKey[]; message: string }): PlanProblem {
  const path = issue.path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
  return { pointer: `${prefix}${path}`, message: issue.message };
}

/** Everything but the stages. */
function topLevel(template: PipelineTemplate, instance: TemplateInstance, values: JsonObject): JsonObject {
  const common = Object.fromEntries(Object.entries(instance).filter(([key]) => !INSTANCE_KEYS.has(key)));
  const { stages: _placed, ...shared } = template.pipeline as JsonObject;
  const identity = Object.fromEntries(
    OWN_KEYS.flatMap((key) => (instance[key] === undefined ? [] : [[key, instance[key]]])),
  );
  const excluded = new Set(instance.exclude ?? []);
  const parameters = [...(instance.parameterConfig ?? []), ...(instance.parameters ?? [])];
  const merged: JsonObject = {
    ...common,
    ...shared,
    triggers: inherit(excluded.has('triggers') ? [] : shared['triggers'], instance.triggers ?? []),
    parameterConfig: inherit(excluded.has('parameters') ? [] : shared['parameterConfig'], parameters, 'name'),
    notifications: inherit(excluded.has('notifications') ? [] : shared['notifications'], instance.notifications ?? []),
  };
  return {
    ...(withVariables(merged, values) as JsonObject),
    ...identity,
    templateVariables: values,
    source: { type: 'templatedPipeline', version: 'v2' },
  };
}

/**
 * The template's items, marked, then the instance's own. Equal ones are there once; of two with the same `key` the
 * instance's is. Items that the instance has from an earlier plan are made anew.
 */
function inherit(ofTemplate: unknown, ofInstance: readonly JsonObject[], key?: string): JsonObject[] {
  const own = ofInstance.filter((item) => item['inherited'] !== true);
  const inherited = (Array.isArray(ofTemplate) ? ofTemplate : []).filter(isJsonObject);
  const isOwn = (item: JsonObject): boolean =>
    key !== undefined && own.some((other) => other[key] === item[key] && !isSame(bare(other), bare(item)));
  const kept = inherited.filter((item) => !isOwn(item)).map((item) => ({ ...item, inherited: true }));
  return [...kept, ...own.filter((item) => !kept.some((other) => isSame(bare(other), bare(item))))];
}

function bare(item: JsonObject): JsonObject {
  const { inherited: _mark, ...rest } = item;
  return rest;
}

/** Roots, functions and types that are known at launch only. */
const LATE = /\btrigger\b|\bparameters\b|\bexecution\b|\bscmInfo\b|#|\bnew\b|\bT\s*\(/;

/** Outside the stages, texts that read variables alone are what they come to already: triggers must match events. */
function withVariables(value: unknown, values: JsonObject): unknown {
  const context = launchContext({
    trigger: {},
    templateVariables: values,
    now: () => 0,
    random: () => 0,
    uuid: () => '00000000-0000-0000-0000-000000000000',
  });
  const visit = (part: unknown): unknown => {
    if (typeof part === 'string') return readsVariablesAlone(part) ? evaluated(part, context) : part;
    if (Array.isArray(part)) return part.map(visit);
    if (!isJsonObject(part)) return part;
    return Object.fromEntries(Object.entries(part).map(([key, inner]) => [key, visit(inner)]));
  };
  return visit(value);
}

function evaluated(text: string, context: ReturnType<typeof launchContext>): unknown {
  const { value, unresolved } = evaluateTree(text, context);
  return unresolved.length > 0 ? text : value;
}

function readsVariablesAlone(text: string): boolean {
  if (!isTemplate(text) || !text.includes('templateVariables')) return false;
  const template = parseTemplate(text);
  return (
    template.ok &&
    template.parts.every((part) => part.kind === 'text' || !LATE.test(part.text.replaceAll('templateVariables', '')))
  );
}

const READ = /(?<![\w.#'"])templateVariables(?:\.([A-Za-z_]\w*)(?!\s*\()|\[\s*'([^']+)'\s*\])/g;

/** Variables that texts read and the template does not declare: they could not be evaluated when it runs. */
function unknownVariables(pipeline: JsonObject, declared: ReadonlySet<string>): PlanProblem[] {
  const problems: PlanProblem[] = [];
  const visit = (value: unknown, pointer: string): void => {
    if (typeof value === 'string') {
      for (const name of unknownIn(value, declared))
        problems.push({
          pointer,
          message: `The template declares no variable "${name}", which is read here. Declare it, or correct the name.`,
        });
    } else if (Array.isArray(value)) value.forEach((item, at) => visit(item, `${pointer}/${at}`));
    else if (isJsonObject(value))
      for (const [key, inner] of Object.entries(value))
        visit(inner, `${pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`);
  };
  const { templateVariables: _values, ...rest } = pipeline;
  visit(rest, '');
  return problems;
}

function unknownIn(text: string, declared: ReadonlySet<string>): string[] {
  if (!isTemplate(text) || !text.includes('templateVariables')) return [];
  const template = parseTemplate(text);
  if (!template.ok) return [];
  const names = template.parts.flatMap((part) =>
    part.kind === 'expression' ? [...part.text.matchAll(READ)].map((found) => found[1] ?? found[2] ?? '') : [],
  );
  return [...new Set(names)].filter((name) => name !== '' && !declared.has(name));
}
