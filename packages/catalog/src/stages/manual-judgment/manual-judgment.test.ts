import type { SignalVerdict } from '@gennaker/pipeline-dsl';
import { describe, expect, it } from 'vitest';
import { runStage } from '../../kit/testing/index.ts';
import { judgmentSignal } from './definition.ts';
import { manualJudgment } from './executor.ts';

const judge = (body: unknown, context = {}, actor = { user: 'bob', roles: ['ops'] }): SignalVerdict =>
  judgmentSignal.decide(body as never, { context, trigger: { user: 'ann' } }, actor);
const refusal = (verdict: SignalVerdict) => ('refuse' in verdict ? verdict.refuse.status : null);

describe('manual judgment', () => {
  it('waits for a person and shows until when', async () => {
    const run = await runStage(manualJudgment);
    expect([run.status, run.waits]).toEqual(['RUNNING', ['a person to decide']]);
  });

  it.each([
    ['continue', 'SUCCEEDED'],
    ['Stop', 'TERMINAL'],
  ])('ends %s as %s', async (judgmentStatus, status) => {
    const patch = { judgmentStatus, lastModifiedBy: 'bob', judgmentComment: 'too slow' };
    const run = await runStage(manualJudgment, { signals: [{ afterMs: 60_000, patch }] });
    expect(run.status).toBe(status);
    if (status === 'TERMINAL') expect(run.failure?.message).toBe('bob decided to stop: too slow');
  });

  it('takes the verdict without regard to case and keeps who, what and why', () => {
    const context = { judgmentInputs: [{ value: 'full' }] };
    expect(judge({ judgmentStatus: 'CONTINUE', judgmentInput: 'full', comment: 'fine' }, context)).toEqual({
      accept: { judgmentStatus: 'continue', judgmentInput: 'full', judgmentComment: 'fine', lastModifiedBy: 'bob' },
    });
  });

  it('refuses with 400 what is not offered', () => {
    expect(refusal(judge({ judgmentStatus: 'maybe' }))).toBe(400);
    expect(
      refusal(judge({ judgmentStatus: 'continue', judgmentInput: 'half' }, { judgmentInputs: [{ value: 'full' }] })),
    ).toBe(400);
  });

  it('refuses with 403 a person without one of the roles; required roles replace the chosen ones', () => {
    const body = { judgmentStatus: 'continue' };
    expect(refusal(judge(body, { selectedStageRoles: ['release'] }))).toBe(403);
    expect(refusal(judge(body, { selectedStageRoles: ['release', 'ops'] }))).toBeNull();
    expect(refusal(judge(body, { selectedStageRoles: ['ops'], requiredJudgmentRoles: ['release'] }))).toBe(403);
  });

  it('refuses with 403 the person who started it when four eyes are asked for', () => {
    const rule = { approvals: { distinctFromTriggerUser: true } };
    expect(refusal(judge({ judgmentStatus: 'continue' }, rule, { user: 'ann', roles: [] }))).toBe(403);
    expect(refusal(judge({ judgmentStatus: 'continue' }, rule))).toBeNull();
  });
});
