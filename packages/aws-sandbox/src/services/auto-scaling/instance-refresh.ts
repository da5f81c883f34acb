import type {
  CancelInstanceRefreshType,
  DescribeInstanceRefreshesType,
  RefreshPreferences,
  RollbackInstanceRefreshType,
  StartInstanceRefreshType,
} from '@aws-sdk/client-auto-scaling';
import { refuse } from '../../wire/service-error.ts';
import { page } from '../paging.ts';
import type { Call } from '../service.ts';
import { groupOf, invalid, liveGroupOf } from './find.ts';
import { configurationIn } from './groups.ts';
import { recipesOf } from './launching.ts';
import { isLeaving } from './members.ts';
import { activeRefresh, beginRollback, refreshPercent } from './refreshing.ts';
import type { Configuration, Group, Refresh } from './state.ts';

function checkPreferences(preferences: RefreshPreferences): void {
  const { MinHealthyPercentage: min = 90, MaxHealthyPercentage: max, CheckpointPercentages } = preferences;
  if (min < 0 || min > 100) invalid('MinHealthyPercentage must be between 0 and 100');
  if (max !== undefined && (max < 100 || max > 200)) invalid('MaxHealthyPercentage must be between 100 and 200');
  if (max !== undefined && preferences.MinHealthyPercentage === undefined)
    invalid('MinHealthyPercentage must be given together with MaxHealthyPercentage');
  if (max !== undefined && max - min > 100)
    invalid('The difference between MaxHealthyPercentage and MinHealthyPercentage must not be greater than 100');
  const rising = (CheckpointPercentages ?? []).every((each, index, all) => index === 0 || each > (all[index - 1] ?? 0));
  if (!rising) invalid('CheckpointPercentages must rise');
}

/** Members a refresh has to replace; with SkipMatching those that have the wanted template stay. */
function toReplace(call: Call, group: Group, wanted: Configuration, skipMatching: boolean): string[] {
  const members = Object.values(group.members).filter((member) => !isLeaving(member) && member.state !== 'Standby');
  if (!skipMatching) return members.map((member) => member.id);
  const templates = recipesOf(call.store, group, wanted).map(({ template }) => `${template.id}/${template.version}`);
  return members
    .filter((member) => !templates.includes(`${member.template?.id}/${member.template?.version}`))
    .map((member) => member.id);
}

function refreshOut(group: Group, refresh: Refresh) {
  const back = refresh.rolledBackFrom;
  const { desired } = refresh;
  return {
    InstanceRefreshId: refresh.id,
    AutoScalingGroupName: group.name,
    Status: refresh.status,
    StatusReason: refresh.reason ?? undefined,
    StartTime: new Date(refresh.startedAt),
    EndTime: refresh.endedAt === null ? undefined : new Date(refresh.endedAt),
    PercentageComplete: refreshPercent(refresh),
    InstancesToUpdate: refresh.left.length,
    Preferences: refresh.preferences,
    Strategy: 'Rolling' as const,
    DesiredConfiguration:
      desired === null
        ? undefined
        : {
            LaunchTemplate:
              desired.template === null
                ? undefined
                : { LaunchTemplateId: desired.template.id, Version: desired.template.version },
            MixedInstancesPolicy: desired.mixedInstances ?? undefined,
          },
    RollbackDetails:
      back === null
        ? undefined
        : {
            RollbackReason: back.reason,
            RollbackStartTime: new Date(back.at),
            PercentageCompleteOnRollback: back.percent,
            InstancesToUpdateOnRollback: back.left,
          },
  };
}

function noRefresh(): never {
  refuse('ActiveInstanceRefreshNotFound', 'No in progress or pending Instance Refresh found.');
}

export const instanceRefreshHandlers = {
  StartInstanceRefresh(call: Call, input: StartInstanceRefreshType) {
    const group = liveGroupOf(call.store, input.AutoScalingGroupName);
    const running = activeRefresh(group);
    if (running !== undefined)
      refuse(
        'InstanceRefreshInProgress',
        `An Instance Refresh is already in progress and blocks the execution of this Instance Refresh.`,
      );
    if (input.Strategy === 'ReplaceRootVolume') invalid('The sandbox replaces instances, not root volumes');
    const preferences = input.Preferences ?? {};
    checkPreferences(preferences);
    const desired = input.DesiredConfiguration ? configurationIn(call, input.DesiredConfiguration) : null;
    const before: Configuration = { template: group.template, mixedInstances: group.mixedInstances };
    if (preferences.AutoRollback && desired === null) invalid('AutoRollback needs a desired configuration');
    const left = toReplace(call, group, desired ?? before, preferences.SkipMatching ?? false);
    const refresh: Refresh = {
      id: call.world.random.uuid(),
      status: 'Pending',
      reason: null,
      startedAt: call.now,
      endedAt: null,
      preferences: { MinHealthyPercentage: 90, SkipMatching: false, AutoRollback: false, ...preferences },
      desired,
      before,
      left,
      total: left.length,
      surge: 0,
      pausedUntil: null,
      checkpointsPassed: 0,
      progressedAt: call.now,
      rolledBackFrom: null,
    };
    group.refreshes = [refresh, ...(group.refreshes ?? [])];
    return { InstanceRefreshId: refresh.id };
  },

  DescribeInstanceRefreshes(call: Call, input: DescribeInstanceRefreshesType) {
    const group = groupOf(call.view, input.AutoScalingGroupName);
    const kept = (group.refreshes ?? []).filter(
      (refresh) => !input.InstanceRefreshIds?.length || input.InstanceRefreshIds.includes(refresh.id),
    );
    const { items, next } = page(kept, input.NextToken, input.MaxRecords, 50);
    return { InstanceRefreshes: items.map((refresh) => refreshOut(group, refresh)), NextToken: next };
  },

  CancelInstanceRefresh(call: Call, input: CancelInstanceRefreshType) {
    const group = liveGroupOf(call.store, input.AutoScalingGroupName);
    const refresh = activeRefresh(group) ?? noRefresh();
    refresh.status = 'Cancelling';
    refresh.reason = 'Cancelled due to user request.';
    refresh.surge = 0;
    return { InstanceRefreshId: refresh.id };
  },

  RollbackInstanceRefresh(call: Call, input: RollbackInstanceRefreshType) {
    const group = liveGroupOf(call.store, input.AutoScalingGroupName);
    const refresh = activeRefresh(group) ?? noRefresh();
    const floating = refresh.before.template?.version.startsWith('$') ?? false;
    if (refresh.desired === null || floating || refresh.status === 'RollbackInProgress')
      refuse(
        'IrreversibleInstanceRefresh',
        'The instance refresh cannot be rolled back: it has no fixed configuration to go back to.',
      );
    beginRollback(group, refresh, call.now, 'Rollback initiated by user.');
    return { InstanceRefreshId: refresh.id };
  },
};
