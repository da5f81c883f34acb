import { describe, expect, it } from 'vitest';
import { stageTypes } from '../../app/stage-types.ts';
import { pipelineFromText, smallestChange, textOfDocument } from './code-text.ts';
import {
  addStage,
  closesCycle,
  connect,
  emptyDocument,
  FAILURE_CHOICES,
  failureChoiceOf,
  type PipelineDocument,
  removeStage,
  requisitesOf,
  setAt,
  setFailureChoice,
  withRefIds,
} from './document.ts';
import { localFindings } from './findings.ts';
import { formFields } from './form-fields.ts';
import type { FieldSpec } from './schema-fields.ts';

const chain = (): PipelineDocument => ({
  ...emptyDocument('shop'),
  name: 'Release',
  stages: ['1', '2', '3'].map((refId, i) => ({
    refId,
    type: 'wait',
    name: refId,
    requisiteStageRefIds: i === 0 ? [] : [String(i)],
  })),
});

/** A value that fits a field, so that every control's output is written once. */
function sampleOf(field: FieldSpec): unknown {
  if (field.kind === 'number') return 7;
  if (field.kind === 'switch') return true;
  if (field.kind === 'choice') return field.options?.[0];
  if (field.kind === 'list') return ['a', 'b'];
  if (field.kind === 'map') return { key: 'value' };
  if (field.kind === 'object') return Object.fromEntries((field.fields ?? []).map((one) => [one.key, sampleOf(one)]));
  if (field.kind === 'objects')
    return [Object.fromEntries((field.fields ?? []).map((one) => [one.key, sampleOf(one)]))];
  return field.kind === 'json' || field.kind === 'any' ? { any: [1] } : '${parameters.version}';
}

describe('a pipeline document', () => {
  it('bridges what ran after a removed stage to what it ran after', () => {
    const document = chain();
    removeStage(document, '2');
    expect(document.stages.map((stage) => [stage.refId, requisitesOf(stage)])).toEqual([
      ['1', []],
      ['3', ['1']],
    ]);
  });

  it('inserts a stage between two others', () => {
    const document = chain();
    const made = addStage(document, { type: 'wait', label: 'Wait', context: {}, after: '1', between: '2' });
    expect(requisitesOf(document.stages[1]!)).toEqual([made]);
    expect(requisitesOf(document.stages[3]!)).toEqual(['1']);
  });

  it('refuses a connection that would close a cycle', () => {
    const document = chain();
    expect(closesCycle(document, '3', '1')).toBe(true);
    expect(closesCycle(document, '1', '3')).toBe(false);
    connect(document, '3', '1');
    expect(requisitesOf(document.stages[0]!)).toEqual([]);
  });

  it('makes the order of a pipeline without refIds explicit', () => {
    const linear = withRefIds({ ...emptyDocument('shop'), stages: [{ type: 'wait' }, { type: 'wait' }] });
    expect(linear.stages.map((stage) => [stage.refId, stage.requisiteStageRefIds])).toEqual([
      ['0', []],
      ['1', ['0']],
    ]);
  });

  it.each(FAILURE_CHOICES)('stores and reads the failure choice $id', ({ id }) => {
    const stage: Record<string, unknown> = {};
    setFailureChoice(stage, id);
    expect(failureChoiceOf(stage)).toBe(id);
  });

  it.each(stageTypes.map((one) => [one.type]))('keeps every field of %s through form, document and text', (type) => {
    const document = {
      ...chain(),
      stages: [{ refId: '1', type, name: type, requisiteStageRefIds: [], kept: { unknown: 1 } }],
    };
    for (const field of formFields(document.stages[0]!))
      setAt(document as PipelineDocument, ['stages', 0, field.key], sampleOf(field));
    const read = pipelineFromText(textOfDocument(document as PipelineDocument));
    expect(read.problem).toBeNull();
    expect(read.document).toEqual(document);
    expect(
      localFindings(read.document as PipelineDocument).filter((one) => one.code === 'stages.missing-field'),
    ).toEqual([]);
  });

  it('says the line of broken text and keeps quiet about a missing name', () => {
    expect(pipelineFromText('{\n  "name": "x",\n  broken\n}').problem).toContain('line 3');
    expect(pipelineFromText(textOfDocument(emptyDocument('shop'))).problem).toBeNull();
  });

  it('changes only the text that differs', () => {
    const before = textOfDocument(chain());
    const after = before.replace('"Release"', '"Release 2"');
    expect(smallestChange(before, after)).toMatchObject({ insert: ' 2' });
    expect(smallestChange(before, before)).toBeNull();
  });
});
