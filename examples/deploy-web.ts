import { stages } from '@gennaker/catalog/code';
import { expr, is, pipeline, type Ref, triggers } from '@gennaker/pipeline-dsl';

const place = { cloudProvider: 'aws', cloudProviderType: 'aws', credentials: 'sandbox', regions: ['us-east-1'] };

/** Finds the image of a version and deploys it red/black: two stages that pipelines of ours share. */
function release(version: Ref<string>) {
  const findImage = stages.findImageFromTags('Find image', { ...place, tags: { app: 'demo-web', version } });
  const deploy = stages
    .deploy('Deploy red/black', {
      clusters: [
        {
          account: 'sandbox',
          application: 'demo',
          stack: 'web',
          freeFormDetails: '',
          cloudProvider: 'aws',
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
    })
    .after(findImage);
  return [findImage, deploy];
}

export default pipeline({
  application: 'demo',
  name: 'deploy-web',
  description:
    'Finds the image of a version, deploys it red/black, and asks whether to keep it; rejecting puts the earlier version back. Version 3.0.0 is a bad one: it never becomes healthy.',
  limitConcurrent: true,
  keepWaitingPipelines: true,
  refIds: 'numbers',
  parameters: {
    version: {
      label: 'Version',
      required: true,
      default: '2.0.0',
      description: 'Version of demo-web to deploy. There are 1.0.0, 2.0.0 and the bad 3.0.0.',
      pinned: true,
    },
  },
  triggers: [triggers.webhook({ source: 'demo-web' })],
  stages: (p) => {
    const released = release(p.version);
    const keepIt = stages
      .manualJudgment('Keep it?', {
        instructions: expr`Version **${p.version}** serves all traffic now; the earlier server group is kept, disabled.\n\n*Approve* keeps the new version, *Reject* rolls back.`,
      })
      .after(released)
      .onFailure('ignore');
    const rollBack = stages
      .rollbackCluster('Roll back', {
        ...place,
        cluster: 'demo-web',
        moniker: { app: 'demo', stack: 'web', cluster: 'demo-web' },
        targetHealthyRollbackPercentage: 100,
      })
      .when(is(keepIt.status, 'FAILED_CONTINUE'));
    return [released, keepIt, rollBack];
  },
});
