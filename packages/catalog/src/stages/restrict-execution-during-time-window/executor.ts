import type * as z from 'zod';
import {
  days,
  executeStage,
  failed,
  fractionOf,
  minutes,
  succeeded,
  type TaskResult,
  type TaskRun,
  waitFor,
} from '../../kit/index.ts';
import { restrictExecutionDuringTimeWindowStage } from './definition.ts';
import { isTimeZone, nextOpening } from './window.ts';

type Context = z.output<typeof restrictExecutionDuringTimeWindowStage.context>;
type Run = TaskRun<Context, never>;

const DEFAULT_ZONE = 'America/Los_Angeles';
/** Longest sleep before the clock is looked at again: clocks of machines are set right now and then. */
const LONGEST_SLEEP_MS = minutes(30);

const impossible = (message: string): TaskResult =>
  failed({ code: 'window.impossible', message, advice: 'Mend the execution window of the stage, then restart it.' });

function awaitOpening(run: Run): TaskResult {
  const { context } = run;
  if (context.skipRemainingWait) return succeeded();
  const given = context.restrictedExecutionWindow;
  const window = { days: given?.days ?? [], whitelist: given?.whitelist ?? [] };
  if (window.days.length === 0 && window.whitelist.length === 0)
    return impossible('The execution window names neither days nor times of day.');
  const zone = given?.timezone || context.timezone || DEFAULT_ZONE;
  if (!isTimeZone(zone)) return impossible(`"${zone}" is not a time zone.`);
  const opening = nextOpening(window, run.now(), zone);
  if (opening === null) return impossible('The execution window never opens.');
  if (opening <= run.now()) return succeeded();
  return waitFor(
    { kind: 'window', reason: `the execution window to open (${zone})`, until: opening },
    { afterMs: Math.min(opening - run.now(), LONGEST_SLEEP_MS), context: { scheduledTime: opening } },
  );
}

/** Spreads stages that a window releases together. The delay depends on the operation alone, so a retry waits as long. */
function awaitJitter(run: Run): TaskResult {
  const { minDelay, maxDelay } = run.context.restrictedExecutionWindow?.jitter ?? {};
  const least = minDelay ?? 0;
  const most = Math.max(least, maxDelay ?? 0);
  const delay = least + Math.floor(fractionOf(run.operation().key) * (most - least + 1));
  const until = run.task.startTime + delay * 1_000;
  if (run.context.skipRemainingWait || until <= run.now()) return succeeded(undefined, { jitterSeconds: delay });
  return waitFor(
    { kind: 'time', reason: 'a random delay after the window opened', until },
    { afterMs: until - run.now() },
  );
}

export const restrictExecutionDuringTimeWindow = executeStage(restrictExecutionDuringTimeWindowStage, {
  needs: [],
  choose({ context, execution }) {
    const jitter = context.restrictedExecutionWindow?.jitter;
    const spared = jitter?.skipManual && execution.trigger['type'] === 'manual';
    const opening = 'suspendExecutionDuringTimeWindow';
    return jitter?.enabled && !spared ? [opening, 'waitForJitter'] : [opening];
  },
  tasks: [
    { name: 'suspendExecutionDuringTimeWindow', timeoutMs: days(7), run: awaitOpening },
    { name: 'waitForJitter', timeoutMs: days(7), run: awaitJitter },
  ],
});
