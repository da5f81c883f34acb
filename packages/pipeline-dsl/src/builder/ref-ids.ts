import type { RefIdStyle } from './pipeline-code.ts';
import type { StageRecord } from './stage-code.ts';

/** A name as a readable id: `Deploy red/black` becomes `deploy-red-black`. Empty when nothing of it is left. */
export const slugOf = (name: string): string =>
  name
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '');

/**
 * The refId of each stage as it is stored; undefined for one without. Given ones stay; those that are made step aside
 * for given ones and for those made before them.
 */
export function assignRefIds(
  records: readonly Pick<StageRecord, 'type' | 'name' | 'fields'>[],
  style: RefIdStyle,
): ReadonlyArray<string | number | undefined> {
  const isGiven = (fields: StageRecord['fields']) => Object.hasOwn(fields, 'refId');
  const taken = new Set(records.flatMap(({ fields: { refId } }) => (typeof refId === 'object' ? [] : [String(refId)])));
  const free = (wanted: string): string => {
    let refId = wanted;
    for (let count = 2; taken.has(refId); count += 1) refId = `${wanted}-${count}`;
    taken.add(refId);
    return refId;
  };
  return records.map(({ type, name, fields }, at) => {
    if (isGiven(fields)) return fields['refId'] as string | number | undefined;
    if (style === 'none') return undefined;
    return free(
      style === 'numbers' ? String(at + 1) : slugOf(name ?? type ?? '') || slugOf(type ?? '') || String(at + 1),
    );
  });
}
