import type { AddTagsInput, DescribeTagsInput, RemoveTagsInput } from '@aws-sdk/client-elastic-load-balancing-v2';
import { refuse } from '../../wire/service-error.ts';
import type { RegionStore } from '../../world/state.ts';
import type { Call } from '../service.ts';
import { listenerOf, loadBalancerOf, pairsOut, ruleOf, tagsIn, targetGroupOf } from './find.ts';

const maxTags = 50;

export const tagHandlers = {
  AddTags(call: Call, input: AddTagsInput) {
    const resources = (input.ResourceArns ?? []).map((arn) => tagged(call.store, arn));
    const added = tagsIn(input.Tags);
    for (const resource of resources) {
      if (Object.keys({ ...resource.tags, ...added }).length > maxTags)
        refuse('TooManyTags', `A load balancing resource can have at most ${maxTags} tags`);
    }
    for (const resource of resources) Object.assign(resource.tags, added);
    return {};
  },

  RemoveTags(call: Call, input: RemoveTagsInput) {
    const resources = (input.ResourceArns ?? []).map((arn) => tagged(call.store, arn));
    for (const resource of resources) for (const key of input.TagKeys ?? []) delete resource.tags[key];
    return {};
  },

  DescribeTags(call: Call, input: DescribeTagsInput) {
    const TagDescriptions = (input.ResourceArns ?? []).map((ResourceArn) => ({
      ResourceArn,
      Tags: pairsOut(tagged(call.view, ResourceArn).tags),
    }));
    return { TagDescriptions };
  },
};

function tagged(store: RegionStore, arn: string): { tags: Record<string, string> } {
  if (arn.includes(':loadbalancer/')) return loadBalancerOf(store, arn);
  if (arn.includes(':targetgroup/')) return targetGroupOf(store, arn);
  if (arn.includes(':listener-rule/')) return ruleOf(store, arn);
  return listenerOf(store, arn);
}
