import type { AutoScalingGroup, Tag } from '@aws-sdk/client-auto-scaling';
import type { Capacity, Operation, ServerGroupSpec } from '@gennaker/catalog/kit';
import { FailureError } from '@gennaker/pipeline-dsl';

/** Tags that this room keeps on what it makes. They tell whose it is even when our own database is lost. */
export const TAG = {
  application: 'cd:application',
  stack: 'cd:stack',
  detail: 'cd:detail',
  cluster: 'cd:cluster',
  execution: 'cd:execution',
  stage: 'cd:stage',
  operation: 'cd:op-key',
  image: 'cd:image',
  imageName: 'cd:image-name',
  version: 'cd:version',
  /** `min/desired/max` meant for it once live. */
  capacity: 'cd:capacity',
  /** Processes that we suspended, comma separated; written before suspending. */
  frozen: 'cd:frozen',
  /** Processes suspended until copied scaling may act, comma separated; written before suspending. */
  unsettled: 'cd:unsettled',
  /** `min/desired/max;operation` to restore. */
  pinned: 'cd:pinned',
  /** Operation of an unfinished creation; gone when the group has its size. */
  making: 'cd:making',
  /** Marks of the last finished resizes, newest last. */
  resized: 'cd:resized',
  /** When we began to remove it, epoch ms. */
  destroying: 'cd:destroying',
  /** On an instance that bakes and on what it makes: the content, 64 hex digits. */
  bakeKey: 'cd:bake-key',
  /** When a forgotten instance may be removed, ISO 8601. */
  expires: 'cd:expires-at',
  /** On a launch template: the server group it was made for. */
  serverGroup: 'cd:server-group',
} as const;

const LONGEST_VALUE = 256;

export interface Pair {
  readonly key: string;
  readonly value: string;
}

/** A group's tags as a plain record. */
export const tagsOf = (group: Pick<AutoScalingGroup, 'Tags'>): Readonly<Record<string, string>> =>
  Object.fromEntries((group.Tags ?? []).map((tag) => [tag.Key ?? '', tag.Value ?? '']));

export const formatCapacity = (capacity: Capacity): string => `${capacity.min}/${capacity.desired}/${capacity.max}`;

/** Reads `min/desired/max`, null when it is not that. */
export function parseCapacity(value: string | undefined): Capacity | null {
  const match = /^(\d+)\/(\d+)\/(\d+)/.exec(value ?? '');
  return match ? { min: Number(match[1]), desired: Number(match[2]), max: Number(match[3]) } : null;
}

export const parseList = (value: string | undefined): readonly string[] =>
  (value ?? '').split(',').filter((item) => item !== '');

/** Tag of the group itself, for calls of Auto Scaling. */
export const groupTag = (groupName: string, key: string, value: string, propagate = false): Tag => ({
  ResourceId: groupName,
  ResourceType: 'auto-scaling-group',
  Key: key,
  Value: value,
  PropagateAtLaunch: propagate,
});

/** The tag to take away, whatever its value is by now. */
export const groupTagKey = (groupName: string, key: string): Tag => ({
  ResourceId: groupName,
  ResourceType: 'auto-scaling-group',
  Key: key,
});

const present = (pairs: ReadonlyArray<readonly [string, string | null | undefined]>): readonly Pair[] =>
  pairs.flatMap(([key, value]) => (value ? [{ key, value }] : []));

/** Whose it is: execution, stage and operation. Not for propagation by the group; instances get it from the template. */
export const ownerTags = (operation: Operation): readonly Pair[] =>
  present([
    [TAG.execution, operation.executionId],
    [TAG.stage, operation.stageId],
    [TAG.operation, operation.key],
  ]);

/** What it is: moniker parts, image and version, then the user's own tags. Instances carry them too. */
export function descriptionTags(spec: ServerGroupSpec, imageName: string | null): readonly Pair[] {
  const own = present([
    [TAG.application, spec.moniker.app],
    [TAG.stack, spec.moniker.stack],
    [TAG.detail, spec.moniker.detail],
    [TAG.cluster, spec.moniker.cluster],
    [TAG.image, spec.imageId],
    [TAG.imageName, imageName],
    [TAG.version, spec.version],
  ]);
  return [...own, ...Object.entries(spec.tags).map(([key, value]) => ({ key, value }))];
}

/** Why tags given by a user cannot be used, as sentences. */
export function tagProblems(tags: Readonly<Record<string, string>>): readonly string[] {
  const problems = Object.entries(tags).flatMap(([key, value]) => [
    ...(key.length === 0 || key.length > 128 ? [`tag key "${key.slice(0, 40)}" must have 1 to 128 characters`] : []),
    ...(value.length > LONGEST_VALUE ? [`the value of tag "${key}" is longer than ${LONGEST_VALUE} characters`] : []),
    ...(/^aws:/i.test(key) ? [`tag "${key}" may not begin with "aws:"`] : []),
    ...(/^cd:/.test(key) ? [`tag "${key}" may not begin with "cd:", which is kept for deployments`] : []),
  ]);
  return Object.keys(tags).length > 30 ? [...problems, 'more than 30 tags of your own do not fit'] : problems;
}

/** An operation key that cannot be written to a tag would not be recognised later. */
export function checkOperation(operation: Operation): void {
  if (operation.key.length > 0 && operation.key.length <= LONGEST_VALUE) return;
  throw new FailureError({
    code: 'aws.wrong-input',
    message: `The operation key of stage ${operation.stageId} must have 1 to ${LONGEST_VALUE} characters`,
    retry: false,
  });
}
