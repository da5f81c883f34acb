import { describe, expect, it } from 'vitest';
import { evaluateTemplate, evaluateTree, launchContext } from './index.ts';
import { executionOf, stageContext, stageOf, surroundings } from './testing/context.ts';

const bake = stageOf('1', {
  name: 'Bake',
  type: 'bake',
  outputs: { ami: 'ami-1', shared: 'far', list: [1, 2] },
  context: { secret: 'own' },
});
const judge = stageOf('2', {
  name: 'Judge',
  type: 'manualJudgment',
  requisiteStageRefIds: ['1'],
  context: { judgmentInput: 'go' },
  outputs: { shared: 'near', list: [2, 3], trigger: 'fake', execution: 'fake' },
});
const deploy = stageOf('3', {
  name: 'Deploy',
  type: 'deploy',
  requisiteStageRefIds: ['2'],
  status: 'RUNNING',
  context: { own: 1, blank: null },
});
const create = stageOf('3<1', {
  name: 'Create',
  type: 'createServerGroup',
  parentStageId: 'id-3',
  syntheticStageOwner: 'STAGE_BEFORE',
  context: {
    account: 'prod',
    region: 'eu-west-1',
    capacity: { desired: 2 },
    'deploy.server.groups': { 'eu-west-1': ['shop-v001'] },
    deploymentDetails: [{ region: 'eu-west-1', imageId: 'ami-1' }],
  },
});
const manifest = stageOf('9', {
  name: 'Manifest',
  type: 'deployManifest',
  outputs: {
    artifacts: [{ name: 'img', type: 'docker/image' }],
    manifests: [{ kind: 'Deployment', spec: { template: { metadata: { labels: { 'app/version': 'v7' } } } } }],
  },
});
const execution = executionOf([bake, judge, deploy, create, manifest], {
  authentication: { user: 'ann' },
  trigger: {
    type: 'manual',
    parameters: { env: 'prod' },
    buildInfo: {
      number: 12,
      scm: [
        { branch: 'master', sha1: 'a' },
        { branch: 'feature', sha1: 'b' },
      ],
    },
    resolvedExpectedArtifacts: [{ boundArtifact: { name: 'img', type: 'docker/image', version: '1' } }],
  },
});

const inDeploy = (expression: string) => evaluateTemplate(`\${${expression}}`, stageContext(execution, '3'));

