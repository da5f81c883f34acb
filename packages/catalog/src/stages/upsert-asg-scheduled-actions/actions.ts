import { FailureError } from '@gennaker/pipeline-dsl';
import type { ScheduledAction } from '../../kit/ports/index.ts';
import type { ScheduledActionsContext } from './definition.ts';

type Written = ScheduledActionsContext['scheduledActions'][number];

const wrong = (what: string): FailureError =>
  new FailureError({
    code: 'scaling.no-schedule',
    message: `A scheduled action of the stage cannot be used: ${what}.`,
    advice: 'Give each action a recurrence or a start, and at least one size.',
  });

function momentOf(value: number | string | null | undefined): number | null {
  if (value === null || value === undefined || value === '') return null;
  const moment = typeof value === 'number' ? value : Date.parse(value);
  if (Number.isFinite(moment)) return moment;
  throw wrong(`"${value}" is no time`);
}

/** The same action has the same name in every run, so that it is changed and not doubled. */
function nameOf(action: Written, group: string): string {
  const given = action.scheduledActionName || action.name;
  if (given) return given;
  const when = action.recurrence || String(action.startTime ?? '');
  return `${group}-${when.replaceAll('*', 'x').replaceAll(/[^A-Za-z0-9]+/g, '-')}`.replaceAll(/-+$/g, '');
}

/** The actions that a server group of that name gets. */
export const actionsOf = ({ scheduledActions }: ScheduledActionsContext, group: string): readonly ScheduledAction[] =>
  scheduledActions.map((action) => {
    const startTime = momentOf(action.startTime);
    const sizes = { min: action.minSize ?? null, desired: action.desiredCapacity ?? null, max: action.maxSize ?? null };
    if (!action.recurrence && startTime === null) throw wrong('it says neither when it recurs nor when it starts');
    if (Object.values(sizes).every((size) => size === null)) throw wrong('it sets no size');
    return {
      name: nameOf(action, group),
      recurrence: action.recurrence || null,
      timeZone: action.timeZone || null,
      startTime,
      endTime: momentOf(action.endTime),
      ...sizes,
    };
  });
