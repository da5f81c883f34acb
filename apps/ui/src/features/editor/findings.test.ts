import type { Finding } from '@gennaker/pipeline-dsl';
import { describe, expect, it } from 'vitest';
import { emptyDocument } from './document.ts';
import { mergeFindings, placeOfFinding } from './findings.ts';

const document = {
  ...emptyDocument('shop'),
  name: 'Deploy',
  stages: [{ type: 'wait', refId: '1', name: 'Soak', requisiteStageRefIds: [] }],
  parameterConfig: [{ name: 'region' }],
};
const finding = (pointer: string, message = 'No.'): Finding => ({
  severity: 'warning',
  code: 'stage.bad-field',
  pointer,
  message,
});

describe('findings', () => {
  it('name their place as the forms do', () => {
    const place = (pointer: string) => placeOfFinding(document as never, finding(pointer));
    expect(place('/stages/0/waitTime')).toBe('Soak › Wait time');
    expect(place('/parameterConfig/0/name')).toBe('Parameter “region” › Name');
    expect(place('/triggers/1/source')).toBe('Trigger 2 › Source');
    expect(place('/name')).toBe('Pipeline › Name');
  });

  it('say a wrong type in words, and keep what is said in words already', () => {
    const said = (message: string) => mergeFindings([], [finding('/stages/0/waitTime', message)])[0]?.message;
    expect(said('Invalid input: expected number, received NaN')).toBe('A number is expected here.');
    expect(said('At most 10 are allowed.')).toBe('At most 10 are allowed.');
  });
});
