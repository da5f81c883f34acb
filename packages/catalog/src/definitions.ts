import type { StageDefinition } from '@gennaker/pipeline-dsl';
import { askDeploymentMonitorStage } from './stages/ask-deployment-monitor/definition.ts';
import { bakeStage } from './stages/bake/definition.ts';
import { bakeInRegionStage } from './stages/bake-in-region/definition.ts';
import { bindArtifactsStage } from './stages/bind-artifacts/definition.ts';
import { checkPreconditionStage } from './stages/check-precondition/definition.ts';
import { checkPreconditionsStage } from './stages/check-preconditions/definition.ts';
import { cleanUpStage } from './stages/clean-up/definition.ts';
import { cloneServerGroupStage } from './stages/clone-server-group/definition.ts';
import { createServerGroupStage } from './stages/create-server-group/definition.ts';
import { deleteCloudFormationStage } from './stages/delete-cloud-formation/definition.ts';
import { deleteCloudFormationChangeSetStage } from './stages/delete-cloud-formation-change-set/definition.ts';
import { deleteImageStage } from './stages/delete-image/definition.ts';
import { deleteLoadBalancerStage } from './stages/delete-load-balancer/definition.ts';
import { deleteSecurityGroupStage } from './stages/delete-security-group/definition.ts';
import { dependsOnExecutionStage } from './stages/depends-on-execution/definition.ts';
import { deployStage } from './stages/deploy/definition.ts';
import { deployCloudFormationStage } from './stages/deploy-cloud-formation/definition.ts';
import { deployStepStage } from './stages/deploy-step/definition.ts';
import { deregisterInstancesFromLoadBalancerStage } from './stages/deregister-instances-from-load-balancer/definition.ts';
import { destroyServerGroupStage } from './stages/destroy-server-group/definition.ts';
import { detachInstancesStage } from './stages/detach-instances/definition.ts';
import { disableClusterStage } from './stages/disable-cluster/definition.ts';
import { disableServerGroupStage } from './stages/disable-server-group/definition.ts';
import { enableServerGroupStage } from './stages/enable-server-group/definition.ts';
import { evaluateArtifactsStage } from './stages/evaluate-artifacts/definition.ts';
import { evaluateVariablesStage } from './stages/evaluate-variables/definition.ts';
import { findArtifactFromExecutionStage } from './stages/find-artifact-from-execution/definition.ts';
import { findImageStage } from './stages/find-image/definition.ts';
import { findImageFromTagsStage } from './stages/find-image-from-tags/definition.ts';
import { kayentaCanaryStage } from './stages/kayenta-canary/definition.ts';
import { manualJudgmentStage } from './stages/manual-judgment/definition.ts';
import { modifyAwsScalingProcessStage } from './stages/modify-aws-scaling-process/definition.ts';
import { modifyWarmPoolStage } from './stages/modify-warm-pool/definition.ts';
import { monitorPipelineStage } from './stages/monitor-pipeline/definition.ts';
import { pipelineStage } from './stages/pipeline/definition.ts';
import { rebootInstancesStage } from './stages/reboot-instances/definition.ts';
import { registerInstancesWithLoadBalancerStage } from './stages/register-instances-with-load-balancer/definition.ts';
import { resizeServerGroupStage } from './stages/resize-server-group/definition.ts';
import { restoreSettingsStage } from './stages/restore-settings/definition.ts';
import { restrictExecutionDuringTimeWindowStage } from './stages/restrict-execution-during-time-window/definition.ts';
import { rollbackClusterStage } from './stages/rollback-cluster/definition.ts';
import { rollbackServerGroupStage } from './stages/rollback-server-group/definition.ts';
import { runCanaryStage } from './stages/run-canary/definition.ts';
import { runCanaryIntervalsStage } from './stages/run-canary-intervals/definition.ts';
import { scaleDownClusterStage } from './stages/scale-down-cluster/definition.ts';
import { settleScalingStage } from './stages/settle-scaling/definition.ts';
import { shiftTrafficStage } from './stages/shift-traffic/definition.ts';
import { shrinkClusterStage } from './stages/shrink-cluster/definition.ts';
import { terminateInstanceAndDecrementServerGroupStage } from './stages/terminate-instance-and-decrement-server-group/definition.ts';
import { terminateInstancesStage } from './stages/terminate-instances/definition.ts';
import { upsertAsgScheduledActionsStage } from './stages/upsert-asg-scheduled-actions/definition.ts';
import { upsertImageTagsStage } from './stages/upsert-image-tags/definition.ts';
import { upsertLoadBalancersStage } from './stages/upsert-load-balancers/definition.ts';
import { upsertScalingPolicyStage } from './stages/upsert-scaling-policy/definition.ts';
import { upsertSecurityGroupStage } from './stages/upsert-security-group/definition.ts';
import { upsertServerGroupTagsStage } from './stages/upsert-server-group-tags/definition.ts';
import { waitStage } from './stages/wait/definition.ts';
import { waitUntilStage } from './stages/wait-until/definition.ts';
import { webhookStage } from './stages/webhook/definition.ts';
import { customStrategy } from './strategies/custom/definition.ts';
import { highlanderStrategy } from './strategies/highlander/definition.ts';
import { monitoredStrategy } from './strategies/monitored/definition.ts';
import { noneStrategy } from './strategies/none/definition.ts';
import { redblackStrategy } from './strategies/redblack/definition.ts';
import { rollingredblackStrategy } from './strategies/rollingredblack/definition.ts';
import { weightedStrategy } from './strategies/weighted/definition.ts';
import { manualTrigger } from './triggers/manual/definition.ts';
import { webhookTrigger } from './triggers/webhook/definition.ts';

