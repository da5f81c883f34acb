import { CloudFormation, type StackEvent } from '@aws-sdk/client-cloudformation';
import { S3 } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Sandbox, startSandbox } from '../../sandbox.ts';
import { clientOf } from '../../testing/service-clients.ts';

const yaml = `
Description: Surroundings of an application
Parameters:
  Size: { Type: Number, Default: 2 }
  Env: { Type: String, AllowedValues: [test, live] }
  Word: { Type: String, NoEcho: true, Default: secret }
Conditions:
  IsLive: !Equals [!Ref Env, live]
Resources:
  Topic:
    Type: AWS::SNS::Topic
    Properties: { TopicName: !Sub 'news-\${Env}' }
  Queue:
    Type: AWS::SQS::Queue
    DependsOn: Topic
    Properties:
      Tags: [{ Key: size, Value: !Ref Size }, { Key: topic, Value: !GetAtt Topic.TopicName }]
  Extra:
    Type: Custom::Extra
    Condition: IsLive
    Properties: { Name: !Join ['-', [!Ref 'AWS::StackName', extra]] }
Outputs:
  TopicArn: { Value: !Ref Topic, Export: { Name: news } }
  QueueArn: { Value: !GetAtt Queue.Arn }
  Where: { Value: !Sub '\${AWS::Region}/\${AWS::AccountId}' }
  ExtraId: { Value: !Ref Extra, Condition: IsLive }
`;

const failing = (resources: object) =>
  JSON.stringify({ Resources: { Good: { Type: 'Custom::Good', Properties: { Size: 1 } }, ...resources } });
const bad = { Bad: { Type: 'Custom::Bad', DependsOn: 'Good', Properties: { Sandbox: 'fail' } } };

