import { checkPipeline } from '@gennaker/pipeline-dsl/check';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import {
  keptNotificationDefinitions,
  keptStageDefinitions,
  keptStrategyDefinitions,
  keptTriggerDefinitions,
  stageDefinitions,
  strategyDefinitions,
  triggerDefinitions,
} from '../definitions.ts';

const words = (text: string): readonly string[] => text.split(/\s+/).filter(Boolean);

/** Names under which stored pipelines have stages, by what they are about. */
const STAGE_NAMES = {
  control: words(`wait waitUntil manualJudgment checkPreconditions evaluateVariables evaluateArtifacts bindArtifacts
    pipeline monitorPipeline webhook preconfiguredWebhook savePipelinesFromArtifact runMultiplePipelines
    dependsOnExecution findArtifactFromExecution waitForCondition restrictExecutionDuringTimeWindow`),
  builds: words(`jenkins travis wercker concourse gitlab gitlabCi awsCodeBuild googleCloudBuild script runJob
    preconfiguredJob`),
  images: words('bake findImage findAmi findImageFromTags upsertImageTags tagImage'),
  serverGroups: words(`deploy createServerGroup cloneServerGroup resizeServerGroup enableServerGroup disableServerGroup
    destroyServerGroup rollbackServerGroup modifyAwsScalingProcess modifyWarmPool upsertScalingPolicy
    upsertAsgScheduledActions upsertServerGroupTags`),
  instances: words(`terminateInstances terminateInstanceAndDecrementServerGroup rebootInstances detachInstances
    registerInstancesWithLoadBalancer deregisterInstancesFromLoadBalancer`),
  clusters: words('disableCluster shrinkCluster scaleDownCluster rollbackCluster'),
  surroundings: words(`upsertLoadBalancers upsertLoadBalancer deleteLoadBalancer upsertSecurityGroup deleteSecurityGroup
    upsertAmazonDNS deployCloudFormation deleteCloudFormation deleteCloudFormationChangeSet`),
  functions: words(`Aws.LambdaDeploymentStage Aws.LambdaDeleteStage Aws.LambdaInvokeStage
    Aws.LambdaTrafficRoutingStage Aws.LambdaUpdateCodeStage`),
  kubernetes: words(`deployManifest deleteManifest scaleManifest patchManifest undoRolloutManifest
    rollingRestartManifest rolloutRestart pauseRolloutManifest resumeRolloutManifest enableManifest disableManifest
    findArtifactFromResource findArtifactsFromResource runJobManifest bakeManifest`),
  canary: words(`kayentaCanary runCanaryIntervals runCanary deployCanaryServerGroups cleanupCanaryClusters canary
    acaTask`),
  otherClouds: words(`deployService destroyService shareService unshareService createServiceKey deleteServiceKey
    createServiceBindings deleteServiceBindings mapLoadBalancers unmapLoadBalancers deployAppEngineConfiguration
    startServerGroup stopServerGroup upsertAppEngineLoadBalancers deployCloudrunManifest upsertCloudrunLoadBalancers`),
  integrations: words('gremlin jira pageApplicationOwner importDeliveryConfig upsertEntityTags deleteEntityTags'),
};
const TRIGGER_NAMES = words(`webhook git docker helm helm/oci cron pipeline jenkins travis wercker concourse gitlab-ci
  pubsub artifactory nexus plugin cdevents manual`);
const STRATEGY_NAMES = words('none redblack highlander rollingredblack monitored custom rollingpush');
const NOTIFICATION_NAMES = words(`slack email sms googlechat microsoftteams pagerduty githubStatus jira pubsub cdevents
  bearychat`);

const allStages = { ...keptStageDefinitions, ...stageDefinitions };
const everyNameOf = (definitions: Readonly<Record<string, { aliases?: readonly string[] }>>): readonly string[] =>
  Object.entries(definitions).flatMap(([type, { aliases = [] }]) => [type, ...aliases]);

describe('the vocabulary', () => {
  it.each(Object.entries(STAGE_NAMES))('knows every stage type of %s, run or kept', (_about, names) => {
    const known = new Set(everyNameOf(allStages));
    expect(names.filter((name) => !known.has(name))).toEqual([]);
  });

  it('knows every kind of trigger, strategy and notification', () => {
    const missing = (names: readonly string[], ...known: ReadonlyArray<object>) =>
      names.filter((name) => !known.some((entries) => Object.hasOwn(entries, name)));
    expect(missing(TRIGGER_NAMES, triggerDefinitions, keptTriggerDefinitions)).toEqual([]);
    expect(missing(STRATEGY_NAMES, strategyDefinitions, keptStrategyDefinitions)).toEqual([]);
    expect(missing(NOTIFICATION_NAMES, keptNotificationDefinitions)).toEqual([]);
  });

  it('has each name once: what has come to run is taken out of what is kept', () => {
    const twice = (names: readonly string[]) => names.filter((name, at) => names.indexOf(name) !== at);
    expect(twice([...everyNameOf(stageDefinitions), ...everyNameOf(keptStageDefinitions)])).toEqual([]);
    expect(twice([...Object.keys(triggerDefinitions), ...Object.keys(keptTriggerDefinitions)])).toEqual([]);
    expect(twice([...Object.keys(strategyDefinitions), ...Object.keys(keptStrategyDefinitions)])).toEqual([]);
  });
});

const kept: ReadonlyArray<[string, { why: string; runs: false; label: string; description: string }, z.ZodType]> = [
  ...Object.entries(keptStageDefinitions).map(([key, one]) => [`stage ${key}`, one, one.context] as const),
  ...Object.entries(keptTriggerDefinitions).map(([key, one]) => [`trigger ${key}`, one, one.config] as const),
  ...Object.entries(keptStrategyDefinitions).map(([key, one]) => [`strategy ${key}`, one, one.options] as const),
  ...Object.entries(keptNotificationDefinitions).map(([key, one]) => [`notification ${key}`, one, one.config] as const),
].map(([name, one, schema]) => [name, one, schema]);

describe.each(kept)('%s, which is kept', (_name, entry, schema) => {
  it('says that it does not run, why, and what it would do', () => {
    expect(entry.runs).toBe(false);
    for (const sentence of [entry.why, entry.description]) expect(sentence).toMatch(/^[A-Z].{10,}\.$/s);
    expect(entry.label).not.toBe('');
  });

  it('describes every field with a label and help', () => {
    const { properties } = z.toJSONSchema(schema) as {
      properties: Record<string, { label?: string; description?: string }>;
    };
    expect(Object.entries(properties).filter(([, field]) => !field.label || !field.description)).toEqual([]);
  });
});

describe('a pipeline with a stage of a kept type', () => {
  const check = (stage: object) =>
    checkPipeline({ application: 'shop', name: 'x', stages: [stage] }, { stages: allStages }).map(
      ({ severity, code, pointer }) => [severity, code, pointer],
    );

  it('may be saved, with a word that the type does not run', () => {
    expect(check({ type: 'jenkins', master: 'ci', job: 'web/build' })).toEqual([
      ['warning', 'stage.not-run', '/stages/0/type'],
    ]);
  });

  it('is told of fields that its type needs', () => {
    expect(check({ type: 'jenkins', master: 'ci' })).toContainEqual([
      'warning',
      'stage.missing-field',
      '/stages/0/job',
    ]);
  });

  it('is found by the other spellings of its type too', () => {
    expect(check({ type: 'rolloutRestart' })).toEqual(check({ type: 'rollingRestartManifest' }));
  });
});
