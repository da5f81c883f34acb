// Read by the compiler only: every line after an expected error must be one, and nothing else may be.
import {
  calc,
  deployedServerGroups,
  expr,
  extra,
  is,
  isNot,
  judgment,
  pipeline,
  type Ref,
  raw,
  trigger,
  triggers,
} from '@gennaker/pipeline-dsl';
import { stages } from './code.ts';

const checks = (p: { readonly version: Ref<string> }) => [stages.wait(null, { waitTime: 5 }).when(is(p.version, '1'))];

export const good = pipeline({
  application: 'demo',
  name: 'deploy-web',
  limitConcurrent: true,
  parameters: {
    version: { label: 'Version', required: true, default: '2.0.0' },
    size: { choices: ['small', 'large'] },
  },
  triggers: [
    triggers.webhook({ source: 'demo-web', payloadConstraints: { ref: '^v' } }),
    { type: 'cron', cronExpression: '0 0 9 * * ?' },
  ],
  stages: (p) => {
    const found = stages.findImage('Find image', {
      credentials: 'prod',
      cluster: expr`shop-${p.version}`,
      regions: ['us-east-1'],
      selectionStrategy: 'NEWEST',
      onlyEnabled: 'true',
    });
    const deploy = stages
      .deploy('Deploy', {
        clusters: [
          {
            account: 'prod',
            imageId: found.outputs.amiDetails[0].imageId,
            capacity: { min: p.version, desired: '2', max: '${instances}' },
            tags: { image: found.outputs.amiDetails.at(12).imageName },
            targetGroups: [p.version, expr`web-${p.version}`],
            ...extra({ provider: 'aws' }),
          },
        ],
        comments: 'as it is',
      })
      .onFailure('halt branch, then fail');
    const variables = stages.evaluateVariables('Names', {
      variables: [{ key: 'image', value: found.nearest.amiDetails[0] }],
    });
    const call = stages.webhook('Call', {
      url: 'https://ci.example.com',
      payload: { image: variables.outputs.image, who: trigger.user, ref: trigger.payload.at('git', 'ref') },
      waitForCompletion: calc`${p.size} == 'large'`,
    });
    const approve = stages.manualJudgment('Keep it?', {
      instructions: expr`${deployedServerGroups()[0].serverGroup} in ${deploy.nearest['deploy.server.groups'].at('us-east-1')[0]}`,
    });
    const back = stages
      .rollbackCluster('Roll back', { cluster: 'shop-web' })
      .after(approve, [call, raw({ type: 'concourse', job: 'x' })])
      .when(is(judgment(approve), 'back'));
    const pause = stages.wait(null, { waitTime: 5 }).when(isNot(approve.status, 'SUCCEEDED'));
    return [found, [deploy, variables], call, approve, back, pause, ...checks(p)];
  },
});

const found = stages.findImage('Find image', { cluster: 'shop-web' });
const keep = stages.manualJudgment('Keep it?', {});

const call = stages.webhook('Call', { url: 'https://ci.example.com' });

export const read = [
  call.context.webhook.body.at('id'),
  call.context.webhook.monitor.statusCode,
  keep.when(found.hasFailed),
  keep.when(calc`${found.outputs.amiDetails[0].region} matches 'eu-.*'`),
];

export const outputs = [
  // @ts-expect-error What the stage writes down has no such part.
  call.context.webhook.bdy,
  // @ts-expect-error An output that the stage does not publish.
  found.outputs.amiDetail,
  // @ts-expect-error A field that an image does not have.
  found.outputs.amiDetails[0].imgeId,
  // @ts-expect-error A field of the list instead of one of its entries.
  found.outputs.amiDetails.imageId,
  // @ts-expect-error An output of another type.
  found.nearest.rollbackTypes,
  // @ts-expect-error The stage does not come to that by itself.
  keep.context.judgementInput,
  // @ts-expect-error The variable has another name.
  stages.evaluateVariables('Names', { variables: [{ key: 'image', value: 1 }] }).outputs.imag,
];

export const fields = [
  stages.findImage('Find image', {
    // @ts-expect-error A misspelt field.
    clutser: 'shop-web',
  }),
  stages.deploy('Deploy', {
    clusters: [
      {
        account: 'prod',
        // @ts-expect-error A misspelt field of a cluster.
        instancetype: 'm7g.large',
      },
    ],
  }),
  // @ts-expect-error A number that is none.
  stages.wait('Settle', { waitTime: 'soon' }),
  // @ts-expect-error A list where a text belongs.
  stages.findImage('Find image', { cluster: found.outputs.amiDetails }),
  // @ts-expect-error A choice that is not offered.
  stages.findImage('Find image', { selectionStrategy: 'BEST' }),
  // @ts-expect-error The address is missing.
  stages.webhook('Call', { method: 'GET' }),
  // @ts-expect-error There is no such type.
  stages.findImages('Find image', {}),
  // @ts-expect-error There is no such policy.
  stages.wait('Settle', { waitTime: 1 }).onFailure('carry on'),
  // @ts-expect-error There is no such status.
  keep.when(is(found.status, 'SUCCEDED')),
];

export const parameters = [
  pipeline({
    application: 'demo',
    name: 'deploy-web',
    parameters: { version: {}, size: { choices: ['small', 'large'] } },
    stages: (p) => [
      // @ts-expect-error A misspelt parameter.
      stages.evaluateVariables('Names', { variables: [{ key: 'version', value: p.versoin }] }),
      // @ts-expect-error A value that is not among the choices.
      stages.wait('Settle', { waitTime: 1 }).when(is(p.size, 'medium')),
    ],
  }),
  pipeline({
    application: 'demo',
    name: 'deploy-web',
    parameters: {
      version: {
        // @ts-expect-error A misspelt field of a parameter.
        defualt: '2.0.0',
      },
    },
    stages: [],
  }),
  pipeline({
    application: 'demo',
    name: 'deploy-web',
    // @ts-expect-error A misspelt field of a pipeline.
    limitConcurent: true,
    stages: [],
  }),
  // @ts-expect-error A misspelt field of a trigger.
  triggers.webhook({ source: 'web', payloadConstraint: {} }),
];