describe('names of a running stage', () => {
  it.each([
    ['own', 1],
    ['ami', 'ami-1'],
    ['shared', 'near'],
    ['trigger.buildInfo.number', 12],
    ["trigger['parameters']['env']", 'prod'],
    ['trigger.type', 'manual'],
    ['parameters.env', 'prod'],
    ['scmInfo.sha1', 'b'],
    ['execution.id', '01E'],
    ['execution.application', 'shop'],
    ['execution.authentication.user', 'ann'],
    ['execution.getStatus()', 'RUNNING'],
    ["execution['stages'][0]['name']", 'Bake'],
    ['execution.stages.size()', 5],
    ["execution.stages.?[type == 'deploy'][0].name", 'Deploy'],
    ["execution.stages.^[name == 'Bake'].outputs.ami", 'ami-1'],
    ['execution.context.list', [1, 2, 3]],
    ["execution.stageByRef('2').name", 'Judge'],
    ["#stage('Bake').outputs.ami", 'ami-1'],
    ["#stage('id-1').name", 'Bake'],
    ["#stage('Bake')['status'].toString()", 'SUCCEEDED'],
    ["#stage('Bake').status == 'SUCCEEDED'", true],
    ["#stage('Bake').status.complete", true],
    ["#stage('Bake').hasSucceeded", true],
    ["#stage('Bake').getHasFailed()", false],
    ["#stage('Judge').context.ami", 'ami-1'],
    ["#stage('Bake').context.secret", 'own'],
    ["#stage('Bake').context", { secret: 'own' }],
    ["#stageByRefId('2').name", 'Judge'],
    ['#stageByRefId(2).name', 'Judge'],
    ["#stageExists('Bake')", true],
    ["#stageExists('Nope')", false],
    ['#currentStage().name', 'Deploy'],
    ["#judgment('Judge')", 'go'],
    ["#judgement('Judge')", 'go'],
    ['deployedServerGroups[0].serverGroup', 'shop-v001'],
    ["#deployedServerGroups('Create')[0].imageId", 'ami-1'],
    ["#deployedServerGroups('Other')", []],
    ["#manifestLabelValue('Manifest', 'Deployment', 'app/version')", 'v7'],
    ["#triggerResolvedArtifact('img').version", '1'],
    ["#triggerResolvedArtifactByType('docker/image').name", 'img'],
    ['#resolvedArtifacts().![name]', ['img']],
  ])('%s', (expression, expected) => {
    expect(inDeploy(expression)).toEqual({ value: expected, notes: [] });
  });

  it.each(["#stage('Judge').outputs.ami", 'secret', 'blank'])('%s is not found', (expression) => {
    expect(inDeploy(expression).notes).toMatchObject([{ level: 'INFO' }]);
  });

  it.each([
    "#stage('Nope')",
    '#stageByRefId(null)',
    "#judgment('Nope')",
    "#manifestLabelValue('Manifest', 'Pod', 'a')",
    "#manifestLabelValue('Manifest', 'Deployment', 'zz')",
    "#triggerResolvedArtifact('zz')",
    "#stage('Bake').constructor",
    "#stage('Bake').model",
    "#stage('Bake').property('id')",
    'execution.model',
    'execution.getClass()',
  ])('%s is an error', (expression) => {
    expect(inDeploy(expression).notes).toMatchObject([{ level: 'ERROR' }]);
  });

  it('gives the synthetic stage what its parent can read', () => {
    expect(evaluateTemplate('${ami}', stageContext(execution, '3<1')).value).toBe('ami-1');
  });

  it('without a stage reads the outputs of all stages', () => {
    expect(evaluateTemplate('${shared}', stageContext(execution, 'none')).value).toBe('near');
  });

  it('gives a whole stage as plain data', () => {
    expect(inDeploy("#stage('Bake')").value).toMatchObject({
      name: 'Bake',
      outputs: { ami: 'ami-1' },
      context: { secret: 'own' },
    });
  });

  it('does not change what is stored', () => {
    const before = JSON.stringify(execution);
    const text =
      '${execution.stages.add(1)} ${trigger.put("a", 1)} ${#stage("Bake").outputs.remove("ami")} ${trigger.clear()}';
    evaluateTemplate(text, stageContext(execution, '3'));
    expect(JSON.stringify(execution)).toBe(before);
  });
});

describe('what the host provides', () => {
  const providers = {
    fromUrl: (url: string) => (url.endsWith('.json') ? '{"a": 1}' : 'a=1\n# c\nb: two'),
    fetchReference: (reference: string) => `content of ${reference}`,
    pipelineId: (name: string, application: string) => (name === 'Deploy' ? `${application}-id` : null),
    applicationMetadata: () => ({ email: 'a@b' }),
  };
  const extensions = new Map([['acme_double', ([value]: readonly unknown[]) => Number(value) * 2]]);
  const provided = stageContext(execution, '3');
  const run = (expression: string) => evaluateTemplate(`\${${expression}}`, { ...provided, providers, extensions });

  it.each([
    ["#jsonFromUrl('http://x/a.json').a", 1],
    ["#propertiesFromUrl('http://x/a').b", 'two'],
    ["#yamlFromUrl('http://x/a.json').a", 1],
    ["#fetchReference('r')", 'content of r'],
    ["#pipelineId('Deploy')", 'shop-id'],
    ["#pipelineIdInApplication('Deploy', 'other')", 'other-id'],
    ["#pipelineIdOrNull('Nope') ?: 'none'", 'none'],
    ["#applicationMetadata('shop').email", 'a@b'],
    ['#acme_double(4)', 8],
  ])('%s', (expression, expected) => {
    expect(run(expression)).toEqual({ value: expected, notes: [] });
  });

  it('says that a helper without provider is not available', () => {
    expect(run("#canaryConfigNameToId('a', 'b')").notes[0]?.description).toContain('not available here');
  });
});

describe('launch', () => {
  it('sees trigger and template variables, and takes unknown keys for errors', () => {
    const context = launchContext({
      ...surroundings,
      trigger: { parameters: { v: 1 } },
      templateVariables: { t: 'x' },
    });
    const tree = { a: '${parameters.v}', b: '${templateVariables.t}', c: '${trigger.nope}', d: '${later}' };
    const { value, notes } = evaluateTree(tree, context, { unknownMapKey: 'error' });
    expect(value).toEqual({ a: 1, b: 'x', c: '${trigger.nope}', d: '${later}' });
    expect(
      Object.values(notes)
        .flat()
        .map((note) => note.level),
    ).toEqual(['ERROR', 'ERROR']);
  });
});
