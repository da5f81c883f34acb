import type {
  DescribeInstanceInformationRequest,
  GetCommandInvocationRequest,
  ListCommandsRequest,
  SendCommandRequest,
} from '@aws-sdk/client-ssm';
import { refuse } from '../../wire/service-error.ts';
import type { RegionStore } from '../../world/state.ts';
import type { World } from '../../world/world.ts';
import { playLines } from '../ec2/boot-script.ts';
import { instanceState } from '../ec2/instance-states.ts';
import type { Instance } from '../ec2/state.ts';
import { page } from '../paging.ts';
import type { Call, Handler } from '../service.ts';
import type { Command, Invocation } from './state.ts';

const pendingMs = 1000;
const unknownMs = 2000;
const defaultSeconds = 2;
const document = 'AWS-RunShellScript';

/** Whether an instance's agent answers: `Online`, `ConnectionLost` once it is stopped, null when it never reported. */
function pingOf(world: World, instance: Instance, now: number): 'Online' | 'ConnectionLost' | null {
  if (instance.profileArn === null || now < instance.runningAt + world.profile.agent * 1000) return null;
  const state = instanceState(instance, now);
  if (state === 'terminated' || state === 'shutting-down') return null;
  const broken = instance.impairedAt !== null && now >= instance.impairedAt;
  return state === 'running' && !broken ? 'Online' : 'ConnectionLost';
}

function describeInstanceInformation({ world, view, now }: Call, input: DescribeInstanceInformationRequest) {
  const filters = [
    ...(input.Filters ?? []).map(({ Key, Values }) => ({ key: Key ?? '', values: Values ?? [] })),
    ...(input.InstanceInformationFilterList ?? []).map(({ key, valueSet }) => ({
      key: key ?? '',
      values: valueSet ?? [],
    })),
  ];
  const facts = Object.values(view.instances).flatMap((instance) => {
    const ping = pingOf(world, instance, now);
    return ping === null ? [] : [{ instance, ping }];
  });
  const kept = facts.filter((fact) => filters.every((filter) => passes(fact, filter)));
  const { items, next } = page(kept, input.NextToken, input.MaxResults, 50);
  return {
    InstanceInformationList: items.map(({ instance, ping }) => ({
      InstanceId: instance.id,
      PingStatus: ping,
      LastPingDateTime: new Date(now),
      AgentVersion: '3.3.2299.0',
      IsLatestVersion: true,
      PlatformType: 'Linux' as const,
      PlatformName: 'Amazon Linux',
      PlatformVersion: '2023',
      ResourceType: 'EC2Instance' as const,
      IPAddress: instance.privateIp,
      ComputerName: `ip-${instance.privateIp.replaceAll('.', '-')}.ec2.internal`,
      SourceId: instance.id,
      SourceType: 'AWS::EC2::Instance' as const,
    })),
    NextToken: next,
  };
}

function passes(
  { instance, ping }: { instance: Instance; ping: string },
  { key, values }: { key: string; values: string[] },
): boolean {
  if (key === 'InstanceIds') return values.includes(instance.id);
  if (key === 'PingStatus') return values.includes(ping);
  if (key === 'ResourceType') return values.some((value) => value === 'EC2Instance' || value === 'ManagedInstance');
  if (key.startsWith('tag:')) return values.includes(instance.tags[key.slice(4)] ?? '');
  return refuse('InvalidFilterKey', `The filter key ${key} is not served by the sandbox.`);
}

function sendCommand({ world, store, now }: Call, input: SendCommandRequest) {
  if (input.DocumentName !== document)
    refuse('InvalidDocument', `Document with name ${input.DocumentName} does not exist.`);
  const lines = input.Parameters?.['commands'] ?? [];
  if (lines.length === 0) refuse('InvalidParameters', `Parameter commands is required by ${document}.`);
  for (const name of Object.keys(input.Parameters ?? {})) {
    if (!['commands', 'executionTimeout', 'workingDirectory'].includes(name))
      refuse('InvalidParameters', `Parameter ${name} is not defined by ${document}.`);
  }
  const timeoutSeconds = input.TimeoutSeconds ?? 3600;
  if (timeoutSeconds < 30)
    refuse(
      'ValidationException',
      `1 validation error detected: Value '${timeoutSeconds}' at 'timeoutSeconds' failed to satisfy constraint: Member must have value greater than or equal to 30`,
    );
  const targets = (input.Targets ?? []).map(({ Key, Values }) => ({ key: Key ?? '', values: Values ?? [] }));
  const instances = targetsOf(world, store, input.InstanceIds ?? [], targets, now);
  const command: Command = {
    id: world.random.uuid(),
    document,
    comment: input.Comment ?? '',
    parameters: input.Parameters ?? {},
    sentAt: now,
    expiresAt: now + timeoutSeconds * 1000,
    timeoutSeconds,
    targets,
    bucket: input.OutputS3BucketName ?? null,
    prefix: input.OutputS3KeyPrefix ?? null,
    invocations: {},
  };
  const executionSeconds = Number(input.Parameters?.['executionTimeout']?.[0] ?? '3600');
  for (const instance of instances) {
    command.invocations[instance.id] = invocationOf(command, instance, lines, executionSeconds);
  }
  store.commands[command.id] = command;
  return { Command: describeCommand(command, now) };
}

