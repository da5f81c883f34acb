import type { Tag } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Operation } from '@gennaker/catalog/kit';
import { ownerTags } from '../server-groups/tags.ts';

export const pairsIn = (values: Readonly<Record<string, string>>): Tag[] =>
  Object.entries(values).map(([Key, Value]) => ({ Key, Value }));

export const pairsOut = (pairs: ReadonlyArray<{ Key?: string; Value?: string }> | undefined): Record<string, string> =>
  Object.fromEntries((pairs ?? []).map(({ Key = '', Value = '' }) => [Key, Value]));

/** Tags of something that is made: those that are said, and whose it is. */
export const tagsFor = (spec: { readonly tags: Readonly<Record<string, string>> }, operation: Operation): Tag[] =>
  pairsIn({ ...spec.tags, ...Object.fromEntries(ownerTags(operation).map(({ key, value }) => [key, value])) });
