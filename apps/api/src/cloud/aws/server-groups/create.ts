import type { AutoScalingGroup, CreateAutoScalingGroupCommandInput } from '@aws-sdk/client-auto-scaling';
import type { Operation, ServerGroupSpec } from '@gennaker/catalog/kit';
import { FailureError } from '@gennaker/pipeline-dsl';
import { isFailure, providerMessageOf } from '../errors.ts';
import type { Place } from '../place.ts';
import { groupInput, wantedSuspended } from './group-input.ts';
import { deleteTemplate, deleteTemplatesOf, ensureTemplate, type TemplateRef } from './launch-template.ts';
import { knownNetwork } from './network.ts';
import { suspendedIn, suspendMissing } from './processes.ts';
import { specProblems } from './spec-problems.ts';
import { checkOperation, groupTagKey, TAG, tagsOf } from './tags.ts';

/** New things may stay unseen by other parts of AWS for so long. */
const UNSEEN_MS = 120_000;
/** How long one call of ours waits for them before handing back to the queue. */
const PATIENCE_MS = 20_000;
const FIRST_PAUSE_MS = 1_000;

function nameTaken(place: Place, name: string, owner: string | null): FailureError {
  return new FailureError({
    code: 'aws.name-taken',
    message: `Server group ${name} already exists in ${place.account.name} ${place.region} and was made by ${owner === null ? 'another tool' : 'another operation'}`,
    retry: false,
    advice: 'Run the stage again: it takes the next free version number.',
    details: { provider: 'aws', resource: `server group ${name}`, owner },
  });
}

function assertOurs(place: Place, group: AutoScalingGroup, operation: Operation): AutoScalingGroup {
  const name = group.AutoScalingGroupName ?? '';
  const owner = tagsOf(group)[TAG.operation] ?? null;
  if (owner !== operation.key) throw nameTaken(place, name, owner);
  if (!group.Status) return group;
  throw new FailureError({
    code: 'aws.being-deleted',
    message: `Server group ${name} in ${place.account.name} ${place.region} is being deleted while it is made`,
    retry: false,
    advice: 'Find out who deletes it, then run the stage again.',
    details: { provider: 'aws', resource: `server group ${name}`, status: group.Status },
  });
}

/** Auto Scaling says so in a ValidationError while a fresh template or profile is not known everywhere. */
const isUnseenYet = (error: unknown): boolean =>
  isFailure(error, 'aws.wrong-input', 'aws.gone') &&
  /launch template|fully-formed|IamInstanceProfile/i.test(providerMessageOf(error));

function notThereYet(place: Place, name: string, error: unknown): FailureError {
  return new FailureError(
    {
      code: 'aws.not-there-yet',
      message: `Server group ${name} in ${place.account.name} ${place.region} cannot be made yet: AWS does not see what was made for it a moment ago (${providerMessageOf(error)})`,
      retry: true,
      advice: 'Nothing to do: new things take up to two minutes to be seen everywhere, and it is tried again.',
      details: error instanceof FailureError ? error.failure.details : {},
    },
    { cause: error },
  );
}

/** Reads back a group whose name AWS calls taken although it may not be described yet. */
async function readTaken(place: Place, name: string, operation: Operation, taken: unknown): Promise<AutoScalingGroup> {
  const until = place.clock.now() + PATIENCE_MS;
  for (let pause = FIRST_PAUSE_MS; ; pause *= 2) {
    const group = await place.group(name);
    if (group) return assertOurs(place, group, operation);
    if (place.clock.now() >= until) throw notThereYet(place, name, taken);
    await place.clock.wait(pause, operation.abort);
  }
}

async function sendCreation(
  place: Place,
  input: CreateAutoScalingGroupCommandInput,
  template: TemplateRef,
  operation: Operation,
): Promise<void> {
  const until = place.clock.now() + PATIENCE_MS;
  for (let pause = FIRST_PAUSE_MS; ; pause *= 2) {
    try {
      await place.autoScaling.createAutoScalingGroup(input, { abort: operation.abort });
      return;
    } catch (error) {
      if (!isUnseenYet(error) || place.clock.now() - template.createdTime > UNSEEN_MS) throw error;
      if (place.clock.now() >= until) throw notThereYet(place, input.AutoScalingGroupName ?? '', error);
      await place.clock.wait(pause, operation.abort);
    }
  }
}

