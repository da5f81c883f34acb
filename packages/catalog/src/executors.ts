import type { StageType, TriggerType } from './definitions.ts';
import type { StageExecutor, TriggerMatcher } from './kit/index.ts';
import { askDeploymentMonitor } from './stages/ask-deployment-monitor/executor.ts';
import { bake } from './stages/bake/executor.ts';
import { bakeInRegion } from './stages/bake-in-region/executor.ts';
import { bindArtifacts } from './stages/bind-artifacts/executor.ts';
import { checkPrecondition } from './stages/check-precondition/executor.ts';
import { checkPreconditions } from './stages/check-preconditions/executor.ts';
import { cleanUp } from './stages/clean-up/executor.ts';
import { cloneServerGroup } from './stages/clone-server-group/executor.ts';
import { createServerGroup } from './stages/create-server-group/executor.ts';
import { deleteCloudFormation } from './stages/delete-cloud-formation/executor.ts';
import { deleteCloudFormationChangeSet } from './stages/delete-cloud-formation-change-set/executor.ts';
import { deleteImage } from './stages/delete-image/executor.ts';
import { deleteLoadBalancer } from './stages/delete-load-balancer/executor.ts';
import { deleteSecurityGroup } from './stages/delete-security-group/executor.ts';
import { dependsOnExecution } from './stages/depends-on-execution/executor.ts';
import { deploy } from './stages/deploy/executor.ts';
import { deployCloudFormation } from './stages/deploy-cloud-formation/executor.ts';
import { deployStep } from './stages/deploy-step/executor.ts';
import { deregisterInstancesFromLoadBalancer } from './stages/deregister-instances-from-load-balancer/executor.ts';
import { destroyServerGroup } from './stages/destroy-server-group/executor.ts';
import { detachInstances } from './stages/detach-instances/executor.ts';
import { disableCluster } from './stages/disable-cluster/executor.ts';
import { disableServerGroup } from './stages/disable-server-group/executor.ts';
import { enableServerGroup } from './stages/enable-server-group/executor.ts';
import { evaluateArtifacts } from './stages/evaluate-artifacts/executor.ts';
import { evaluateVariables } from './stages/evaluate-variables/executor.ts';
import { findArtifactFromExecution } from './stages/find-artifact-from-execution/executor.ts';
import { findImage } from './stages/find-image/executor.ts';
import { findImageFromTags } from './stages/find-image-from-tags/executor.ts';
import { kayentaCanary } from './stages/kayenta-canary/executor.ts';
import { manualJudgment } from './stages/manual-judgment/executor.ts';
import { modifyAwsScalingProcess } from './stages/modify-aws-scaling-process/executor.ts';
import { modifyWarmPool } from './stages/modify-warm-pool/executor.ts';
import { monitorPipeline } from './stages/monitor-pipeline/executor.ts';
import { pipeline } from './stages/pipeline/executor.ts';
import { rebootInstances } from './stages/reboot-instances/executor.ts';
import { registerInstancesWithLoadBalancer } from './stages/register-instances-with-load-balancer/executor.ts';
import { resizeServerGroup } from './stages/resize-server-group/executor.ts';
import { restoreSettings } from './stages/restore-settings/executor.ts';
import { restrictExecutionDuringTimeWindow } from './stages/restrict-execution-during-time-window/executor.ts';
import { rollbackCluster } from './stages/rollback-cluster/executor.ts';
import { rollbackServerGroup } from './stages/rollback-server-group/executor.ts';
import { runCanary } from './stages/run-canary/executor.ts';
import { runCanaryIntervals } from './stages/run-canary-intervals/executor.ts';
import { scaleDownCluster } from './stages/scale-down-cluster/executor.ts';
import { settleScaling } from './stages/settle-scaling/executor.ts';
import { shiftTraffic } from './stages/shift-traffic/executor.ts';
import { shrinkCluster } from './stages/shrink-cluster/executor.ts';
import { terminateInstanceAndDecrementServerGroup } from './stages/terminate-instance-and-decrement-server-group/executor.ts';
import { terminateInstances } from './stages/terminate-instances/executor.ts';
import { upsertAsgScheduledActions } from './stages/upsert-asg-scheduled-actions/executor.ts';
import { upsertImageTags } from './stages/upsert-image-tags/executor.ts';
import { upsertLoadBalancers } from './stages/upsert-load-balancers/executor.ts';
import { upsertScalingPolicy } from './stages/upsert-scaling-policy/executor.ts';
import { upsertSecurityGroup } from './stages/upsert-security-group/executor.ts';
import { upsertServerGroupTags } from './stages/upsert-server-group-tags/executor.ts';
import { wait } from './stages/wait/executor.ts';
import { waitUntil } from './stages/wait-until/executor.ts';
import { webhook } from './stages/webhook/executor.ts';
import { manual as manualTrigger } from './triggers/manual/matcher.ts';
import { webhook as webhookTrigger } from './triggers/webhook/matcher.ts';

export type { WindowScopes as AnalysisScopes } from './canary/fields.ts';
export { questionsOf as analysisQuestions } from './canary/scopes.ts';
export type { StageType, TriggerType } from './definitions.ts';
export {
  examine,
  isAsBefore,
  type LedgerFacts,
  type Leftover,
  type Life,
  type Lives,
  LOOKED_AT,
  type LookPorts,
  type Remain,
  remainsIn,
  type Sight,
  type Thing,
  thingKey,
  thingsOf,
} from './leftovers/index.ts';
export { previewRollback, type RollbackPreview } from './stages/rollback-cluster/preview.ts';
export { type StrategyName, strategies } from './strategies.ts';

/** Server half of every stage type. A type without one does not compile. */
export const stageExecutors: Readonly<Record<StageType, StageExecutor>> = {
  wait,
  waitUntil,
  manualJudgment,
  checkPreconditions,
  checkPrecondition,
  evaluateVariables,
  pipeline,
  webhook,
  restrictExecutionDuringTimeWindow,
  bake,
  bakeInRegion,
  findImage,
  findImageFromTags,
  upsertImageTags,
  deleteImage,
  deploy,
  createServerGroup,
  deregisterInstancesFromLoadBalancer,
  registerInstancesWithLoadBalancer,
  detachInstances,
  rebootInstances,
  terminateInstanceAndDecrementServerGroup,
  terminateInstances,
  upsertAsgScheduledActions,
  upsertScalingPolicy,
  upsertServerGroupTags,
  modifyAwsScalingProcess,
  modifyWarmPool,
  cloneServerGroup,
  deployStep,
  shiftTraffic,
  askDeploymentMonitor,
  settleScaling,
  restoreSettings,
  resizeServerGroup,
  enableServerGroup,
  disableServerGroup,
  destroyServerGroup,
  shrinkCluster,
  cleanUp,
  disableCluster,
  scaleDownCluster,
  rollbackCluster,
  upsertLoadBalancers,
  deleteLoadBalancer,
  upsertSecurityGroup,
  deleteSecurityGroup,
  deployCloudFormation,
  deleteCloudFormation,
  deleteCloudFormationChangeSet,
  rollbackServerGroup,
  evaluateArtifacts,
  bindArtifacts,
  findArtifactFromExecution,
  monitorPipeline,
  dependsOnExecution,
  kayentaCanary,
  runCanaryIntervals,
  runCanary,
} satisfies Record<StageType, StageExecutor>;

/** Matching rule of every kind of trigger. */
export const triggerMatchers: Readonly<Record<TriggerType, TriggerMatcher>> = {
  webhook: webhookTrigger,
  manual: manualTrigger,
} satisfies Record<TriggerType, TriggerMatcher>;
