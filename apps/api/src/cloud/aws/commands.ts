import {
  CreateAutoScalingGroupCommand,
  CreateOrUpdateTagsCommand,
  DeleteAutoScalingGroupCommand,
  DeletePolicyCommand,
  DeleteScheduledActionCommand,
  DeleteTagsCommand,
  DeleteWarmPoolCommand,
  DescribeAccountLimitsCommand,
  DescribeAutoScalingGroupsCommand,
  DescribeLifecycleHooksCommand,
  DescribePoliciesCommand,
  DescribeScalingActivitiesCommand,
  DescribeScheduledActionsCommand,
  DescribeWarmPoolCommand,
  DetachInstancesCommand,
  EnableMetricsCollectionCommand,
  PutScalingPolicyCommand,
  PutScheduledUpdateGroupActionCommand,
  PutWarmPoolCommand,
  ResumeProcessesCommand,
  SetInstanceHealthCommand,
  SuspendProcessesCommand,
  TerminateInstanceInAutoScalingGroupCommand,
  UpdateAutoScalingGroupCommand,
} from '@aws-sdk/client-auto-scaling';
import {
  CreateChangeSetCommand,
  CreateStackCommand,
  DeleteChangeSetCommand,
  DeleteStackCommand,
  DescribeChangeSetCommand,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  ExecuteChangeSetCommand,
  ListStackResourcesCommand,
  UpdateStackCommand,
} from '@aws-sdk/client-cloudformation';
import {
  DeleteAlarmsCommand,
  DescribeAlarmsCommand,
  GetMetricDataCommand,
  PutMetricAlarmCommand,
} from '@aws-sdk/client-cloudwatch';
import {
  AuthorizeSecurityGroupIngressCommand,
  CopyImageCommand,
  CreateTagsCommand as CreateEc2TagsCommand,
  CreateImageCommand,
  CreateLaunchTemplateCommand,
  CreateSecurityGroupCommand,
  DeleteTagsCommand as DeleteEc2TagsCommand,
  DeleteLaunchTemplateCommand,
  DeleteSecurityGroupCommand,
  DeleteSnapshotCommand,
  DeregisterImageCommand,
  DescribeImageAttributeCommand,
  DescribeImagesCommand,
  DescribeInstanceStatusCommand,
  DescribeInstancesCommand,
  DescribeInstanceTypesCommand,
  DescribeKeyPairsCommand,
  DescribeLaunchTemplatesCommand,
  DescribeLaunchTemplateVersionsCommand,
  DescribeSecurityGroupsCommand,
  DescribeSnapshotsCommand,
  DescribeSubnetsCommand,
  GetConsoleOutputCommand,
  ModifyImageAttributeCommand,
  ModifySnapshotAttributeCommand,
  RebootInstancesCommand,
  RevokeSecurityGroupIngressCommand,
  RunInstancesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
  UpdateSecurityGroupRuleDescriptionsIngressCommand,
} from '@aws-sdk/client-ec2';
import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateRuleCommand,
  CreateTargetGroupCommand,
  DeleteListenerCommand,
  DeleteLoadBalancerCommand,
  DeleteRuleCommand,
  DeleteTargetGroupCommand,
  DeregisterTargetsCommand,
  DescribeListenersCommand,
  DescribeLoadBalancerAttributesCommand,
  DescribeLoadBalancersCommand,
  DescribeTagsCommand as DescribeLoadBalancerTagsCommand,
  DescribeRulesCommand,
  DescribeTargetGroupAttributesCommand,
  DescribeTargetGroupsCommand,
  DescribeTargetHealthCommand,
  ModifyListenerCommand,
  ModifyLoadBalancerAttributesCommand,
  ModifyRuleCommand,
  ModifyTargetGroupAttributesCommand,
  ModifyTargetGroupCommand,
  RegisterTargetsCommand,
  SetIpAddressTypeCommand,
  SetRulePrioritiesCommand,
  SetSecurityGroupsCommand,
  SetSubnetsCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { GetInstanceProfileCommand } from '@aws-sdk/client-iam';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import { DeleteMessageCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import {
  DescribeInstanceInformationCommand,
  GetCommandInvocationCommand,
  GetParameterCommand,
  ListCommandsCommand,
  SendCommandCommand,
} from '@aws-sdk/client-ssm';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';

/** A command we send. `doing` completes "… while <doing> <resource>" in messages. */
export interface CommandRow<Command = unknown> {
  readonly command: Command;
  /** Writes have right of way in the limiter and fewer tries. */
  readonly kind: 'read' | 'write';
  readonly doing: string;
}

const read = <C>(command: C, doing: string): CommandRow<C> => ({ command, kind: 'read', doing });
const write = <C>(command: C, doing: string): CommandRow<C> => ({ command, kind: 'write', doing });

/** All we ever send to Auto Scaling. */
export const autoScalingCommands = {
  describeAutoScalingGroups: read(DescribeAutoScalingGroupsCommand, 'reading'),
  describeScalingActivities: read(DescribeScalingActivitiesCommand, 'reading the scaling activities of'),
  describeLifecycleHooks: read(DescribeLifecycleHooksCommand, 'reading the lifecycle hooks of'),
  describePolicies: read(DescribePoliciesCommand, 'reading the scaling policies of'),
  describeScheduledActions: read(DescribeScheduledActionsCommand, 'reading the scheduled actions of'),
  describeWarmPool: read(DescribeWarmPoolCommand, 'reading the warm pool of'),
  describeAccountLimits: read(DescribeAccountLimitsCommand, 'reading the quotas of'),
  createAutoScalingGroup: write(CreateAutoScalingGroupCommand, 'creating'),
  updateAutoScalingGroup: write(UpdateAutoScalingGroupCommand, 'resizing'),
  deleteAutoScalingGroup: write(DeleteAutoScalingGroupCommand, 'deleting'),
  deletePolicy: write(DeletePolicyCommand, 'deleting a scaling policy of'),
  deleteScheduledAction: write(DeleteScheduledActionCommand, 'deleting a scheduled action of'),
  suspendProcesses: write(SuspendProcessesCommand, 'suspending processes of'),
  resumeProcesses: write(ResumeProcessesCommand, 'resuming processes of'),
  setInstanceHealth: write(SetInstanceHealthCommand, 'correcting the health mark of'),
  createOrUpdateTags: write(CreateOrUpdateTagsCommand, 'tagging'),
  deleteTags: write(DeleteTagsCommand, 'removing tags from'),
  enableMetricsCollection: write(EnableMetricsCollectionCommand, 'collecting measures of'),
  putScalingPolicy: write(PutScalingPolicyCommand, 'saving a scaling policy of'),
  putScheduledUpdateGroupAction: write(PutScheduledUpdateGroupActionCommand, 'saving a scheduled action of'),
  putWarmPool: write(PutWarmPoolCommand, 'saving the warm pool of'),
  deleteWarmPool: write(DeleteWarmPoolCommand, 'deleting the warm pool of'),
  terminateInstanceInAutoScalingGroup: write(TerminateInstanceInAutoScalingGroupCommand, 'terminating'),
  detachInstances: write(DetachInstancesCommand, 'detaching instances from'),
} as const;

/** All we ever send to EC2. */
export const ec2Commands = {
  describeImageAttribute: read(DescribeImageAttributeCommand, 'reading the permissions of'),
  describeImages: read(DescribeImagesCommand, 'looking up'),
  describeInstances: read(DescribeInstancesCommand, 'reading'),
  describeInstanceStatus: read(DescribeInstanceStatusCommand, 'reading the status checks of'),
  describeInstanceTypes: read(DescribeInstanceTypesCommand, 'looking up'),
  describeKeyPairs: read(DescribeKeyPairsCommand, 'looking up'),
  describeLaunchTemplates: read(DescribeLaunchTemplatesCommand, 'reading'),
  describeLaunchTemplateVersions: read(DescribeLaunchTemplateVersionsCommand, 'reading'),
  describeSecurityGroups: read(DescribeSecurityGroupsCommand, 'looking up'),
  describeSnapshots: read(DescribeSnapshotsCommand, 'reading'),
  describeSubnets: read(DescribeSubnetsCommand, 'looking up'),
  getConsoleOutput: read(GetConsoleOutputCommand, 'reading the console of'),
  copyImage: write(CopyImageCommand, 'copying'),
  createImage: write(CreateImageCommand, 'making an image of'),
  createTags: write(CreateEc2TagsCommand, 'tagging'),
  deleteTags: write(DeleteEc2TagsCommand, 'removing tags from'),
  deleteSnapshot: write(DeleteSnapshotCommand, 'deleting'),
  deregisterImage: write(DeregisterImageCommand, 'removing'),
  modifyImageAttribute: write(ModifyImageAttributeCommand, 'sharing'),
  modifySnapshotAttribute: write(ModifySnapshotAttributeCommand, 'sharing'),
  rebootInstances: write(RebootInstancesCommand, 'rebooting'),
  runInstances: write(RunInstancesCommand, 'starting an instance of'),
  authorizeSecurityGroupIngress: write(AuthorizeSecurityGroupIngressCommand, 'adding rules to'),
  createSecurityGroup: write(CreateSecurityGroupCommand, 'creating'),
  deleteSecurityGroup: write(DeleteSecurityGroupCommand, 'deleting'),
  revokeSecurityGroupIngress: write(RevokeSecurityGroupIngressCommand, 'removing rules from'),
  updateSecurityGroupRuleDescriptionsIngress: write(
    UpdateSecurityGroupRuleDescriptionsIngressCommand,
    'describing the rules of',
  ),
  createLaunchTemplate: write(CreateLaunchTemplateCommand, 'creating'),
  deleteLaunchTemplate: write(DeleteLaunchTemplateCommand, 'deleting'),
  stopInstances: write(StopInstancesCommand, 'stopping'),
  terminateInstances: write(TerminateInstancesCommand, 'terminating'),
} as const;

/** All we ever send to Elastic Load Balancing v2. */
export const loadBalancingCommands = {
  describeListeners: read(DescribeListenersCommand, 'reading the listeners of'),
  describeLoadBalancerAttributes: read(DescribeLoadBalancerAttributesCommand, 'reading the attributes of'),
  describeLoadBalancers: read(DescribeLoadBalancersCommand, 'looking up'),
  describeRules: read(DescribeRulesCommand, 'reading the rules of'),
  describeTags: read(DescribeLoadBalancerTagsCommand, 'reading the tags of'),
  describeTargetGroupAttributes: read(DescribeTargetGroupAttributesCommand, 'reading the attributes of'),
  describeTargetGroups: read(DescribeTargetGroupsCommand, 'looking up'),
  describeTargetHealth: read(DescribeTargetHealthCommand, 'reading the target health of'),
  createListener: write(CreateListenerCommand, 'creating'),
  createLoadBalancer: write(CreateLoadBalancerCommand, 'creating'),
  createRule: write(CreateRuleCommand, 'creating a rule of'),
  createTargetGroup: write(CreateTargetGroupCommand, 'creating'),
  deleteListener: write(DeleteListenerCommand, 'deleting'),
  deleteLoadBalancer: write(DeleteLoadBalancerCommand, 'deleting'),
  deleteRule: write(DeleteRuleCommand, 'deleting a rule of'),
  deleteTargetGroup: write(DeleteTargetGroupCommand, 'deleting'),
  modifyListener: write(ModifyListenerCommand, 'changing'),
  modifyLoadBalancerAttributes: write(ModifyLoadBalancerAttributesCommand, 'changing the attributes of'),
  modifyRule: write(ModifyRuleCommand, 'changing'),
  modifyTargetGroup: write(ModifyTargetGroupCommand, 'changing the health check of'),
  modifyTargetGroupAttributes: write(ModifyTargetGroupAttributesCommand, 'changing the attributes of'),
  registerTargets: write(RegisterTargetsCommand, 'registering instances with'),
  deregisterTargets: write(DeregisterTargetsCommand, 'deregistering instances from'),
  setIpAddressType: write(SetIpAddressTypeCommand, 'changing the address type of'),
  setRulePriorities: write(SetRulePrioritiesCommand, 'renumbering the rules of'),
  setSecurityGroups: write(SetSecurityGroupsCommand, 'changing the security groups of'),
  setSubnets: write(SetSubnetsCommand, 'changing the subnets of'),
} as const;

/** All we ever send to IAM. */
export const profileCommands = {
  getInstanceProfile: read(GetInstanceProfileCommand, 'looking up'),
} as const;

/** All we ever send to S3; machines that bake write by an address that we sign. */
export const s3Commands = {
  getObject: read(GetObjectCommand, 'reading'),
} as const;

/** All we ever send to SQS. */
export const queueCommands = {
  receiveMessage: read(ReceiveMessageCommand, 'receiving from'),
  deleteMessage: write(DeleteMessageCommand, 'taking a message off'),
} as const;

/** All we ever send to Systems Manager. */
export const ssmCommands = {
  describeInstanceInformation: read(DescribeInstanceInformationCommand, 'asking for the agent of'),
  getCommandInvocation: read(GetCommandInvocationCommand, 'reading a command of'),
  getParameter: read(GetParameterCommand, 'reading'),
  listCommands: read(ListCommandsCommand, 'listing the commands of'),
  sendCommand: write(SendCommandCommand, 'sending a command to'),
} as const;

/** All we ever send to CloudWatch. */
export const cloudWatchCommands = {
  describeAlarms: read(DescribeAlarmsCommand, 'reading'),
  getMetricData: read(GetMetricDataCommand, 'reading'),
  putMetricAlarm: write(PutMetricAlarmCommand, 'saving'),
  deleteAlarms: write(DeleteAlarmsCommand, 'deleting'),
} as const;

/** All we ever send to CloudFormation. */
export const stackCommands = {
  describeChangeSet: read(DescribeChangeSetCommand, 'reading'),
  describeStackEvents: read(DescribeStackEventsCommand, 'reading the events of'),
  describeStacks: read(DescribeStacksCommand, 'reading'),
  listStackResources: read(ListStackResourcesCommand, 'reading the resources of'),
  createChangeSet: write(CreateChangeSetCommand, 'creating'),
  createStack: write(CreateStackCommand, 'creating'),
  deleteChangeSet: write(DeleteChangeSetCommand, 'deleting'),
  deleteStack: write(DeleteStackCommand, 'deleting'),
  executeChangeSet: write(ExecuteChangeSetCommand, 'executing'),
  updateStack: write(UpdateStackCommand, 'updating'),
} as const;

/** All we ever send to STS with an account's own credentials. */
export const identityCommands = {
  getCallerIdentity: read(GetCallerIdentityCommand, 'asking who we are for'),
} as const;

export interface CallOptions {
  readonly abort?: AbortSignal;
  /** Never repeated here: nothing would tell the second from the first, so what came of it is looked up first. */
  readonly once?: boolean;
  /** What the call is about, for messages ("server group web-v003"); default read off the input. */
  readonly resource?: string;
}

type First<Args> = Args extends readonly [infer I] ? I : never;
type InputOf<C> = C extends new (...args: infer Args) => unknown ? First<Args> : never;
type Sent<C> = C extends abstract new (...args: never[]) => infer I ? I : never;
type OutputOf<C> =
  Sent<C> extends {
    resolveMiddleware(...args: never[]): (...args: never[]) => Promise<{ output: infer O }>;
  }
    ? O
    : never;

/** The narrow client of a service: one method per command, nothing else of the SDK. */
export type Calls<Rows extends Record<string, CommandRow>> = {
  readonly [K in keyof Rows]: (
    input: InputOf<Rows[K]['command']>,
    options?: CallOptions,
  ) => Promise<OutputOf<Rows[K]['command']>>;
};

export type AutoScalingCalls = Calls<typeof autoScalingCommands>;
export type Ec2Calls = Calls<typeof ec2Commands>;
export type LoadBalancingCalls = Calls<typeof loadBalancingCommands>;
export type ProfileCalls = Calls<typeof profileCommands>;
export type QueueCalls = Calls<typeof queueCommands>;
export type S3Calls = Calls<typeof s3Commands>;
export type SsmCalls = Calls<typeof ssmCommands>;
export type CloudWatchCalls = Calls<typeof cloudWatchCommands>;
export type StackCalls = Calls<typeof stackCommands>;
export type IdentityCalls = Calls<typeof identityCommands>;
