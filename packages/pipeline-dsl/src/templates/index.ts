export * from './canonical.ts';
export { checkTemplateDocument, planTemplate, type TemplatePlan } from './plan.ts';
export type { PlanProblem } from './problem.ts';
export * from './reference.ts';
export { isTemplateInstance, type PipelineTemplate, TEMPLATE_TAGS, type TemplateInstance } from './schema.ts';
