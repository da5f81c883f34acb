import type { JsonObject } from '../json.ts';
import type { Pipeline } from '../pipeline.ts';
import { compileValue, expressionText, type ValueOptions } from './compile-value.ts';
import { type GraphInCode, graphInCode, titleOf } from './graph-in-code.ts';
import { isPipelineCode, type PipelineCode, pipelineRecordOf } from './pipeline-code.ts';
import { nodeOf, type StagePiece } from './reference.ts';
import { type FailurePolicy, recordOf, type StageHandle } from './stage-code.ts';
import { pieceText } from './stage-names.ts';

/** A pipeline as it is stored: what the API takes, `spin` saves and people write by hand. */
export type PipelineDocument = Pipeline;

export const POLICIES: Readonly<Record<FailurePolicy, JsonObject>> = {
  'halt pipeline': { failPipeline: true, continuePipeline: false, completeOtherBranchesThenFail: false },
  'halt branch': { failPipeline: false, continuePipeline: false, completeOtherBranchesThenFail: false },
  'halt branch, then fail': { failPipeline: false, continuePipeline: false, completeOtherBranchesThenFail: true },
  ignore: { failPipeline: false, continuePipeline: true, completeOtherBranchesThenFail: false },
};

/**
 * The JSON of a pipeline in code. The same code always gives the same JSON, its keys in the same order. Throws an Error
 * that names stage and field when something cannot be expressed: a value that is no JSON, a stage that reads another
 * one it does not come after, stages that wait for each other.
 */
export function compile(code: PipelineCode): PipelineDocument {
  if (!isPipelineCode(code)) throw new Error('Only what pipeline({ … }) answers can be compiled.');
  const record = pipelineRecordOf(code);
  const at = `Pipeline "${code.name}"`;
  const resolve = () => {
    throw new Error(`${at}: only stages can read what another stage published.`);
  };
  const { triggers, expectedArtifacts, notifications, ...head } = record.fields;
  const parameterConfig = record.parameters?.map((each) => parameterDocument(each, at));
  const graph = record.stages && graphInCode(record.stages, record.refIds);
  const stages = graph?.stages.map((stage) => stageDocument(stage, graph));
  const outer = { ...head, parameterConfig, triggers, expectedArtifacts, notifications, ...record.more };
  return { ...(compileValue(outer, { at, resolve }) as JsonObject), ...(stages ? { stages } : {}) } as PipelineDocument;
}

/**
 * Every pipeline of a file whose default export this is: one pipeline, or a list of them. Throws an Error that says what
 * was found instead.
 */
export function compileAll(exported: unknown): PipelineDocument[] {
  const list = Array.isArray(exported) ? exported : [exported];
  return list.map((each: unknown) => {
    if (isPipelineCode(each)) return compile(each);
    const found =
      each === undefined
        ? 'there is none'
        : `it is ${Array.isArray(each) ? 'a list in a list' : `of type ${typeof each}`}`;
    throw new Error(`The default export has to be pipeline({ … }) or a list of such, but ${found}.`);
  });
}

function parameterDocument([name, { choices, ...fields }]: readonly [string, JsonObject], at: string): unknown {
  const options = Array.isArray(choices)
    ? { hasOptions: true, options: choices.map((value: unknown) => ({ value })) }
    : {};
  const resolve = () => {
    throw new Error(`${at}: parameter "${name}" cannot read a stage; it is known before the pipeline starts.`);
  };
  return compileValue({ name, ...fields, ...options }, { at: `${at}, parameter "${name}"`, resolve });
}

function stageDocument(stage: StageHandle, graph: GraphInCode): JsonObject {
  const { type, name, fields, condition, policy } = recordOf(stage);
  const { refId: _refId, requisiteStageRefIds: _requisites, ...context } = fields;
  const document = {
    refId: graph.refIdOf(stage),
    requisiteStageRefIds: graph.requisitesOf(stage),
    type: type ?? undefined,
    name: name ?? undefined,
    ...context,
    ...(policy ? POLICIES[policy] : {}),
  };
  const options = { at: titleOf(stage), resolve: (piece: StagePiece) => pieceText(piece, stage, graph) };
  const compiled = compileValue(document, options) as JsonObject;
  if (condition === null) return compiled;
  return { ...compiled, stageEnabled: { type: 'expression', expression: conditionText(condition, options) } };
}

function conditionText(condition: unknown, options: ValueOptions): string {
  if (typeof condition === 'string') return condition;
  const node = nodeOf(condition);
  if (node?.kind === 'expression') return expressionText(node, options.resolve);
  throw new Error(`${options.at}: .when(…) takes a condition, such as is(stage.status, 'SUCCEEDED'), or its text.`);
}
