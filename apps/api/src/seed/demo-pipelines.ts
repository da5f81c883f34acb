import type { JsonObject } from '@gennaker/pipeline-dsl';

export const demoApplication = {
  name: 'demo',
  email: 'demo@example.com',
  description: 'A web application behind a load balancer, to try things on.',
  cloudProviders: 'aws',
};

const policy = { halt: {}, ignore: { failPipeline: false, continuePipeline: true } } as const;

/** Finds an image, deploys it red/black, asks a person whether to keep it, and rolls back when not. */
export const deployWeb: JsonObject = {
  application: 'demo',
  name: 'deploy-web',
  description:
    'Finds the image of a version, deploys it red/black, and asks whether to keep it; rejecting puts the earlier version back. Version 3.0.0 is a bad one: it never becomes healthy.',
  schema: '1',
  spelEvaluator: 'v4',
  limitConcurrent: true,
  keepWaitingPipelines: true,
  parameterConfig: [
    {
      name: 'version',
      label: 'Version',
      required: true,
      default: '2.0.0',
      description: 'Version of demo-web to deploy. There are 1.0.0, 2.0.0 and the bad 3.0.0.',
      hasOptions: false,
      options: [],
      pinned: true,
    },
  ],
  triggers: [{ type: 'webhook', enabled: true, source: 'demo-web', payloadConstraints: {}, expectedArtifactIds: [] }],
  expectedArtifacts: [],
  notifications: [],
  stages: [
    {
      refId: '1',
      requisiteStageRefIds: [],
      type: 'findImageFromTags',
      name: 'Find image',
      cloudProvider: 'aws',
      cloudProviderType: 'aws',
      credentials: 'sandbox',
      regions: ['us-east-1'],
      tags: { app: 'demo-web', version: '${parameters.version}' },
      ...policy.halt,
    },
    {
      refId: '2',
      requisiteStageRefIds: ['1'],
      type: 'deploy',
      name: 'Deploy red/black',
      clusters: [
        {
          account: 'sandbox',
          application: 'demo',
          stack: 'web',
          freeFormDetails: '',
          cloudProvider: 'aws',
          provider: 'aws',
          strategy: 'redblack',
          availabilityZones: { 'us-east-1': ['us-east-1a', 'us-east-1b', 'us-east-1c'] },
          capacity: { min: 2, desired: 2, max: 3 },
          instanceType: 't3.micro',
          keyPair: 'demo',
          iamRole: 'demo-web',
          securityGroups: ['demo-web'],
          subnetType: 'internal',
          targetGroups: ['demo-web-tg'],
          loadBalancers: [],
          healthCheckType: 'ELB',
          healthCheckGracePeriod: 10,
          stableSeconds: 5,
          delayBeforeDisableSec: 0,
          maxRemainingAsgs: 3,
          scaleDown: false,
          rollback: { onFailure: true, destroyLatest: true },
        },
      ],
    },
    {
      refId: '3',
      requisiteStageRefIds: ['2'],
      type: 'manualJudgment',
      name: 'Keep it?',
      instructions:
        'Version **${parameters.version}** serves all traffic now; the earlier server group is kept, disabled.\n\n*Approve* keeps the new version, *Reject* rolls back.',
      judgmentInputs: [],
      ...policy.ignore,
    },
    {
      refId: '4',
      requisiteStageRefIds: ['3'],
      type: 'rollbackCluster',
      name: 'Roll back',
      cloudProvider: 'aws',
      cloudProviderType: 'aws',
      credentials: 'sandbox',
      regions: ['us-east-1'],
      cluster: 'demo-web',
      moniker: { app: 'demo', stack: 'web', cluster: 'demo-web' },
      targetHealthyRollbackPercentage: 100,
      stageEnabled: { type: 'expression', expression: "#stage('Keep it?').status.toString() == 'FAILED_CONTINUE'" },
    },
  ],
};

