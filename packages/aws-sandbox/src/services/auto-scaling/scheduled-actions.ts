import type {
  BatchDeleteScheduledActionType,
  BatchPutScheduledUpdateGroupActionType,
  DeleteScheduledActionType,
  DescribeScheduledActionsType,
  PutScheduledUpdateGroupActionType,
  ScheduledUpdateGroupActionRequest,
} from '@aws-sdk/client-auto-scaling';
import { ServiceError } from '../../wire/service-error.ts';
import type { Step } from '../../world/world.ts';
import { page } from '../paging.ts';
import type { Call } from '../service.ts';
import { addActivity, iso } from './activities.ts';
import { groupsNamed, invalid, liveGroupOf } from './find.ts';
import { isTimeZone, nextRun, readRecurrence } from './recurrence.ts';
import { checkSizes } from './settings.ts';
import type { Group, ScheduledAction } from './state.ts';

const maxBatch = 50;

function checkRequest(call: Call, request: ScheduledUpdateGroupActionRequest, before: ScheduledAction | undefined) {
  const { MinSize, MaxSize, DesiredCapacity, Recurrence, StartTime, EndTime, TimeZone } = request;
  const sized = [MinSize, MaxSize, DesiredCapacity].some((size) => size !== undefined);
  if (!sized && before === undefined)
    invalid('At least one of Min Size, Max Size or Desired Capacity must be specified for a scheduled action');
  if (MinSize !== undefined && MaxSize !== undefined && MinSize > MaxSize)
    invalid(`Max bound, ${MaxSize}, must be greater than or equal to min bound, ${MinSize}`);
  if (Recurrence !== undefined && readRecurrence(Recurrence) === null)
    invalid(`Given recurrence string: ${Recurrence} is invalid.`);
  if (TimeZone !== undefined && !isTimeZone(TimeZone)) invalid(`Invalid time zone: ${TimeZone}`);
  if (StartTime !== undefined && StartTime.getTime() <= call.now) invalid('Given start time is in the past');
  if (EndTime !== undefined && EndTime.getTime() <= (StartTime?.getTime() ?? call.now))
    invalid('Given end time must be after the start time and in the future');
  if (Recurrence === undefined && StartTime === undefined && before === undefined)
    invalid('A scheduled action needs a start time or a recurrence');
}

function putScheduled(call: Call, group: Group, request: ScheduledUpdateGroupActionRequest): void {
  const name = request.ScheduledActionName ?? '';
  if (!/^[^:]{1,255}$/.test(name)) invalid(`Scheduled action name '${name}' must be 1 to 255 characters without ':'`);
  const before = group.scheduled[name];
  checkRequest(call, request, before);
  group.scheduled[name] = {
    name,
    arn:
      before?.arn ??
      `arn:aws:autoscaling:${call.store.region}:${call.store.account}:scheduledUpdateGroupAction:${call.world.random.uuid()}:autoScalingGroupName/${group.name}:scheduledActionName/${name}`,
    recurrence: request.Recurrence ?? before?.recurrence ?? null,
    timeZone: request.TimeZone ?? before?.timeZone ?? null,
    startAt: request.StartTime?.getTime() ?? before?.startAt ?? null,
    endAt: request.EndTime?.getTime() ?? before?.endAt ?? null,
    minSize: request.MinSize ?? before?.minSize ?? null,
    maxSize: request.MaxSize ?? before?.maxSize ?? null,
    desired: request.DesiredCapacity ?? before?.desired ?? null,
    ranUntil: call.now,
  };
}

function scheduledOut(group: Group, action: ScheduledAction) {
  const startAt = action.recurrence === null ? action.startAt : dueAt(action);
  return {
    AutoScalingGroupName: group.name,
    ScheduledActionName: action.name,
    ScheduledActionARN: action.arn,
    StartTime: dateOf(startAt),
    Time: dateOf(startAt),
    EndTime: dateOf(action.endAt),
    Recurrence: action.recurrence ?? undefined,
    TimeZone: action.timeZone ?? undefined,
    MinSize: action.minSize ?? undefined,
    MaxSize: action.maxSize ?? undefined,
    DesiredCapacity: action.desired ?? undefined,
  };
}

const dateOf = (time: number | null): Date | undefined =>
  time === null || time === Number.POSITIVE_INFINITY ? undefined : new Date(time);

/** When an action runs next; Infinity when it never does again. */
function dueAt(action: ScheduledAction): number {
  const { recurrence, startAt, endAt, ranUntil } = action;
  const read = recurrence === null ? null : readRecurrence(recurrence);
  if (read === null) return startAt !== null && startAt > ranUntil ? startAt : Number.POSITIVE_INFINITY;
  const after = Math.max(ranUntil, (startAt ?? 0) - 1);
  const next = nextRun(read, action.timeZone ?? 'UTC', after);
  return endAt !== null && next > endAt ? Number.POSITIVE_INFINITY : next;
}