function targetsOf(
  world: World,
  store: RegionStore,
  ids: string[],
  targets: Command['targets'],
  now: number,
): Instance[] {
  if (ids.length > 50) refuse('ValidationException', 'A command takes at most 50 instance ids.');
  const bad = ids.filter((id) => {
    const instance = store.instances[id];
    return instance === undefined || pingOf(world, instance, now) === null;
  });
  if (bad.length > 0)
    refuse('InvalidInstanceId', `Instances [[${bad.join(', ')}]] not in a valid state for account ${store.account}`);
  const named = targets.flatMap(({ key, values }) =>
    Object.values(store.instances).filter((instance) => {
      if (pingOf(world, instance, now) === null) return false;
      if (key === 'InstanceIds') return values.includes(instance.id);
      return key.startsWith('tag:') && values.includes(instance.tags[key.slice(4)] ?? '');
    }),
  );
  const chosen = [...ids.flatMap((id) => store.instances[id] ?? []), ...named];
  if (ids.length === 0 && targets.length === 0)
    refuse('ValidationException', 'Either InstanceIds or Targets must be given.');
  return [...new Set(chosen)];
}

function invocationOf(command: Command, instance: Instance, lines: string[], executionSeconds: number): Invocation {
  const { sentAt, bucket, prefix } = command;
  const played = playLines(
    lines.flatMap((line) => line.split('\n')),
    defaultSeconds,
  );
  const startsAt = sentAt + pendingMs;
  const seconds = Math.min(played.seconds, executionSeconds);
  const late = played.seconds > executionSeconds;
  const key = [prefix, command.id, instance.id, 'awsrunShellScript/0.awsrunShellScript/stdout']
    .filter((part) => part !== null && part !== '')
    .join('/');
  return {
    instanceId: instance.id,
    startsAt,
    endsAt: startsAt + seconds * 1000,
    outcome: late ? 'Execution Timed Out' : played.rc === 0 ? 'Success' : 'Failed',
    rc: late ? 137 : played.rc,
    output: late ? '' : [...played.log(played.rc), ''].join('\n'),
    outputTo: bucket === null ? null : { bucket, key },
  };
}

/** What an invocation shows. */
export interface Seen {
  status: 'Pending' | 'InProgress' | 'Success' | 'Failed' | 'TimedOut';
  details: string;
  ended: boolean;
}

/** What an invocation shows at this moment; an instance that went away never reports an end. */
export function seen(store: RegionStore, command: Command, invocation: Invocation, now: number): Seen {
  const instance = store.instances[invocation.instanceId];
  const lostAt = instance === undefined ? command.sentAt : lossOf(instance);
  if (lostAt !== null && lostAt < invocation.startsAt) {
    return now < command.expiresAt
      ? { status: 'Pending', details: 'Pending', ended: false }
      : { status: 'TimedOut', details: 'Delivery Timed Out', ended: true };
  }
  if (now < invocation.startsAt) return { status: 'Pending', details: 'Pending', ended: false };
  if (lostAt !== null && lostAt < invocation.endsAt) {
    const over = command.expiresAt + 3_600_000;
    return now < over
      ? { status: 'InProgress', details: 'InProgress', ended: false }
      : { status: 'TimedOut', details: 'Execution Timed Out', ended: true };
  }
  if (now < invocation.endsAt) return { status: 'InProgress', details: 'InProgress', ended: false };
  const { outcome } = invocation;
  const status = outcome === 'Success' || outcome === 'Failed' ? outcome : 'TimedOut';
  return { status, details: outcome, ended: true };
}