/** Bakes an image, moves requests to it in steps, asks a person half way, and goes back when that person says no. */
export const releaseApi: JsonObject = {
  application: 'demo',
  name: 'release-api',
  description:
    'Bakes an image of a version, deploys it beside the one that serves, and moves the requests of demo-api over: 10 %, then 50 %, then, if a person agrees, all. Rejecting sends all requests back to the earlier server group.',
  schema: '1',
  spelEvaluator: 'v4',
  limitConcurrent: true,
  keepWaitingPipelines: true,
  parameterConfig: [
    {
      name: 'version',
      label: 'Version',
      required: true,
      default: '2.0.0',
      description: 'Version of demo-api to bake. Any will do; baked once, its image is used again.',
      hasOptions: false,
      options: [],
      pinned: true,
    },
  ],
  triggers: [{ type: 'webhook', enabled: true, source: 'demo-api', payloadConstraints: {}, expectedArtifactIds: [] }],
  expectedArtifacts: [],
  notifications: [],
  stages: [
    {
      refId: '1',
      requisiteStageRefIds: [],
      type: 'bake',
      name: 'Bake',
      cloudProviderType: 'aws',
      account: 'sandbox',
      regions: ['us-east-1'],
      baseOs: 'al2023',
      package: 'demo-api=${parameters.version}',
      ...policy.halt,
    },
    {
      refId: '2',
      requisiteStageRefIds: ['1'],
      type: 'deploy',
      name: 'Deploy and shift traffic',
      clusters: [
        {
          account: 'sandbox',
          application: 'demo',
          stack: 'api',
          freeFormDetails: '',
          cloudProvider: 'aws',
          provider: 'aws',
          strategy: 'weighted',
          steps: [
            { weight: 10 },
            { weight: 50, afterSeconds: 10 },
            {
              weight: 100,
              judgment: {
                instructions:
                  'Half of the requests go to version **${parameters.version}**.\n\n*Approve* sends it all of them, *Reject* sends all back to the earlier server group.',
              },
            },
          ],
          drainSeconds: 5,
          availabilityZones: { 'us-east-1': ['us-east-1a', 'us-east-1b', 'us-east-1c'] },
          capacity: { min: 2, desired: 2, max: 4 },
          instanceType: 't3.micro',
          keyPair: 'demo',
          iamRole: 'demo-web',
          securityGroups: ['demo-web'],
          subnetType: 'internal',
          targetGroups: ['demo-api-a', 'demo-api-b'],
          loadBalancers: [],
          healthCheckType: 'ELB',
          healthCheckGracePeriod: 10,
          stableSeconds: 5,
          maxRemainingAsgs: 3,
          rollback: { onFailure: true, destroyLatest: true },
        },
      ],
    },
  ],
};

/** Two branches at once, a join, and another pipeline run as a stage. */
export const checkAndDeploy = (deployWebId: string): JsonObject => ({
  application: 'demo',
  name: 'check-and-deploy',
  description: 'Runs two checks side by side, and when both are done runs deploy-web.',
  schema: '1',
  spelEvaluator: 'v4',
  limitConcurrent: false,
  keepWaitingPipelines: false,
  parameterConfig: [
    {
      name: 'version',
      label: 'Version',
      required: true,
      default: '2.0.0',
      description: 'Version of demo-web to deploy.',
    },
  ],
  triggers: [],
  expectedArtifacts: [],
  notifications: [],
  stages: [
    {
      refId: 'plan',
      requisiteStageRefIds: [],
      type: 'evaluateVariables',
      name: 'Plan',
      variables: [{ key: 'image', value: 'demo-web-${parameters.version}', description: 'Name of the image' }],
    },
    { refId: 'unit', requisiteStageRefIds: ['plan'], type: 'wait', name: 'Wait for unit tests', waitTime: 3 },
    { refId: 'load', requisiteStageRefIds: ['plan'], type: 'wait', name: 'Wait for load test', waitTime: 6 },
    {
      refId: 'known',
      requisiteStageRefIds: ['unit', 'load'],
      type: 'checkPreconditions',
      name: 'Is the version named?',
      preconditions: [
        {
          type: 'expression',
          failPipeline: true,
          context: { expression: "parameters.version != ''", failureMessage: 'Name a version.' },
        },
      ],
    },
    {
      refId: 'deploy',
      requisiteStageRefIds: ['known'],
      type: 'pipeline',
      name: 'Run deploy-web',
      application: 'demo',
      pipeline: deployWebId,
      pipelineParameters: { version: '${parameters.version}' },
      waitForCompletion: true,
    },
  ],
});