/** Every stage type, keyed by the type that pipelines name. */
export const stageDefinitions = {
  wait: waitStage,
  waitUntil: waitUntilStage,
  manualJudgment: manualJudgmentStage,
  checkPreconditions: checkPreconditionsStage,
  checkPrecondition: checkPreconditionStage,
  evaluateVariables: evaluateVariablesStage,
  pipeline: pipelineStage,
  webhook: webhookStage,
  restrictExecutionDuringTimeWindow: restrictExecutionDuringTimeWindowStage,
  bake: bakeStage,
  bakeInRegion: bakeInRegionStage,
  findImage: findImageStage,
  findImageFromTags: findImageFromTagsStage,
  upsertImageTags: upsertImageTagsStage,
  deleteImage: deleteImageStage,
  deploy: deployStage,
  createServerGroup: createServerGroupStage,
  deregisterInstancesFromLoadBalancer: deregisterInstancesFromLoadBalancerStage,
  registerInstancesWithLoadBalancer: registerInstancesWithLoadBalancerStage,
  detachInstances: detachInstancesStage,
  rebootInstances: rebootInstancesStage,
  terminateInstanceAndDecrementServerGroup: terminateInstanceAndDecrementServerGroupStage,
  terminateInstances: terminateInstancesStage,
  upsertAsgScheduledActions: upsertAsgScheduledActionsStage,
  upsertScalingPolicy: upsertScalingPolicyStage,
  upsertServerGroupTags: upsertServerGroupTagsStage,
  modifyAwsScalingProcess: modifyAwsScalingProcessStage,
  modifyWarmPool: modifyWarmPoolStage,
  cloneServerGroup: cloneServerGroupStage,
  cleanUp: cleanUpStage,
  deployStep: deployStepStage,
  shiftTraffic: shiftTrafficStage,
  askDeploymentMonitor: askDeploymentMonitorStage,
  settleScaling: settleScalingStage,
  restoreSettings: restoreSettingsStage,
  resizeServerGroup: resizeServerGroupStage,
  enableServerGroup: enableServerGroupStage,
  disableServerGroup: disableServerGroupStage,
  destroyServerGroup: destroyServerGroupStage,
  shrinkCluster: shrinkClusterStage,
  disableCluster: disableClusterStage,
  scaleDownCluster: scaleDownClusterStage,
  rollbackCluster: rollbackClusterStage,
  upsertLoadBalancers: upsertLoadBalancersStage,
  deleteLoadBalancer: deleteLoadBalancerStage,
  upsertSecurityGroup: upsertSecurityGroupStage,
  deleteSecurityGroup: deleteSecurityGroupStage,
  deployCloudFormation: deployCloudFormationStage,
  deleteCloudFormation: deleteCloudFormationStage,
  deleteCloudFormationChangeSet: deleteCloudFormationChangeSetStage,
  rollbackServerGroup: rollbackServerGroupStage,
  evaluateArtifacts: evaluateArtifactsStage,
  bindArtifacts: bindArtifactsStage,
  findArtifactFromExecution: findArtifactFromExecutionStage,
  monitorPipeline: monitorPipelineStage,
  dependsOnExecution: dependsOnExecutionStage,
  kayentaCanary: kayentaCanaryStage,
  runCanaryIntervals: runCanaryIntervalsStage,
  runCanary: runCanaryStage,
} as const satisfies Record<string, StageDefinition>;
export type StageType = keyof typeof stageDefinitions;

/** Every deploy strategy, by name. */
export const strategyDefinitions = {
  none: noneStrategy,
  redblack: redblackStrategy,
  highlander: highlanderStrategy,
  rollingredblack: rollingredblackStrategy,
  monitored: monitoredStrategy,
  custom: customStrategy,
  weighted: weightedStrategy,
} as const;

/** Every kind of trigger, by type. */
export const triggerDefinitions = {
  webhook: webhookTrigger,
  manual: manualTrigger,
} as const;
export type TriggerType = keyof typeof triggerDefinitions;

export {
  keptNotificationDefinitions,
  keptStageDefinitions,
  keptStrategyDefinitions,
  keptTriggerDefinitions,
} from './kept/index.ts';
export { type CloudWatchQuery, cloudWatchQuery } from './metric-sources/cloudwatch/definition.ts';
