import type {
  BatchDeleteScheduledActionType,
  BatchPutScheduledUpdateGroupActionType,
  DeleteScheduledActionType,
  DescribeScheduledActionsType,
  PutScheduledUpdateGroupActionType,
  ScheduledUpdateGroupActionRequest,
} from '@aws-sdk/client-auto-scaling';
import { page } from '../paging.ts';
import type { Call } from '../service.ts';
import { groupsNamed, invalid, liveGroupOf } from './find.ts';
import type { Group } from './state.ts';

function putScheduled(call: Call, group: Group, request: ScheduledUpdateGroupActionRequest): void {
  const name = request.ScheduledActionName ?? '';
  const arn = `arn:aws:autoscaling:${call.store.region}:${call.store.account}:scheduledUpdateGroupAction:${call.world.random.uuid()}:autoScalingGroupName/${group.name}:scheduledActionName/${name}`;
  group.scheduled[name] = {
    ...request,
    AutoScalingGroupName: group.name,
    ScheduledActionARN: group.scheduled[name]?.ScheduledActionARN ?? arn,
  };
}

/** Scheduled actions are kept and shown. */
export const scheduledActionHandlers = {
  PutScheduledUpdateGroupAction(call: Call, input: PutScheduledUpdateGroupActionType): void {
    const { AutoScalingGroupName, ...request } = input;
    putScheduled(call, liveGroupOf(call.store, AutoScalingGroupName), request);
  },

  BatchPutScheduledUpdateGroupAction(call: Call, input: BatchPutScheduledUpdateGroupActionType) {
    const group = liveGroupOf(call.store, input.AutoScalingGroupName);
    for (const request of input.ScheduledUpdateGroupActions ?? []) putScheduled(call, group, request);
    return { FailedScheduledUpdateGroupActions: [] };
  },

  DescribeScheduledActions(call: Call, input: DescribeScheduledActionsType) {
    const all = groupsNamed(call.view, input.AutoScalingGroupName).flatMap((group) => Object.values(group.scheduled));
    const kept = all.filter(
      (action) =>
        !input.ScheduledActionNames?.length || input.ScheduledActionNames.includes(action.ScheduledActionName ?? ''),
    );
    const { items, next } = page(kept, input.NextToken, input.MaxRecords, 50);
    return { ScheduledUpdateGroupActions: items, NextToken: next };
  },

  DeleteScheduledAction(call: Call, input: DeleteScheduledActionType): void {
    const group = liveGroupOf(call.store, input.AutoScalingGroupName);
    const name = input.ScheduledActionName ?? '';
    if (group.scheduled[name] === undefined)
      invalid(`Scheduled action name not found - Scheduled Action '${name}' not found`);
    delete group.scheduled[name];
  },

  BatchDeleteScheduledAction(call: Call, input: BatchDeleteScheduledActionType) {
    const group = liveGroupOf(call.store, input.AutoScalingGroupName);
    const FailedScheduledActions = (input.ScheduledActionNames ?? [])
      .filter((name) => group.scheduled[name] === undefined)
      .map((ScheduledActionName) => ({
        ScheduledActionName,
        ErrorCode: 'ValidationError',
        ErrorMessage: 'Scheduled action not found',
      }));
    for (const name of input.ScheduledActionNames ?? []) delete group.scheduled[name];
    return { FailedScheduledActions };
  },
};
