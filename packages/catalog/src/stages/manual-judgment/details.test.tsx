import { describe, expect, it } from 'vitest';
import { afterReject, whoDecides } from './details.tsx';

describe('the decision form', () => {
  it('says who may decide', () => {
    expect(whoDecides({})).toBe('May decide: everyone who may run this pipeline.');
    expect(whoDecides({ selectedStageRoles: ['qa', 'ops'] })).toBe('May decide: people with one of the roles qa, ops.');
    expect(whoDecides({ approvals: { distinctFromTriggerUser: true } })).toContain('but not who started this run');
  });

  it('says what a rejection does, by the failure choice of the stage', () => {
    expect(afterReject({})).toContain('whole run stops');
    expect(afterReject({ failPipeline: false, continuePipeline: true })).toContain('stages after it start');
    expect(afterReject({ failPipeline: false, continuePipeline: false })).toContain('nothing after this stage runs');
  });
});