function lossOf(instance: Instance): number | null {
  const losses = [instance.impairedAt, instance.stoppingAt, instance.shuttingDownAt].filter((at) => at !== null);
  return losses.length === 0 ? null : Math.min(...losses);
}

function getCommandInvocation({ view, now }: Call, input: GetCommandInvocationRequest) {
  const command = view.commands[input.CommandId ?? ''];
  const invocation = command?.invocations[input.InstanceId ?? ''];
  if (command === undefined || invocation === undefined || now < command.sentAt + unknownMs)
    refuse('InvocationDoesNotExist', '');
  const { status, details, ended } = seen(view, command, invocation, now);
  const started = status !== 'Pending' && details !== 'Delivery Timed Out' ? invocation.startsAt : null;
  const iso = (at: number) => new Date(at).toISOString();
  const reported = ended && (details === 'Success' || details === 'Failed' || invocation.outcome === details);
  return {
    CommandId: command.id,
    InstanceId: invocation.instanceId,
    Comment: command.comment,
    DocumentName: command.document,
    DocumentVersion: '$DEFAULT',
    PluginName: 'aws:runShellScript',
    ResponseCode: reported ? invocation.rc : -1,
    ExecutionStartDateTime: started === null ? '' : iso(started),
    ExecutionElapsedTime: reported ? `PT${(invocation.endsAt - invocation.startsAt) / 1000}S` : '',
    ExecutionEndDateTime: reported ? iso(invocation.endsAt) : '',
    Status: status,
    StatusDetails: details,
    StandardOutputContent: reported ? invocation.output.slice(0, 24_000) : '',
    StandardOutputUrl:
      command.bucket === null
        ? ''
        : `https://s3.${view.region}.amazonaws.com/${command.bucket}/${command.prefix ?? ''}`,
    StandardErrorContent:
      reported && invocation.outcome === 'Failed' ? `failed to run commands: exit status ${invocation.rc}` : '',
    StandardErrorUrl: '',
  };
}

function listCommands({ view, now }: Call, input: ListCommandsRequest) {
  if ((input.Filters?.length ?? 0) > 0)
    refuse('InvalidFilterKey', 'The sandbox filters commands by nothing but their id and instance.');
  const found = Object.values(view.commands)
    .filter((command) => input.CommandId === undefined || command.id === input.CommandId)
    .filter((command) => input.InstanceId === undefined || command.invocations[input.InstanceId] !== undefined)
    .sort((a, b) => b.sentAt - a.sentAt);
  if (input.CommandId !== undefined && found.length === 0) refuse('InvalidCommandId', '');
  const { items, next } = page(found, input.NextToken, input.MaxResults, 50);
  return { Commands: items.map((command) => describeCommand(command, now, view)), NextToken: next };
}

function describeCommand(command: Command, now: number, store?: RegionStore) {
  const states = Object.values(command.invocations).map((each) =>
    store === undefined ? null : seen(store, command, each, now),
  );
  const ended = states.filter((state) => state?.ended === true);
  const failed = ended.filter((state) => state?.status !== 'Success');
  const running = states.some((state) => state !== null && state.status !== 'Pending');
  const done = ended.length === states.length;
  const status = done ? (failed[0]?.status ?? 'Success') : running ? 'InProgress' : 'Pending';
  return {
    CommandId: command.id,
    DocumentName: command.document,
    DocumentVersion: '$DEFAULT',
    Comment: command.comment,
    ExpiresAfter: new Date(command.expiresAt),
    Parameters: command.parameters,
    InstanceIds: command.targets.length === 0 ? Object.keys(command.invocations) : [],
    Targets: command.targets.map(({ key, values }) => ({ Key: key, Values: values })),
    RequestedDateTime: new Date(command.sentAt),
    Status: status,
    StatusDetails: status,
    OutputS3BucketName: command.bucket ?? '',
    OutputS3KeyPrefix: command.prefix ?? '',
    MaxConcurrency: '50',
    MaxErrors: '0',
    TargetCount: states.length,
    CompletedCount: ended.length,
    ErrorCount: failed.length,
    DeliveryTimedOutCount: ended.filter((state) => state?.details === 'Delivery Timed Out').length,
    TimeoutSeconds: command.timeoutSeconds,
  };
}

export const commandHandlers: Record<string, Handler> = {
  DescribeInstanceInformation: describeInstanceInformation,
  SendCommand: sendCommand,
  GetCommandInvocation: getCommandInvocation,
  ListCommands: listCommands,
};
