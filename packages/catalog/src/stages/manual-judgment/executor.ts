import { days, executeStage, failed, succeeded, waitFor } from '../../kit/index.ts';
import { manualJudgmentStage } from './definition.ts';

const JUDGMENT_LIMIT_MS = days(3);

export const manualJudgment = executeStage(manualJudgmentStage, {
  needs: [],
  tasks: [
    {
      name: 'waitForJudgment',
      timeoutMs: JUDGMENT_LIMIT_MS,
      run({ context, task }) {
        const verdict = (context.judgmentStatus ?? '').toLowerCase();
        if (verdict === 'continue') return succeeded();
        if (verdict === 'stop') return failed(stopped(context));
        return waitFor({ kind: 'person', reason: 'a person to decide', until: task.startTime + limitOf(context) });
      },
    },
  ],
});

function limitOf(context: { readonly [key: string]: unknown }): number {
  const limit = Number(context['stageTimeoutMs']);
  return limit > 0 ? limit : JUDGMENT_LIMIT_MS;
}

function stopped(context: {
  lastModifiedBy?: string | null;
  judgmentComment?: string | null;
  judgmentInput?: string | null;
}) {
  const who = context.lastModifiedBy || 'The judge';
  const option = context.judgmentInput ? ` (${context.judgmentInput})` : '';
  const comment = context.judgmentComment ? `: ${context.judgmentComment}` : '.';
  return {
    code: 'manual-judgment.stopped',
    message: `${who} decided to stop${option}${comment}`,
    advice: 'Restart the stage to judge again.',
  };
}
