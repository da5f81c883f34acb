import {
  DescribeInstanceInformationCommand,
  GetCommandInvocationCommand,
  ListCommandsCommand,
  SendCommandCommand,
} from '@aws-sdk/client-ssm';
import type { Clients } from '../clients.ts';
import type { Lab } from '../lab.ts';

const limitSeconds = 600;

/** Runs a shell command on an instance and reads what it printed. */
export async function runCommand(lab: Lab, { ssm }: Clients, InstanceId: string): Promise<void> {
  await lab.until('agent that reports', limitSeconds, async () => {
    const Filters = [{ Key: 'InstanceIds', Values: [InstanceId] }];
    const answer = await lab.send(ssm, new DescribeInstanceInformationCommand({ Filters }));
    return answer.InstanceInformationList?.[0]?.PingStatus === 'Online';
  });
  const { Command } = await lab.send(
    ssm,
    new SendCommandCommand({
      DocumentName: 'AWS-RunShellScript',
      InstanceIds: [InstanceId],
      Parameters: { commands: ['echo "It ran."'] },
      Comment: 'Sent by the conformance suite',
    }),
  );
  const CommandId = Command?.CommandId;
  await lab.until('listed command', limitSeconds, async () => {
    const { Commands } = await lab.send(ssm, new ListCommandsCommand({ CommandId }));
    return ['Success', 'Failed'].includes(Commands?.[0]?.Status ?? '');
  });
  const seen = await lab.send(ssm, new GetCommandInvocationCommand({ CommandId, InstanceId }));
  if (seen.Status !== 'Success') throw new Error(`The command ended as ${seen.Status}`);
}
