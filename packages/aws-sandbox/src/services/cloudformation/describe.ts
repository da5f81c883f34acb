import type {
  DescribeStackEventsInput,
  DescribeStackResourceInput,
  DescribeStackResourcesInput,
  DescribeStacksInput,
  ListStackResourcesInput,
  ListStacksInput,
} from '@aws-sdk/client-cloudformation';
import { refuse } from '../../wire/service-error.ts';
import { page } from '../paging.ts';
import type { Call, Handler } from '../service.ts';
import { findStack, stackOf } from './stacks.ts';
import type { Stack, StackResource } from './state.ts';
import { readTemplate } from './template.ts';

const time = (at: number | null): Date | undefined => (at === null ? undefined : new Date(at));

function stackOut(stack: Stack) {
  const { spec } = stack;
  const template = readTemplate(spec.template);
  const executed = Object.values(stack.changeSets).find((set) => set.executed);
  return {
    StackId: stack.id,
    StackName: stack.name,
    ChangeSetId: executed?.id,
    Description: template.description ?? undefined,
    Parameters: Object.entries(spec.parameters).map(([ParameterKey, value]) => ({
      ParameterKey,
      ParameterValue: template.parameters[ParameterKey]?.noEcho ? '****' : value,
    })),
    CreationTime: new Date(stack.createdAt),
    LastUpdatedTime: time(stack.updatedAt),
    DeletionTime: time(stack.deletedAt),
    StackStatus: stack.status as 'CREATE_COMPLETE',
    StackStatusReason: stack.statusReason ?? undefined,
    DisableRollback: stack.onFailure === 'DO_NOTHING',
    NotificationARNs: spec.notificationArns,
    TimeoutInMinutes: stack.timeoutMinutes ?? undefined,
    Capabilities: spec.capabilities,
    RoleARN: spec.roleArn ?? undefined,
    Tags: Object.entries(spec.tags).map(([Key, Value]) => ({ Key, Value })),
    EnableTerminationProtection: stack.terminationProtection,
    Outputs: stack.outputs.map((output) => ({
      OutputKey: output.key,
      OutputValue: output.value,
      Description: output.description ?? undefined,
      ExportName: output.exportName ?? undefined,
    })),
    DriftInformation: { StackDriftStatus: 'NOT_CHECKED' as const },
  };
}

function resourceOut(stack: Stack, resource: StackResource) {
  return {
    StackName: stack.name,
    StackId: stack.id,
    LogicalResourceId: resource.logicalId,
    PhysicalResourceId: resource.physicalId,
    ResourceType: resource.type,
    Timestamp: new Date(resource.at),
    ResourceStatus: resource.status,
    ResourceStatusReason: resource.statusReason ?? undefined,
    DriftInformation: { StackResourceDriftStatus: 'NOT_CHECKED' as const },
  };
}

function describeStacks({ view }: Call, input: DescribeStacksInput) {
  const found =
    input.StackName === undefined
      ? Object.values(view.stacks).filter((stack) => stack.deletedAt === null)
      : [stackOf(view, input.StackName)];
  const { items, next } = page(found, input.NextToken, 100);
  return { Stacks: items.map(stackOut), NextToken: next };
}

function describeStackEvents({ view }: Call, input: DescribeStackEventsInput) {
  const stack =
    findStack(view, input.StackName) ?? refuse('ValidationError', `Stack [${input.StackName ?? ''}] does not exist`);
  const { items, next } = page(stack.events, input.NextToken, 100);
  const StackEvents = items.map((event) => ({
    StackId: stack.id,
    EventId: event.id,
    StackName: stack.name,
    LogicalResourceId: event.logicalId,
    PhysicalResourceId: event.physicalId,
    ResourceType: event.type,
    Timestamp: new Date(event.at),
    ResourceStatus: event.status,
    ResourceStatusReason: event.reason ?? undefined,
    ResourceProperties: event.properties ?? undefined,
    ClientRequestToken: event.token ?? undefined,
  }));
  return { StackEvents, NextToken: next };
}

function describeStackResources({ view }: Call, input: DescribeStackResourcesInput) {
  const stack =
    input.StackName === undefined
      ? (Object.values(view.stacks).find((each) =>
          Object.values(each.resources).some(({ physicalId }) => physicalId === input.PhysicalResourceId),
        ) ?? refuse('ValidationError', `Stack for ${input.PhysicalResourceId ?? ''} does not exist`))
      : stackOf(view, input.StackName);
  const kept = Object.values(stack.resources).filter(
    ({ logicalId }) => input.LogicalResourceId === undefined || logicalId === input.LogicalResourceId,
  );
  return { StackResources: kept.map((resource) => resourceOut(stack, resource)) };
}

export const describeHandlers: Record<string, Handler> = {
  DescribeStacks: describeStacks,
  DescribeStackEvents: describeStackEvents,
  DescribeStackResources: describeStackResources,
  DescribeStackResource({ view }: Call, input: DescribeStackResourceInput) {
    const stack = stackOf(view, input.StackName);
    const resource =
      stack.resources[input.LogicalResourceId ?? ''] ??
      refuse('ValidationError', `Resource ${input.LogicalResourceId ?? ''} does not exist for stack ${stack.name}`);
    const { Timestamp: LastUpdatedTimestamp, ...rest } = resourceOut(stack, resource);
    return { StackResourceDetail: { ...rest, LastUpdatedTimestamp } };
  },
  ListStackResources({ view }: Call, input: ListStackResourcesInput) {
    const stack = stackOf(view, input.StackName);
    const { items, next } = page(Object.values(stack.resources), input.NextToken, 100);
    const StackResourceSummaries = items.map((resource) => {
      const { StackName: _name, StackId: _id, Timestamp, ...rest } = resourceOut(stack, resource);
      return { ...rest, LastUpdatedTimestamp: Timestamp };
    });
    return { StackResourceSummaries, NextToken: next };
  },
  ListStacks({ view }: Call, input: ListStacksInput) {
    const wanted = input.StackStatusFilter as string[] | undefined;
    const found = Object.values(view.stacks).filter((stack) => !wanted?.length || wanted.includes(stack.status));
    const { items, next } = page(found, input.NextToken, 100);
    const StackSummaries = items.map((stack) => ({
      StackId: stack.id,
      StackName: stack.name,
      TemplateDescription: readTemplate(stack.spec.template).description ?? undefined,
      CreationTime: new Date(stack.createdAt),
      LastUpdatedTime: time(stack.updatedAt),
      DeletionTime: time(stack.deletedAt),
      StackStatus: stack.status,
      StackStatusReason: stack.statusReason ?? undefined,
    }));
    return { StackSummaries, NextToken: next };
  },
};
