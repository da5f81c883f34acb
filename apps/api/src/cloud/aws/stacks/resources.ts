import type { StackResource } from '@gennaker/catalog/kit';
import { isFailure } from '../errors.ts';
import type { Place } from '../place.ts';

/** What a stack, by its name or ARN, has made and not deleted. */
export async function resourcesOf(place: Place, stack: string): Promise<readonly StackResource[]> {
  const found: StackResource[] = [];
  let NextToken: string | undefined;
  try {
    do {
      const page = await place.stacks.listStackResources(
        { StackName: stack, NextToken },
        { resource: `stack ${stack}` },
      );
      for (const row of page.StackResourceSummaries ?? []) {
        const { LogicalResourceId = '', ResourceType = '', PhysicalResourceId: physicalId } = row;
        if (physicalId && row.ResourceStatus !== 'DELETE_COMPLETE')
          found.push({ resource: LogicalResourceId, resourceType: ResourceType, physicalId });
      }
      NextToken = page.NextToken;
    } while (NextToken);
  } catch (error) {
    if (!isFailure(error, 'aws.gone')) throw error;
  }
  return found;
}
