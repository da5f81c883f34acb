import * as z from 'zod';
import { checkTemplate, isTemplate, parseTemplate } from './expressions/index.ts';
import type { Finding } from './finding.ts';
import { checkGraph } from './graph/index.ts';
import { isJsonObject, type JsonObject } from './json.ts';
import { pipelineSchema, STAGE_FRAME_KEYS } from './pipeline.ts';
import type { StageDefinition } from './stage.ts';

/** What the check knows of the vocabulary. */
export interface KnownTypes {
  readonly stages: Readonly<Record<string, StageDefinition>>;
}

const MOST_FINDINGS = 500;
const NODES_CHECKED = 100_000;
/** Parameter names that collide with fields of stages. */
const RESERVED_PARAMETERS: ReadonlySet<string> = new Set([
  'strategy',
  'cloudProvider',
  'cluster',
  'credentials',
  'region',
  'zone',
  'imageName',
  'application',
]);

type Report = (finding: Finding) => void;

/**
 * Everything wrong with a pipeline that its text alone shows. Errors (it is no pipeline, or its stages cannot be put in
 * order) refuse a save; what might be meant is a warning. Pure and total: any JSON value may be given.
 */
export function checkPipeline(document: unknown, known: KnownTypes): Finding[] {
  const findings: Finding[] = [];
  const report: Report = (finding) => {
    if (findings.length < MOST_FINDINGS) findings.push(finding);
  };
  if (!checkShape(document, report) || !isJsonObject(document)) return findings;
  const stages = listAt(document, 'stages');
  for (const found of checkGraph(stages))
    report({ ...found, code: `graph.${found.code}`, ...stageAt(stages, found.pointer) });
  checkParameters(document, report);
  checkTriggers(document, report);
  stages.forEach((stage, at) => checkStage(stage, at, known, report));
  checkExpressions(document, stages, known, report);
  return findings;
}

const listAt = (document: JsonObject, key: string): JsonObject[] =>
  Array.isArray(document[key]) ? document[key].filter(isJsonObject) : [];

const escapePart = (part: PropertyKey): string => String(part).replaceAll('~', '~0').replaceAll('/', '~1');
const pointerTo = (path: readonly PropertyKey[]): string => path.map((part) => `/${escapePart(part)}`).join('');

function checkShape(document: unknown, report: Report): boolean {
  const parsed = pipelineSchema.safeParse(document);
  if (parsed.success) return true;
  const told = new Set<string>();
  for (const issue of parsed.error.issues) {
    const pointer = pointerTo(issue.path);
    if (told.has(pointer)) continue;
    told.add(pointer);
    report({
      severity: 'error',
      code: 'pipeline.shape',
      pointer,
      message: sentence(document, issue),
    });
  }
  return false;
}

/** A missing value is told as such; zod would only say which type it expected. */
function sentence(document: unknown, issue: z.core.$ZodIssue): string {
  const last = issue.path.at(-1);
  if (last !== undefined && valueAt(document, issue.path) === undefined) return `"${String(last)}" is missing.`;
  return issue.message;
}

function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  let value = root;
  for (const part of path) {
    if (Array.isArray(value)) value = value[Number(part)];
    else if (isJsonObject(value) && Object.hasOwn(value, String(part))) value = value[String(part)];
    else return undefined;
  }
  return value;
}

function stageAt(stages: readonly JsonObject[], pointer: string): { stage?: string } {
  const at = /^\/stages\/(\d+)/.exec(pointer)?.[1];
  const refId = at === undefined ? undefined : stages[Number(at)]?.['refId'];
  return refId === undefined || refId === null ? {} : { stage: String(refId) };
}

function checkParameters(document: JsonObject, report: Report): void {
  const seen = new Set<string>();
  listAt(document, 'parameterConfig').forEach((parameter, at) => {
    const name = String(parameter['name']);
    const pointer = `/parameterConfig/${at}/name`;
    if (seen.has(name))
      report({
        severity: 'error',
        code: 'parameter.duplicate',
        pointer,
        message: `Another parameter is named "${name}" too.`,
      });
    seen.add(name);
    if (RESERVED_PARAMETERS.has(name))
      report({
        severity: 'warning',
        code: 'parameter.reserved-name',
        pointer,
        message: `"${name}" is also the name of a field of stages; name the parameter otherwise.`,
      });
    checkDefault(parameter, at, report);
  });
}

function checkDefault(parameter: JsonObject, at: number, report: Report): void {
  const options = listAt(parameter, 'options').map((option) => String(option['value']));
  const value = parameter['default'];
  if (parameter['hasOptions'] !== true || options.length === 0) return;
  if (value === undefined || value === null || value === '' || options.includes(String(value))) return;
  report({
    severity: 'warning',
    code: 'parameter.default-not-offered',
    pointer: `/parameterConfig/${at}/default`,
    message: `The default "${String(value)}" is none of the options: ${options.slice(0, 20).join(', ')}.`,
  });
}

const NEEDS_SOURCE: ReadonlySet<string> = new Set(['webhook', 'git']);

