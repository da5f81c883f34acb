import type {
  CompleteLifecycleActionType,
  DeleteLifecycleHookType,
  DescribeLifecycleHooksType,
  PutLifecycleHookType,
  RecordLifecycleActionHeartbeatType,
} from '@aws-sdk/client-auto-scaling';
import type { Call } from '../service.ts';
import { hookOut } from './describe.ts';
import { groupOf, invalid, liveGroupOf } from './find.ts';
import { everyMember } from './members.ts';
import { hookIn } from './settings.ts';
import type { Group, HookWait } from './state.ts';

function waitOf(call: Call, input: CompleteLifecycleActionType): { wait: HookWait; group: Group } {
  const group = groupOf(call.store, input.AutoScalingGroupName);
  const waits = everyMember(group).flatMap((member) => member.waits.map((wait) => ({ wait, member })));
  const found = waits.find(
    ({ wait, member }) =>
      wait.hook === input.LifecycleHookName &&
      wait.result === null &&
      (input.LifecycleActionToken === undefined || wait.token === input.LifecycleActionToken) &&
      (input.InstanceId === undefined || member.id === input.InstanceId),
  );
  if (found === undefined) {
    return invalid(
      `No active Lifecycle Action found with instance ID ${input.InstanceId ?? input.LifecycleActionToken ?? ''}`,
    );
  }
  return { wait: found.wait, group };
}

export const lifecycleHookHandlers = {
  PutLifecycleHook(call: Call, input: PutLifecycleHookType) {
    const group = liveGroupOf(call.store, input.AutoScalingGroupName);
    const name = input.LifecycleHookName ?? '';
    const { AutoScalingGroupName: _group, ...specification } = input;
    group.hooks[name] = hookIn(specification as Parameters<typeof hookIn>[0], group.hooks[name]);
    return {};
  },

  DescribeLifecycleHooks(call: Call, input: DescribeLifecycleHooksType) {
    const group = groupOf(call.view, input.AutoScalingGroupName);
    const wanted = Object.values(group.hooks).filter(
      (hook) => !input.LifecycleHookNames?.length || input.LifecycleHookNames.includes(hook.name),
    );
    return { LifecycleHooks: wanted.map((hook) => hookOut(group, hook)) };
  },

  DeleteLifecycleHook(call: Call, input: DeleteLifecycleHookType) {
    const group = liveGroupOf(call.store, input.AutoScalingGroupName);
    const name = input.LifecycleHookName ?? '';
    if (group.hooks[name] === undefined) invalid(`No Lifecycle Hook found with name: ${name}`);
    delete group.hooks[name];
    for (const member of everyMember(group)) {
      for (const wait of member.waits) if (wait.hook === name) wait.result ??= 'CONTINUE';
    }
    return {};
  },

  CompleteLifecycleAction(call: Call, input: CompleteLifecycleActionType) {
    waitOf(call, input).wait.result = input.LifecycleActionResult === 'CONTINUE' ? 'CONTINUE' : 'ABANDON';
    return {};
  },

  RecordLifecycleActionHeartbeat(call: Call, input: RecordLifecycleActionHeartbeatType) {
    const { wait, group } = waitOf(call, { ...input, LifecycleActionResult: 'CONTINUE' });
    const seconds = group.hooks[wait.hook]?.heartbeatSeconds ?? 3600;
    wait.deadline = Math.min(call.now + seconds * 1000, wait.startedAt + Math.min(172800, seconds * 100) * 1000);
    return {};
  },
};
