import { days, executeStage, succeeded, waitFor } from '../../kit/index.ts';
import { waitStage } from './definition.ts';

export const wait = executeStage(waitStage, {
  needs: [],
  tasks: [
    {
      name: 'wait',
      timeoutMs: days(366),
      run(run) {
        const { context, stage } = run;
        const until = stage.startTime + (context.waitTime ?? 0) * 1_000;
        const left = until - run.now();
        if (context.skipRemainingWait || left <= 0) return succeeded();
        return waitFor({ kind: 'time', reason: 'the set time to pass', until }, { afterMs: left });
      },
    },
  ],
});
