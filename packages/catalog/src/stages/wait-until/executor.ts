import { days, executeStage, succeeded, waitFor } from '../../kit/index.ts';
import { waitUntilStage } from './definition.ts';

/** Longest single sleep: timers take no more than 2^31 ms. */
const LONGEST_SLEEP_MS = days(20);

export const waitUntil = executeStage(waitUntilStage, {
  needs: [],
  tasks: [
    {
      name: 'waitUntil',
      timeoutMs: days(36_500),
      run(run) {
        const { context } = run;
        const left = context.epochMillis - run.now();
        if (context.skipRemainingWait || left <= 0) return succeeded();
        return waitFor(
          { kind: 'time', reason: 'the set moment', until: context.epochMillis },
          { afterMs: Math.min(left, LONGEST_SLEEP_MS) },
        );
      },
    },
  ],
});