function checkTriggers(document: JsonObject, report: Report): void {
  listAt(document, 'triggers').forEach((trigger, at) => {
    const { type, source } = trigger;
    if (!NEEDS_SOURCE.has(String(type)) || (typeof source === 'string' && source !== '')) return;
    report({
      severity: 'warning',
      code: 'trigger.no-source',
      pointer: `/triggers/${at}/source`,
      message: 'Without a source this trigger never starts the pipeline; name the last part of its webhook address.',
    });
  });
}

function checkStage(stage: JsonObject, at: number, known: KnownTypes, report: Report): void {
  const pointer = `/stages/${at}`;
  const about = stageAt([stage], '/stages/0');
  const definition = definitionOf(stage, known);
  if (!definition) {
    report({
      severity: 'warning',
      code: 'stage.unknown-type',
      pointer: `${pointer}/type`,
      message: `No stage of type "${String(stage['type'])}" is installed; the execution would fail there.`,
      ...about,
    });
    return;
  }
  if (definition.runs === false)
    report({
      severity: 'warning',
      code: 'stage.not-run',
      pointer: `${pointer}/type`,
      message: `Stages of type "${String(stage['type'])}" are kept but not carried out; the execution would fail there. ${definition.why ?? ''}`,
      ...about,
    });
  const frame: ReadonlySet<string> = new Set(STAGE_FRAME_KEYS);
  const context = Object.fromEntries(Object.entries(stage).filter(([key]) => !frame.has(key)));
  const parsed = definition.context.safeParse(context);
  if (parsed.success) return;
  for (const issue of parsed.error.issues) {
    if (holdsExpression(context, issue.path)) continue;
    report({
      severity: 'warning',
      code: valueAt(context, issue.path) === undefined ? 'stage.missing-field' : 'stage.bad-field',
      pointer: `${pointer}${pointerTo(issue.path)}`,
      message: sentence(context, issue),
      ...about,
    });
  }
}

function definitionOf(stage: JsonObject, known: KnownTypes): StageDefinition | undefined {
  const named = (type: unknown): StageDefinition | undefined => {
    if (typeof type !== 'string') return undefined;
    if (Object.hasOwn(known.stages, type)) return known.stages[type];
    return Object.values(known.stages).find((definition) => definition.aliases?.includes(type));
  };
  return named(stage['type']) ?? named(stage['alias']);
}

/** Is the value at the path, or one on the way to it, an expression whose result nobody knows yet? */
function holdsExpression(context: JsonObject, path: readonly PropertyKey[]): boolean {
  return path.some((_, i) => {
    const value = valueAt(context, path.slice(0, i + 1));
    return typeof value === 'string' && isTemplate(value);
  });
}

function checkExpressions(
  document: JsonObject,
  stages: readonly JsonObject[],
  known: KnownTypes,
  report: Report,
): void {
  const parameters = new Set(listAt(document, 'parameterConfig').map((parameter) => String(parameter['name'])));
  let left = NODES_CHECKED;
  const visit = (value: unknown, path: readonly PropertyKey[], stage: JsonObject): void => {
    left -= 1;
    if (left < 0) return;
    if (typeof value === 'string') {
      if (isTemplate(value)) checkText(value, pointerTo(path), stage);
    } else if (Array.isArray(value)) value.forEach((item, i) => visit(item, [...path, i], stage));
    else if (isJsonObject(value)) for (const [key, inner] of Object.entries(value)) visit(inner, [...path, key], stage);
  };
  const checkText = (text: string, pointer: string, stage: JsonObject): void => {
    const about = stageAt([stage], '/stages/0');
    for (const found of checkTemplate(text))
      report({
        severity: 'warning',
        code: `expression.${found.code}`,
        pointer,
        message: `At character ${found.start + 1}: ${found.message}`,
        ...about,
      });
    for (const name of unknownParameters(text, parameters))
      report({
        severity: 'warning',
        code: 'expression.unknown-parameter',
        pointer,
        message: `The pipeline has no parameter "${name}"; unless the trigger brings one, this stays empty.`,
        ...about,
      });
  };
  stages.forEach((stage, at) => {
    const raw = new Set(definitionOf(stage, known)?.rawFields ?? []);
    for (const [key, value] of Object.entries(stage)) if (!raw.has(key)) visit(value, ['stages', at, key], stage);
  });
}

/** Names read as `parameters.name` or `parameters['name']` in a template that parses. */
function unknownParameters(text: string, parameters: ReadonlySet<string>): string[] {
  const template = parseTemplate(text);
  if (!template.ok) return [];
  const names = template.parts.flatMap((part) =>
    part.kind === 'expression'
      ? [
          ...part.text.matchAll(
            /(?<![\w.#'"])(?:trigger\.)?parameters(?:\??\.([A-Za-z_]\w*)(?!\s*\()|\[\s*'([^']+)'\s*\])/g,
          ),
        ].map((found) => found[1] ?? found[2] ?? '')
      : [],
  );
  return [...new Set(names)].filter((name) => name !== '' && !parameters.has(name));
}
