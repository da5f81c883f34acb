import { type AuthoredStage, type Finding, isJsonObject } from '@gennaker/pipeline-dsl';
import { checkGraph } from '@gennaker/pipeline-dsl/graph';
import { stageType } from '../../app/stage-types.ts';
import { nameOf, type PipelineDocument, refIdOf } from './document.ts';
import { formFields } from './form-fields.ts';
import { type FieldSpec, labelOf } from './schema-fields.ts';

const isEmpty = (value: unknown): boolean =>
  value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0);

/** Required fields without a value, at any depth of lists and objects. */
export function missingFields(
  fields: readonly FieldSpec[],
  values: Readonly<Record<string, unknown>>,
  pointer: string,
): Array<{ pointer: string; label: string }> {
  return fields.flatMap((field) => {
    const here = `${pointer}/${field.key}`;
    const value = values[field.key];
    if (field.required && isEmpty(value)) return [{ pointer: here, label: field.label }];
    if (field.kind === 'object' && field.fields && isJsonObject(value)) return missingFields(field.fields, value, here);
    if (field.kind === 'objects' && field.fields && Array.isArray(value))
      return value.flatMap((one, i) =>
        isJsonObject(one) ? missingFields(field.fields ?? [], one, `${here}/${i}`) : [],
      );
    return [];
  });
}

function stageFindings(stage: AuthoredStage, i: number): Finding[] {
  const definition = stageType(stage.type);
  const at = { pointer: `/stages/${i}`, stage: refIdOf(stage, i) };
  if (!definition)
    return [
      {
        ...at,
        severity: 'warning',
        code: 'stages.unknown-type',
        pointer: `${at.pointer}/type`,
        message: `This build does not know the type “${stage.type}”. It is kept as it is.`,
      },
    ];
  const isKept = definition.runs === false;
  const missing = missingFields(formFields(stage), stage, at.pointer).map(({ pointer, label }) => ({
    ...at,
    severity: isKept ? ('warning' as const) : ('error' as const),
    code: 'stages.missing-field',
    pointer,
    message: `${label} is empty.`,
  }));
  if (!isKept) return missing;
  const message = `Stages of the type “${stage.type}” are kept, but not carried out. ${definition.why ?? ''}`;
  return [{ ...at, severity: 'warning', code: 'stages.not-run', pointer: `${at.pointer}/type`, message }, ...missing];
}

/** What can be said about a document without asking the server. */
export function localFindings(document: PipelineDocument): Finding[] {
  const refs = document.stages.map(refIdOf);
  const graph = checkGraph(document.stages).map((finding): Finding => {
    const index = /^\/stages\/(\d+)/.exec(finding.pointer)?.[1];
    return { ...finding, stage: index === undefined ? undefined : refs[Number(index)] };
  });
  const unnamed: Finding[] =
    document.name.trim() === ''
      ? [{ severity: 'error', code: 'pipelines.no-name', pointer: '/name', message: 'The pipeline has no name.' }]
      : [];
  return [...unnamed, ...graph, ...document.stages.flatMap(stageFindings)];
}

const WEIGHT = { error: 0, warning: 1, info: 2 } as const;

const TYPE_WORDS: Readonly<Record<string, string>> = {
  array: 'A list',
  boolean: 'True or false',
  int: 'A whole number',
  number: 'A number',
  object: 'An object',
  record: 'An object',
  string: 'Text',
};

/** What a schema says of a value of the wrong type, as words for a person. */
function inWords(finding: Finding): Finding {
  const expected = /^Invalid input: expected (\w+), received /.exec(finding.message)?.[1];
  const word = expected === undefined ? undefined : TYPE_WORDS[expected];
  return word === undefined ? finding : { ...finding, message: `${word} is expected here.` };
}

/** Both lists as one: the server's word wins where both speak of one spot; errors first. */
export function mergeFindings(local: readonly Finding[], server: readonly Finding[]): Finding[] {
  const spoken = new Set(server.map((finding) => finding.pointer));
  return [...server.map(inWords), ...local.filter((finding) => !spoken.has(finding.pointer))].sort(
    (a, b) =>
      WEIGHT[a.severity] - WEIGHT[b.severity] || a.pointer.localeCompare(b.pointer, undefined, { numeric: true }),
  );
}

/** refId of the stage a finding is about, from the finding itself or its pointer. */
export function stageOfFinding(document: PipelineDocument, finding: Finding): string | null {
  if (finding.stage !== undefined) return finding.stage;
  const index = Number(/^\/stages\/(\d+)/.exec(finding.pointer)?.[1] ?? -1);
  const stage = document.stages[index];
  return stage ? refIdOf(stage, index) : null;
}

/** A part of the pipeline by its name or number: "Parameter “region”", "Trigger 2"; null for anything else. */
function partOf(document: PipelineDocument, pointer: string): string | null {
  const [, list, index] = /^\/(parameterConfig|triggers|notifications)\/(\d+)/.exec(pointer) ?? [];
  if (list === undefined) return null;
  const nth = Number(index) + 1;
  if (list !== 'parameterConfig') return `${list === 'triggers' ? 'Trigger' : 'Notification'} ${nth}`;
  const name = document.parameterConfig?.[nth - 1]?.name;
  return name ? `Parameter “${name}”` : `Parameter ${nth}`;
}

/** "Deploy prod › Account", "Parameter “region” › Name". */
export function placeOfFinding(document: PipelineDocument, finding: Finding): string {
  const part = partOf(document, finding.pointer);
  const refId = stageOfFinding(document, finding);
  const stage = document.stages.find((one, i) => refIdOf(one, i) === refId);
  const field = finding.pointer
    .split('/')
    .slice(stage || part ? 3 : 1)
    .filter((part) => !/^\d+$/.test(part));
  return [stage ? nameOf(stage) : (part ?? 'Pipeline'), ...field.map(labelOf)].join(' › ');
}

/** First finding for each field of the stage at `index`, by pointer. */
export const findingsByPointer = (findings: readonly Finding[]): ReadonlyMap<string, Finding> =>
  new Map([...findings].reverse().map((finding) => [finding.pointer, finding]));
