import {
  CreateChangeSetCommand,
  CreateStackCommand,
  DeleteChangeSetCommand,
  DeleteStackCommand,
  DescribeChangeSetCommand,
  DescribeStackEventsCommand,
  DescribeStackResourceCommand,
  DescribeStackResourcesCommand,
  DescribeStacksCommand,
  ExecuteChangeSetCommand,
  GetTemplateCommand,
  ListChangeSetsCommand,
  ListStackResourcesCommand,
  ListStacksCommand,
  UpdateStackCommand,
  ValidateTemplateCommand,
} from '@aws-sdk/client-cloudformation';
import type { Clients } from '../clients.ts';
import type { Lab } from '../lab.ts';
import type { Place } from '../place.ts';

const limitSeconds = 900;

const TemplateBody = JSON.stringify({
  Parameters: { Words: { Type: 'String' } },
  Resources: { Topic: { Type: 'AWS::SNS::Topic', Properties: { DisplayName: { Ref: 'Words' } } } },
  Outputs: { Arn: { Value: { Ref: 'Topic' } } },
});

const withWords = (StackName: string, words: string) => ({
  StackName,
  TemplateBody,
  Parameters: [{ ParameterKey: 'Words', ParameterValue: words }],
});

/** A stack of one topic: made, changed twice, looked at from all sides, deleted. */
export async function stacks(lab: Lab, clients: Clients, place: Place): Promise<void> {
  const { cloudFormation } = clients;
  const StackName = place.name;
  await lab.send(cloudFormation, new ValidateTemplateCommand({ TemplateBody }));
  const create = new CreateStackCommand({ ...withWords(StackName, 'one'), Tags: [place.tag] });
  const { StackId } = await lab.send(cloudFormation, create);
  lab.later(`stack ${StackName}`, () => cloudFormation.send(new DeleteStackCommand({ StackName })));
  await lab.refused(cloudFormation, create, 'AlreadyExistsException');
  await untilStack(lab, clients, StackId, 'CREATE_COMPLETE');
  await lab.send(cloudFormation, new UpdateStackCommand(withWords(StackName, 'two')));
  await untilStack(lab, clients, StackId, 'UPDATE_COMPLETE');
  await lab.refused(cloudFormation, new UpdateStackCommand(withWords(StackName, 'two')), 'ValidationError');
  await changeSets(lab, clients, StackName, StackId);
  await lookAt(lab, clients, StackName);
  await lab.send(cloudFormation, new DeleteStackCommand({ StackName }));
  await untilStack(lab, clients, StackId, 'DELETE_COMPLETE');
}

async function untilStack(lab: Lab, { cloudFormation }: Clients, id: string | undefined, status: string) {
  await lab.until(`stack in ${status}`, limitSeconds, async () => {
    const { Stacks } = await lab.send(cloudFormation, new DescribeStacksCommand({ StackName: id }));
    const now = Stacks?.[0]?.StackStatus ?? '';
    if (now !== status && /FAILED|ROLLBACK/.test(now)) throw new Error(`The stack is in ${now}`);
    return now === status;
  });
}

async function changeSets(lab: Lab, clients: Clients, StackName: string, stackId: string | undefined): Promise<void> {
  const { cloudFormation } = clients;
  for (const ChangeSetName of ['dropped', 'done']) {
    await lab.send(
      cloudFormation,
      new CreateChangeSetCommand({ ...withWords(StackName, 'three'), ChangeSetName, ChangeSetType: 'UPDATE' }),
    );
    await lab.until('complete change set', limitSeconds, async () => {
      const describe = new DescribeChangeSetCommand({ StackName, ChangeSetName });
      return (await lab.send(cloudFormation, describe)).Status === 'CREATE_COMPLETE';
    });
  }
  await lab.send(cloudFormation, new ListChangeSetsCommand({ StackName }));
  await lab.send(cloudFormation, new DeleteChangeSetCommand({ StackName, ChangeSetName: 'dropped' }));
  await lab.send(cloudFormation, new ExecuteChangeSetCommand({ StackName, ChangeSetName: 'done' }));
  await lab.pause(5);
  await untilStack(lab, clients, stackId, 'UPDATE_COMPLETE');
}

async function lookAt(lab: Lab, { cloudFormation }: Clients, StackName: string): Promise<void> {
  await lab.send(cloudFormation, new DescribeStackEventsCommand({ StackName }));
  await lab.send(cloudFormation, new DescribeStackResourcesCommand({ StackName }));
  await lab.send(cloudFormation, new DescribeStackResourceCommand({ StackName, LogicalResourceId: 'Topic' }));
  await lab.send(cloudFormation, new ListStackResourcesCommand({ StackName }));
  await lab.send(cloudFormation, new ListStacksCommand({ StackStatusFilter: ['UPDATE_COMPLETE'] }));
  await lab.send(cloudFormation, new GetTemplateCommand({ StackName }));
}
