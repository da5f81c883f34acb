import { ServiceError } from '../../wire/service-error.ts';
import type { Machine, Step } from '../../world/world.ts';
import { actOn } from './actions.ts';
import { evaluateAlarm, periodOf, type Verdict } from './evaluation.ts';
import type { Alarm } from './state.ts';

/** Evaluates alarms, once a minute, or each ten seconds for those on shorter periods. Without alarms nothing happens. */
export const cloudWatchMachine: Machine = (step) => {
  let due = Number.POSITIVE_INFINITY;
  for (const alarm of Object.values(step.store.alarms)) {
    if (outlived(step, alarm)) {
      delete step.store.alarms[alarm.name];
      continue;
    }
    const every = periodOf(alarm.settings) < 60 ? 10_000 : 60_000;
    const last = Math.floor(step.now / every) * every;
    if ((alarm.evaluatedAt ?? alarm.updatedAt) < last) evaluate(step, alarm);
    due = Math.min(due, last + every);
  }
  return due;
};

/** Alarms that were made for a scaling policy go with it. */
function outlived({ store }: Step, { madeFor }: Alarm): boolean {
  return madeFor !== null && store.groups[madeFor.group]?.policies[madeFor.policy] === undefined;
}

function evaluate(step: Step, alarm: Alarm): void {
  alarm.evaluatedAt = step.now;
  if (actOn(step, alarm, verdictOf(step, alarm), step.now)) step.changed();
}

/** An alarm whose expression cannot be worked out has no data to decide on. */
function verdictOf(step: Step, alarm: Alarm): Verdict {
  try {
    return evaluateAlarm(step, alarm);
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    return { state: 'INSUFFICIENT_DATA', reason: error.message, reasonData: '{}', latest: null };
  }
}
