import type { Filter } from '@aws-sdk/client-ec2';
import { refuse } from '../../wire/service-error.ts';
import { globMatches } from '../glob.ts';
import type { Tags } from './state.ts';

type Fields<T> = Record<string, (item: T) => string | string[] | null | undefined>;

/**
 * Keeps what every filter lets through (values of one filter are alternatives). `tag:K` and `tag-key` work for all.
 * A filter name the resource does not have is refused as AWS refuses it.
 */
export function filtered<T extends { tags?: Tags }>(items: T[], filters: Filter[] | undefined, fields: Fields<T>): T[] {
  let kept = items;
  for (const { Name = '', Values = [] } of filters ?? []) {
    const read = readerOf(Name, fields);
    kept = kept.filter((item) => {
      const found = [read(item) ?? []].flat();
      return found.some((text) => Values.some((pattern) => globMatches(pattern, text)));
    });
  }
  return kept;
}

function readerOf<T extends { tags?: Tags }>(name: string, fields: Fields<T>): Fields<T>[string] {
  if (name.startsWith('tag:')) return (item) => item.tags?.[name.slice(4)];
  if (name === 'tag-key') return (item) => Object.keys(item.tags ?? {});
  return fields[name] ?? refuse('InvalidParameterValue', `The filter '${name}' is invalid`);
}

/** Tags in the shape EC2 answers with. */
export const tagList = (tags: Tags): Array<{ Key: string; Value: string }> =>
  Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));

/** Picks by id, refusing the whole call when one is unknown. */
export function byIds<T>(all: Record<string, T>, ids: string[] | undefined, missing: (id: string) => never): T[] {
  if (ids === undefined || ids.length === 0) return Object.values(all);
  return ids.map((id) => all[id] ?? missing(id));
}
