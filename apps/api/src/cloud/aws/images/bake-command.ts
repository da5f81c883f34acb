import type { BakeCommand, Operation } from '@gennaker/catalog/kit';
import { FailureError } from '@gennaker/pipeline-dsl';
import { isFailure } from '../errors.ts';
import type { Place } from '../place.ts';

/** A command that is not taken for so long is dropped, and a script may run for so long. */
const TAKEN_WITHIN_SECONDS = 600;
const RUNS_FOR_SECONDS = 3600;
/** Comments are this long at most. */
const LONGEST_COMMENT = 100;

async function isAnswering(place: Place, id: string): Promise<boolean> {
  const Filters = [{ Key: 'InstanceIds', Values: [id] }];
  const found = await place.ssm.describeInstanceInformation({ Filters }, { resource: `instance ${id}` });
  return found.InstanceInformationList?.[0]?.PingStatus === 'Online';
}

/** A command that this operation has sent before: SendCommand has no client token, so its comment carries the key. */
async function earlierCommand(place: Place, id: string, comment: string): Promise<string | null> {
  const { Commands } = await place.ssm.listCommands({ InstanceId: id }, { resource: `instance ${id}` });
  return Commands?.find(({ Comment }) => Comment === comment)?.CommandId ?? null;
}

/** Sends a script to an instance (AWS-RunShellScript); null while its agent does not answer. */
export async function sendToBake(
  place: Place,
  id: string,
  script: string,
  operation: Operation,
): Promise<string | null> {
  if (!(await isAnswering(place, id))) return null;
  const Comment = operation.key.slice(0, LONGEST_COMMENT);
  const earlier = await earlierCommand(place, id, Comment);
  if (earlier) return earlier;
  try {
    const sent = await place.ssm.sendCommand(
      {
        DocumentName: 'AWS-RunShellScript',
        InstanceIds: [id],
        Comment,
        TimeoutSeconds: TAKEN_WITHIN_SECONDS,
        Parameters: { commands: [script], executionTimeout: [String(RUNS_FOR_SECONDS)] },
        ...outputBucket(place),
      },
      { abort: operation.abort, once: true, resource: `instance ${id}` },
    );
    return sent.Command?.CommandId ?? null;
  } catch (error) {
    if (providerCodeOf(error) === 'InvalidInstanceId') return null;
    throw error;
  }
}

function outputBucket(place: Place): { OutputS3BucketName?: string; OutputS3KeyPrefix?: string } {
  const bucket = place.account.bakeBucket?.replaceAll('{region}', place.region);
  return bucket ? { OutputS3BucketName: bucket, OutputS3KeyPrefix: 'bakes' } : {};
}

const providerCodeOf = (error: unknown): unknown =>
  error instanceof FailureError ? error.failure.details?.['providerCode'] : null;

const ENDED: ReadonlySet<string> = new Set(['Success', 'Failed', 'TimedOut', 'Cancelled']);

/** How far the command is; a command sent a moment ago may be unknown still. */
export async function readBakeCommand(place: Place, id: string, commandId: string): Promise<BakeCommand> {
  try {
    const seen = await place.ssm.getCommandInvocation(
      { CommandId: commandId, InstanceId: id },
      { resource: `instance ${id}` },
    );
    if (!ENDED.has(seen.Status ?? '')) return { state: 'running' };
    const code = seen.ResponseCode ?? -1;
    const hasRun = seen.Status === 'Success' || seen.Status === 'Failed';
    const log = [seen.StandardOutputContent, seen.StandardErrorContent].filter(Boolean).join('\n');
    return { state: 'ended', rc: hasRun && code >= 0 ? code : null, log, reason: seen.StatusDetails ?? '' };
  } catch (error) {
    if (providerCodeOf(error) === 'InvocationDoesNotExist') return { state: 'running' };
    throw error;
  }
}

/** Stops the instance, so that an image can be made of it. One that is gone is no error here: reading it says so. */
export async function stopBake(place: Place, id: string, force: boolean, operation: Operation): Promise<void> {
  try {
    await place.ec2.stopInstances({ InstanceIds: [id], ...(force ? { Force: true } : {}) }, { abort: operation.abort });
  } catch (error) {
    if (!isFailure(error, 'aws.gone', 'aws.busy')) throw error;
  }
}