/** Creates the empty group, or finds the one an earlier try made; answers it as it was read, null when brand new. */
async function makeEmptyGroup(place: Place, spec: ServerGroupSpec, operation: Operation) {
  const [network, image] = await Promise.all([knownNetwork(place, spec), place.imageFacts(spec.imageId)]);
  const problems = [...specProblems(spec), ...network.problems];
  if (problems.length > 0)
    throw new FailureError({
      code: 'aws.wrong-input',
      message: `Server group ${spec.name} cannot be made in ${place.account.name} ${place.region}: ${problems.join('; ')}`,
      retry: false,
      advice: 'Correct the named fields of the stage, then run it again.',
      details: { provider: 'aws', resource: `server group ${spec.name}`, problems },
    });
  const imageName = image?.Name ?? null;
  const template = await ensureTemplate(place, spec, operation, network, imageName);
  try {
    await sendCreation(place, groupInput(spec, operation, network, template, imageName), template, operation);
    place.groupNames.made(spec.name);
    return null;
  } catch (error) {
    if (isFailure(error, 'aws.exists')) {
      const group = await readTaken(place, spec.name, operation, error).catch(async (refused) => {
        if (isFailure(refused, 'aws.name-taken')) await dropTemplate(place, template.id);
        throw refused;
      });
      place.groupNames.made(spec.name);
      return group;
    }
    // Refused for good: nothing of ours stays behind. Worth another try: the template waits for it.
    if (error instanceof FailureError && !error.failure.retry) await dropTemplate(place, template.id);
    throw error;
  }
}

async function dropTemplate(place: Place, id: string): Promise<void> {
  await deleteTemplate(place, id).catch((error: unknown) =>
    place.logger.warn('A launch template could not be removed', { id, error: String(error) }),
  );
}

/** Removes a group that never got its size, and its template. What has instances AWS itself refuses to delete. */
async function undoEmptyGroup(place: Place, name: string): Promise<void> {
  try {
    await place.autoScaling.deleteAutoScalingGroup({ AutoScalingGroupName: name, ForceDelete: false });
    await deleteTemplatesOf(place, name);
  } catch (error) {
    place.logger.warn('A half-made server group could not be removed', { name, error: String(error) });
  }
}

/** Starts collecting the measures asked for that are not collected yet. */
async function collectMetrics(
  place: Place,
  spec: ServerGroupSpec,
  operation: Operation,
  group: AutoScalingGroup | null,
): Promise<void> {
  const known = (group?.EnabledMetrics ?? []).map(({ Metric }) => Metric);
  const Metrics = (spec.enabledMetrics ?? []).filter((metric) => !known.includes(metric));
  if (Metrics.length === 0) return;
  await place.autoScaling.enableMetricsCollection(
    { AutoScalingGroupName: spec.name, Granularity: '1Minute', Metrics },
    { abort: operation.abort },
  );
}

async function suspendAndSize(
  place: Place,
  spec: ServerGroupSpec,
  operation: Operation,
  group: AutoScalingGroup | null,
) {
  await suspendMissing(place, spec.name, wantedSuspended(spec), group ? suspendedIn(group) : [], operation);
  await collectMetrics(place, spec, operation, group);
  const { min, desired, max } = spec.capacity;
  const [minNow, desiredNow, maxNow] = [group?.MinSize ?? 0, group?.DesiredCapacity ?? 0, group?.MaxSize ?? max];
  if (min === minNow && desired === desiredNow && max === maxNow) return;
  await place.autoScaling.updateAutoScalingGroup(
    { AutoScalingGroupName: spec.name, MinSize: min, MaxSize: max, DesiredCapacity: desired },
    { abort: operation.abort },
  );
}

/** Suspends, sizes up, and marks the group as finished. Every step looks first, so it may be run again. */
async function finish(place: Place, spec: ServerGroupSpec, operation: Operation, group: AutoScalingGroup | null) {
  try {
    await suspendAndSize(place, spec, operation, group);
  } catch (error) {
    if (error instanceof FailureError && !error.failure.retry) await undoEmptyGroup(place, spec.name);
    throw error;
  }
  await place.autoScaling.deleteTags(
    { Tags: [groupTagKey(spec.name, TAG.making)] },
    { abort: operation.abort, resource: `server group ${spec.name}` },
  );
}

/**
 * Makes a server group: launch template, empty Auto Scaling group, suspensions, size. Every step carries the
 * operation's tag in its own call, so that a try after a crash finds what is there and goes on.
 */
export async function createServerGroup(place: Place, spec: ServerGroupSpec, operation: Operation): Promise<void> {
  checkOperation(operation);
  operation.abort?.throwIfAborted();
  const known = await place.group(spec.name);
  const group = known ? assertOurs(place, known, operation) : await makeEmptyGroup(place, spec, operation);
  const unfinished = group === null || tagsOf(group)[TAG.making] === operation.key;
  if (!unfinished) return;
  await finish(place, spec, operation, group);
  place.logger.info('Server group made', { account: place.account.name, region: place.region, name: spec.name });
}