/** Plays the scheduled actions that are due; answers when the next one is. */
export function runScheduledActions(step: Step, group: Group): number {
  let due = Number.POSITIVE_INFINITY;
  for (const action of Object.values(group.scheduled)) {
    let at = dueAt(action);
    if (at <= step.now) {
      action.ranUntil = step.now;
      if (group.suspended['ScheduledActions'] === undefined) execute(step, group, action);
      at = dueAt(action);
      step.changed();
    }
    const ended = action.endAt !== null && step.now >= action.endAt;
    if (ended || at === Number.POSITIVE_INFINITY) delete group.scheduled[action.name];
    due = Math.min(due, at, action.endAt ?? Number.POSITIVE_INFINITY);
  }
  return due;
}

function execute({ world, now }: Step, group: Group, action: ScheduledAction): void {
  const minSize = action.minSize ?? group.minSize;
  const maxSize = action.maxSize ?? group.maxSize;
  const desired = action.desired ?? Math.max(minSize, Math.min(maxSize, group.desired));
  const before = group.desired;
  const cause = `a scheduled action update of AutoScalingGroup constraints to min: ${minSize}, max: ${maxSize}, desired: ${desired} changing the desired capacity from ${before} to ${desired}`;
  const description = `Executing scheduled action ${action.name}`;
  try {
    checkSizes(minSize, maxSize, desired);
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    const told = { description, cause: `At ${iso(now)} ${cause}.`, status: 'Failed' as const, message: error.message };
    addActivity(world, group, now, told);
    return;
  }
  Object.assign(group, { minSize, maxSize, desired });
  if (desired !== before) group.capacityCause = cause;
  addActivity(world, group, now, { description, cause: `At ${iso(now)} ${cause}.`, status: 'Successful' });
}

/** Does one part of a batch; what refuses it is told in the answer and the other parts go on. */
function attempt(name: string, act: () => void): Array<Record<string, string>> {
  try {
    act();
    return [];
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    return [{ ScheduledActionName: name, ErrorCode: error.code, ErrorMessage: error.message }];
  }
}

function deleteScheduled(group: Group, name: string): void {
  if (group.scheduled[name] === undefined)
    invalid(`Scheduled action name not found - Scheduled Action '${name}' not found`);
  delete group.scheduled[name];
}

export const scheduledActionHandlers = {
  PutScheduledUpdateGroupAction(call: Call, input: PutScheduledUpdateGroupActionType): void {
    const { AutoScalingGroupName, Time, ...request } = input;
    putScheduled(call, liveGroupOf(call.store, AutoScalingGroupName), {
      ...request,
      StartTime: request.StartTime ?? Time,
    });
  },

  BatchPutScheduledUpdateGroupAction(call: Call, input: BatchPutScheduledUpdateGroupActionType) {
    const group = liveGroupOf(call.store, input.AutoScalingGroupName);
    const requests = input.ScheduledUpdateGroupActions ?? [];
    if (requests.length > maxBatch) invalid(`At most ${maxBatch} scheduled actions can be put in one call`);
    const FailedScheduledUpdateGroupActions = requests.flatMap((request) =>
      attempt(request.ScheduledActionName ?? '', () => putScheduled(call, group, request)),
    );
    return { FailedScheduledUpdateGroupActions };
  },

  DescribeScheduledActions(call: Call, input: DescribeScheduledActionsType) {
    const all = groupsNamed(call.view, input.AutoScalingGroupName).flatMap((group) =>
      Object.values(group.scheduled).map((action) => ({ group, action })),
    );
    const kept = all.filter(
      ({ action }) => !input.ScheduledActionNames?.length || input.ScheduledActionNames.includes(action.name),
    );
    const { items, next } = page(kept, input.NextToken, input.MaxRecords, 50);
    const ScheduledUpdateGroupActions = items.map(({ group, action }) => scheduledOut(group, action));
    return { ScheduledUpdateGroupActions, NextToken: next };
  },

  DeleteScheduledAction(call: Call, input: DeleteScheduledActionType): void {
    deleteScheduled(liveGroupOf(call.store, input.AutoScalingGroupName), input.ScheduledActionName ?? '');
  },

  BatchDeleteScheduledAction(call: Call, input: BatchDeleteScheduledActionType) {
    const group = liveGroupOf(call.store, input.AutoScalingGroupName);
    const names = input.ScheduledActionNames ?? [];
    if (names.length > maxBatch) invalid(`At most ${maxBatch} scheduled actions can be deleted in one call`);
    const FailedScheduledActions = names.flatMap((name) => attempt(name, () => deleteScheduled(group, name)));
    return { FailedScheduledActions };
  },
};