describe('CloudFormation', () => {
  let sandbox: Sandbox;
  let cfn: CloudFormation;

  beforeAll(async () => {
    sandbox = await startSandbox({ seed: 9 });
    sandbox.clock.freeze();
    cfn = clientOf(sandbox, CloudFormation);
  });
  afterAll(async () => {
    cfn.destroy();
    await sandbox.stop();
  });

  const env = (value: string) => [{ ParameterKey: 'Env', ParameterValue: value }];
  const stackAt = async (StackName: string) => (await cfn.describeStacks({ StackName })).Stacks?.[0];
  const statusOf = async (StackName: string) => (await stackAt(StackName))?.StackStatus;
  const told = async (StackName: string) =>
    ((await cfn.describeStackEvents({ StackName })).StackEvents ?? []).map(
      (event: StackEvent) => `${event.LogicalResourceId} ${event.ResourceStatus}`,
    );
  const settle = () => sandbox.clock.advance(30_000);

  it('makes the resources of a stack one after another, then tells its outputs', async () => {
    const { StackId } = await cfn.createStack({ StackName: 'web', TemplateBody: yaml, Parameters: env('test') });
    expect(await statusOf('web')).toBe('CREATE_IN_PROGRESS');
    sandbox.clock.advance(1500);
    expect(await told('web')).toEqual([
      'Queue CREATE_IN_PROGRESS',
      'Topic CREATE_COMPLETE',
      'Topic CREATE_IN_PROGRESS',
      'web CREATE_IN_PROGRESS',
    ]);
    settle();
    const stack = await stackAt('web');
    expect(stack).toMatchObject({
      StackId,
      StackStatus: 'CREATE_COMPLETE',
      Description: 'Surroundings of an application',
    });
    expect(Object.fromEntries((stack?.Outputs ?? []).map((each) => [each.OutputKey, each.OutputValue]))).toEqual({
      TopicArn: 'arn:aws:sns:us-east-1:123456789012:news-test',
      QueueArn: expect.stringMatching(/^arn:aws:sqs:us-east-1:123456789012:web-Queue-[0-9A-F]{12}$/),
      Where: 'us-east-1/123456789012',
    });
    expect(stack?.Parameters).toContainEqual({ ParameterKey: 'Word', ParameterValue: '****' });
    const { StackResources } = await cfn.describeStackResources({ StackName: 'web' });
    expect(StackResources?.map((each) => each.LogicalResourceId)).toEqual(['Topic', 'Queue']);
    expect((await cfn.getTemplate({ StackName: 'web' })).TemplateBody).toBe(yaml);
  });

  it('updates what changed, and refuses when nothing does', async () => {
    const update = (Parameters: object[]) =>
      cfn.updateStack({ StackName: 'web', UsePreviousTemplate: true, Parameters });
    const same = [{ ParameterKey: 'Env', UsePreviousValue: true }];
    await expect(update(same)).rejects.toMatchObject({
      name: 'ValidationError',
      message: 'No updates are to be performed.',
    });
    await update(env('live'));
    await expect(update(same)).rejects.toMatchObject({
      message: expect.stringContaining('is in UPDATE_IN_PROGRESS state and can not be updated.'),
    });
    settle();
    expect(await statusOf('web')).toBe('UPDATE_COMPLETE');
    expect((await stackAt('web'))?.Outputs).toContainEqual({ OutputKey: 'ExtraId', OutputValue: 'web-extra' });
    await update(env('test'));
    settle();
    expect((await told('web')).slice(0, 6)).toEqual([
      'web UPDATE_COMPLETE',
      'Extra DELETE_COMPLETE',
      'Extra DELETE_IN_PROGRESS',
      'Topic DELETE_COMPLETE',
      'Topic DELETE_IN_PROGRESS',
      'web UPDATE_COMPLETE_CLEANUP_IN_PROGRESS',
    ]);
  });

  it('puts another resource in the place of one whose name changes, and says so before', async () => {
    const template = (TopicName: string, sandbox?: string) =>
      JSON.stringify({
        Resources: {
          Topic: { Type: 'AWS::SNS::Topic', Properties: { TopicName } },
          Kept: { Type: 'Custom::Kept', DeletionPolicy: 'Retain' },
          After: { Type: 'Custom::After', DependsOn: 'Topic', Properties: { Uses: TopicName, Sandbox: sandbox } },
        },
        Outputs: { Arn: { Value: { Ref: 'Topic' } } },
      });
    const arn = async () => (await stackAt('renamed'))?.Outputs?.[0]?.OutputValue;
    await cfn.createStack({ StackName: 'renamed', TemplateBody: template('one') });
    settle();
    const ChangeSetName = 'rename';
    await cfn.createChangeSet({ StackName: 'renamed', ChangeSetName, TemplateBody: template('two') });
    settle();
    const { Changes } = await cfn.describeChangeSet({ StackName: 'renamed', ChangeSetName });
    expect(Changes?.[0]?.ResourceChange).toMatchObject({ LogicalResourceId: 'Topic', Replacement: 'True' });
    await cfn.executeChangeSet({ StackName: 'renamed', ChangeSetName });
    settle();
    expect(await arn()).toBe('arn:aws:sns:us-east-1:123456789012:two');
    const { StackEvents } = await cfn.describeStackEvents({ StackName: 'renamed' });
    expect(StackEvents?.find((event) => event.ResourceStatus === 'DELETE_COMPLETE')?.PhysicalResourceId).toMatch(
      /:one$/,
    );
    await cfn.updateStack({ StackName: 'renamed', TemplateBody: template('three', 'fail') });
    settle();
    expect([await statusOf('renamed'), await arn()]).toEqual([
      'UPDATE_ROLLBACK_COMPLETE',
      'arn:aws:sns:us-east-1:123456789012:two',
    ]);
    await cfn.deleteStack({ StackName: 'renamed' });
    settle();
    const { StackSummaries } = await cfn.listStacks({ StackStatusFilter: ['DELETE_COMPLETE'] });
    const StackId = StackSummaries?.find((each) => each.StackName === 'renamed')?.StackId;
    expect(await told(StackId ?? '')).toContain('Kept DELETE_SKIPPED');
  });

  it('knows a request again by its token', async () => {
    const request = { StackName: 'token', TemplateBody: yaml, Parameters: env('test'), ClientRequestToken: 'op-1' };
    const first = await cfn.createStack(request);
    expect((await cfn.createStack(request)).StackId).toBe(first.StackId);
    await expect(cfn.createStack({ ...request, Parameters: env('live') })).rejects.toMatchObject({
      name: 'TokenAlreadyExistsException',
    });
    await expect(cfn.createStack({ ...request, ClientRequestToken: 'op-2' })).rejects.toMatchObject({
      name: 'AlreadyExistsException',
      message: 'Stack [token] already exists',
    });
    settle();
    const update = { ...request, Parameters: env('live'), ClientRequestToken: 'op-3' };
    await cfn.updateStack(update);
    settle();
    expect((await cfn.updateStack(update)).StackId).toBe(first.StackId);
    const { StackEvents } = await cfn.describeStackEvents({ StackName: 'token' });
    expect(StackEvents?.[0]?.ClientRequestToken).toBe('op-3');
  });

  it('rolls back what fails, and says in its events which resource and why', async () => {
    await cfn.createStack({ StackName: 'fails', TemplateBody: failing(bad) });
    settle();
    expect(await statusOf('fails')).toBe('ROLLBACK_COMPLETE');
    const { StackEvents } = await cfn.describeStackEvents({ StackName: 'fails' });
    const failed = StackEvents?.find((event) => event.ResourceStatus === 'CREATE_FAILED');
    expect([failed?.LogicalResourceId, failed?.ResourceStatusReason]).toEqual([
      'Bad',
      expect.stringContaining('fails'),
    ]);
    expect(
      StackEvents?.find((event) => event.ResourceStatus === 'ROLLBACK_IN_PROGRESS')?.ResourceStatusReason,
    ).toContain('The following resource(s) failed to create: [Bad].');
    await expect(cfn.updateStack({ StackName: 'fails', TemplateBody: failing({}) })).rejects.toMatchObject({
      message: expect.stringContaining('is in ROLLBACK_COMPLETE state and can not be updated.'),
    });
    await cfn.createStack({ StackName: 'stays', TemplateBody: failing(bad), OnFailure: 'DO_NOTHING' });
    settle();
    expect(await statusOf('stays')).toBe('CREATE_FAILED');
  });

  it('rolls back when an expression cannot be filled in, in a resource or in an output', async () => {
    const absent = { 'Fn::ImportValue': 'nobody-exports-this' };
    const inResource = failing({ Uses: { Type: 'Custom::Uses', Properties: { Value: absent } } });
    const inOutput = JSON.stringify({ Resources: { A: { Type: 'Custom::A' } }, Outputs: { O: { Value: absent } } });
    await cfn.createStack({ StackName: 'imports', TemplateBody: inResource });
    await cfn.createStack({ StackName: 'tells', TemplateBody: inOutput });
    settle();
    expect([await statusOf('imports'), await statusOf('tells')]).toEqual(['ROLLBACK_COMPLETE', 'ROLLBACK_COMPLETE']);
    const { StackEvents } = await cfn.describeStackEvents({ StackName: 'imports' });
    expect(StackEvents?.find((event) => event.ResourceStatus === 'CREATE_FAILED')).toMatchObject({
      LogicalResourceId: 'Uses',
      ResourceStatusReason: 'No export named nobody-exports-this found.',
    });
  });

  it('goes back to what was when an update fails', async () => {
    await cfn.createStack({ StackName: 'back', TemplateBody: failing({}) });
    settle();
    await cfn.updateStack({
      StackName: 'back',
      TemplateBody: failing({ ...bad, Good: { Type: 'Custom::Good', Properties: { Size: 2 } } }),
    });
    settle();
    expect(await statusOf('back')).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect((await told('back')).slice(0, 8)).toEqual([
      'back UPDATE_ROLLBACK_COMPLETE',
      'Bad DELETE_COMPLETE',
      'Bad DELETE_IN_PROGRESS',
      'back UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS',
      'Good UPDATE_COMPLETE',
      'Good UPDATE_IN_PROGRESS',
      'back UPDATE_ROLLBACK_IN_PROGRESS',
      'Bad CREATE_FAILED',
    ]);
    expect((await cfn.getTemplate({ StackName: 'back' })).TemplateBody).toBe(failing({}));
  });

  it('deletes by name once, keeps the deleted to be asked for by id, and obeys protection', async () => {
    const { StackId } = await cfn.createStack({
      StackName: 'short',
      TemplateBody: failing({}),
      EnableTerminationProtection: true,
    });
    settle();
    await expect(cfn.deleteStack({ StackName: 'short' })).rejects.toMatchObject({
      message: 'Stack [short] cannot be deleted while TerminationProtection is enabled',
    });
    await cfn.updateTerminationProtection({ StackName: 'short', EnableTerminationProtection: false });
    await cfn.deleteStack({ StackName: 'short' });
    expect(await statusOf('short')).toBe('DELETE_IN_PROGRESS');
    settle();
    await expect(stackAt('short')).rejects.toMatchObject({
      name: 'ValidationError',
      message: 'Stack with id short does not exist',
    });
    expect(await statusOf(StackId ?? '')).toBe('DELETE_COMPLETE');
    await cfn.deleteStack({ StackName: 'short' });
    const { StackSummaries } = await cfn.listStacks({ StackStatusFilter: ['DELETE_COMPLETE'] });
    expect(StackSummaries?.map((each) => each.StackName)).toContain('short');
  });

  it('works change sets out, executes them once, and fails those without changes', async () => {
    const make = (ChangeSetName: string, TemplateBody: string, ChangeSetType: 'CREATE' | 'UPDATE') =>
      cfn.createChangeSet({ StackName: 'reviewed', ChangeSetName, TemplateBody, ChangeSetType });
    const set = (ChangeSetName: string) => cfn.describeChangeSet({ StackName: 'reviewed', ChangeSetName });
    await expect(make('early', failing({}), 'UPDATE')).rejects.toMatchObject({
      message: 'Stack [reviewed] does not exist',
    });
    await make('first', failing({}), 'CREATE');
    expect(await statusOf('reviewed')).toBe('REVIEW_IN_PROGRESS');
    expect((await set('first')).Status).toBe('CREATE_IN_PROGRESS');
    const execute = (ChangeSetName: string) => cfn.executeChangeSet({ StackName: 'reviewed', ChangeSetName });
    await expect(execute('first')).rejects.toMatchObject({ name: 'InvalidChangeSetStatusException' });
    settle();
    expect(await set('first')).toMatchObject({
      Status: 'CREATE_COMPLETE',
      ExecutionStatus: 'AVAILABLE',
      Changes: [{ Type: 'Resource', ResourceChange: { Action: 'Add', LogicalResourceId: 'Good' } }],
    });
    await execute('first');
    settle();
    expect([await statusOf('reviewed'), (await set('first')).ExecutionStatus]).toEqual([
      'CREATE_COMPLETE',
      'EXECUTE_COMPLETE',
    ]);
    await make('same', failing({}), 'UPDATE');
    settle();
    expect(await set('same')).toMatchObject({
      Status: 'FAILED',
      StatusReason: expect.stringContaining("didn't contain changes"),
    });
    const grown = failing({ More: { Type: 'Custom::More' }, Good: { Type: 'Custom::Good', Properties: { Size: 9 } } });
    await make('grown', grown, 'UPDATE');
    settle();
    expect((await set('grown')).Changes?.map((each) => each.ResourceChange?.Action)).toEqual(['Modify', 'Add']);
    expect((await cfn.listChangeSets({ StackName: 'reviewed' })).Summaries?.length).toBe(3);
    await cfn.deleteChangeSet({ StackName: 'reviewed', ChangeSetName: 'same' });
    await execute('grown');
    settle();
    expect(await statusOf('reviewed')).toBe('UPDATE_COMPLETE');
    await expect(set('same')).rejects.toMatchObject({ name: 'ChangeSetNotFoundException' });
  });

  it('checks templates, their parameters and the capabilities they need', async () => {
    const create = (TemplateBody: string, extra: object = {}) =>
      cfn.createStack({ StackName: 'checked', TemplateBody, ...extra });
    const said = (message: string) => ({ name: 'ValidationError', message: expect.stringContaining(message) });
    await expect(create(yaml)).rejects.toMatchObject(said('Parameters: [Env] must have values'));
    await expect(create(yaml, { Parameters: env('other') })).rejects.toMatchObject(
      said("'Env' must be one of AllowedValues"),
    );
    const unknown = [...env('test'), { ParameterKey: 'Colour', ParameterValue: 'red' }];
    await expect(create(yaml, { Parameters: unknown })).rejects.toMatchObject(
      said('[Colour] do not exist in the template'),
    );
    await expect(create('Resources: {}')).rejects.toMatchObject(said('At least one Resources member'));
    await expect(create('{"Resources":')).rejects.toMatchObject(said('JSON not well-formed'));
    await expect(
      create('{"Resources":{"A":{"Type":"Custom::A","Properties":{"B":{"Ref":"B"}}}}}'),
    ).rejects.toMatchObject(said('Unresolved resource dependencies [B]'));
    const role = '{"Resources":{"R":{"Type":"AWS::IAM::Role","Properties":{}}}}';
    await expect(create(role)).rejects.toMatchObject({
      name: 'InsufficientCapabilitiesException',
      message: 'Requires capabilities : [CAPABILITY_IAM]',
    });
    expect((await cfn.validateTemplate({ TemplateBody: role })).Capabilities).toEqual(['CAPABILITY_IAM']);
    const s3 = clientOf(sandbox, S3);
    await s3.putObject({ Bucket: 'demo-artifacts', Key: 'a template.yml', Body: yaml });
    s3.destroy();
    const TemplateURL = 'https://demo-artifacts.s3.us-east-1.amazonaws.com/a%20template.yml';
    const { Parameters } = await cfn.validateTemplate({ TemplateURL });
    expect(Parameters?.map((each) => each.ParameterKey)).toEqual(['Size', 'Env', 'Word']);
  });
});
