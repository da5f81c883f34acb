import type { CreateTagsRequest, DeleteTagsRequest, DescribeTagsRequest, TagSpecification } from '@aws-sdk/client-ec2';
import { refuse } from '../../wire/service-error.ts';
import type { RegionStore } from '../../world/state.ts';
import { page } from '../paging.ts';
import type { Call } from '../service.ts';
import { filtered } from './filters.ts';
import { imageFor } from './image-storage.ts';
import type { Tags } from './state.ts';

const maxTags = 50;

const kinds: Record<
  string,
  { type: string; code: string; word: string; of(store: RegionStore): Record<string, { tags: Tags }> }
> = {
  i: { type: 'instance', code: 'InvalidInstanceID.NotFound', word: 'instance ID', of: (store) => store.instances },
  ami: { type: 'image', code: 'InvalidAMIID.NotFound', word: 'image ID', of: (store) => store.images },
  snap: { type: 'snapshot', code: 'InvalidSnapshot.NotFound', word: 'snapshot', of: (store) => store.snapshots },
  vpc: { type: 'vpc', code: 'InvalidVpcID.NotFound', word: 'vpc ID', of: (store) => store.vpcs },
  subnet: { type: 'subnet', code: 'InvalidSubnetID.NotFound', word: 'subnet ID', of: (store) => store.subnets },
  sg: {
    type: 'security-group',
    code: 'InvalidGroup.NotFound',
    word: 'security group',
    of: (store) => store.securityGroups,
  },
  lt: {
    type: 'launch-template',
    code: 'InvalidLaunchTemplateId.NotFound',
    word: 'launch template ID',
    of: (store) => store.launchTemplates,
  },
};

/** Refuses tags AWS would refuse. */
export function checkTags(tags: Tags): Tags {
  for (const [key, value] of Object.entries(tags)) {
    if (key.toLowerCase().startsWith('aws:')) {
      refuse('InvalidParameterValue', `Tag keys starting with 'aws:' are reserved for internal use`);
    }
    if (key === '' || key.length > 127)
      refuse('InvalidParameterValue', `Tag key '${key.slice(0, 40)}' must have 1 to 127 characters`);
    if (value.length > 256)
      refuse('InvalidParameterValue', `Tag value of '${key}' exceeds the maximum length of 256 characters`);
  }
  if (Object.keys(tags).length > maxTags)
    refuse('TagLimitExceeded', `The maximum number of tags per resource is ${maxTags}`);
  return tags;
}

/** The checked tags a create call wants on resources of one type. */
export function tagsFor(specifications: TagSpecification[] | undefined, type: string): Tags {
  const tags: Tags = {};
  for (const specification of specifications ?? []) {
    if (specification.ResourceType !== type) continue;
    for (const { Key = '', Value = '' } of specification.Tags ?? []) tags[Key] = Value;
  }
  return checkTags(tags);
}

/** Where the tags of a resource are; an image of another account has a set of tags for each account that sees it. */
function taggable(call: Call, store: RegionStore, id: string): { tags: Tags } {
  const kind = kinds[id.slice(0, id.indexOf('-'))] ?? refuse('InvalidID', `The ID '${id}' is not valid`);
  const image = kind.type === 'image' ? imageFor(call.world, store, id, call.look) : undefined;
  if (image !== undefined && image.owner !== store.account) {
    call.store.sharedImageTags ??= {};
    call.store.sharedImageTags[id] ??= { tags: {} };
    return call.store.sharedImageTags[id];
  }
  return kind.of(store)[id] ?? refuse(kind.code, `The ${kind.word} '${id}' does not exist`);
}

export const tagHandlers = {
  CreateTags(call: Call, input: CreateTagsRequest): void {
    const added = checkTags(Object.fromEntries((input.Tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value])));
    const resources = (input.Resources ?? []).map(
      (id) => taggable(call, call.view, id) && taggable(call, call.store, id),
    );
    for (const resource of resources) {
      const own = Object.keys({ ...resource.tags, ...added }).filter((key) => !key.startsWith('aws:'));
      if (own.length > maxTags) refuse('TagLimitExceeded', `The maximum number of tags per resource is ${maxTags}`);
    }
    for (const resource of resources) Object.assign(resource.tags, added);
  },

  DeleteTags(call: Call, input: DeleteTagsRequest): void {
    const resources = (input.Resources ?? []).map((id) => taggable(call, call.store, id));
    for (const resource of resources) {
      const doomed = input.Tags ?? Object.keys(resource.tags).map((Key) => ({ Key, Value: undefined }));
      for (const { Key = '', Value } of doomed) {
        if (Key.startsWith('aws:')) continue;
        if (Value === undefined || resource.tags[Key] === Value) delete resource.tags[Key];
      }
    }
  },

  DescribeTags(call: Call, input: DescribeTagsRequest) {
    const all = Object.values(kinds).flatMap((kind) =>
      Object.entries(kind.of(call.view)).flatMap(([id, { tags }]) =>
        Object.entries(tags).map(([key, value]) => ({ id, type: kind.type, key, value })),
      ),
    );
    type Row = (typeof all)[number] & { tags?: Tags };
    const kept = filtered(all as Row[], input.Filters, {
      'resource-id': (row) => row.id,
      'resource-type': (row) => row.type,
      key: (row) => row.key,
      value: (row) => row.value,
    });
    const { items, next } = page(kept, input.NextToken, input.MaxResults);
    const Tags = items.map((row) => ({ ResourceId: row.id, ResourceType: row.type, Key: row.key, Value: row.value }));
    return { Tags, NextToken: next };
  },
};
