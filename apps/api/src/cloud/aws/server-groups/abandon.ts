import type { Operation } from '@gennaker/catalog/kit';
import { isFailure } from '../errors.ts';
import type { Place } from '../place.ts';
import { deleteTemplate } from './launch-template.ts';
import { checkOperation, TAG, tagsOf } from './tags.ts';

/**
 * Removes what an unfinished creation has left: the group while it is empty and not yet sized, and the launch template.
 * Both are recognised by the operation that made them; nothing else is touched.
 */
export async function abandonCreation(place: Place, name: string, operation: Operation): Promise<void> {
  checkOperation(operation);
  const group = await place.group(name);
  if (group && tagsOf(group)[TAG.operation] === operation.key) {
    const isSized = (group.DesiredCapacity ?? 0) > 0 || (group.Instances ?? []).length > 0;
    if (isSized || tagsOf(group)[TAG.making] !== operation.key) return;
    try {
      await place.autoScaling.deleteAutoScalingGroup({ AutoScalingGroupName: name, ForceDelete: false });
    } catch (error) {
      if (!isFailure(error, 'aws.gone')) throw error;
    }
  }
  const answer = await place.ec2.describeLaunchTemplates(
    { Filters: [{ Name: `tag:${TAG.operation}`, Values: [operation.key] }] },
    { resource: `launch templates of ${name}` },
  );
  for (const template of answer.LaunchTemplates ?? []) await deleteTemplate(place, template.LaunchTemplateId ?? '');
}
