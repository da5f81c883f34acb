import type { Operation } from '@gennaker/catalog/kit';
import type { Place } from '../../place.ts';
import { resumeSuspended, suspendedIn } from '../processes.ts';
import { checkOperation, groupTag, groupTagKey, parseList, TAG, tagsOf } from '../tags.ts';

/**
 * Lets copied scaling act. In a group that is out of traffic meanwhile, enabling gives the processes back instead.
 */
export async function settleScaling(place: Place, name: string, operation: Operation): Promise<void> {
  checkOperation(operation);
  operation.abort?.throwIfAborted();
  const group = await place.group(name);
  const held = group && tagsOf(group)[TAG.unsettled];
  if (!group || group.Status || held === undefined) return;
  const about = { abort: operation.abort, resource: `server group ${name}` };
  const frozen = tagsOf(group)[TAG.frozen];
  if (frozen === undefined) await resumeSuspended(place, name, parseList(held), suspendedIn(group), operation);
  else {
    const all = [...new Set([...parseList(frozen), ...parseList(held)])].join(',');
    if (all !== frozen) await place.autoScaling.createOrUpdateTags({ Tags: [groupTag(name, TAG.frozen, all)] }, about);
  }
  await place.autoScaling.deleteTags({ Tags: [groupTagKey(name, TAG.unsettled)] }, about);
  place.logger.info('Scaling settled', { account: place.account.name, region: place.region, name });
}
