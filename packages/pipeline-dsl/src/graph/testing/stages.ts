import fc from 'fast-check';
import { STATUSES, type Status } from '../../status.ts';
import type { GraphStage } from '../index.ts';

export interface ToyStage extends GraphStage {
  readonly completeOtherBranchesThenFail?: boolean;
}

export const stage = (
  refId: string,
  requisiteStageRefIds: readonly string[] = [],
  status: Status = 'NOT_STARTED',
): ToyStage => ({
  id: `id-${refId}`,
  refId,
  requisiteStageRefIds,
  status,
});

export const before = (refId: string, parent: ToyStage, requisites: readonly string[] = []): ToyStage => ({
  ...stage(refId, requisites),
  parentStageId: parent.id,
  syntheticStageOwner: 'STAGE_BEFORE',
});

export const after = (refId: string, parent: ToyStage, requisites: readonly string[] = []): ToyStage => ({
  ...before(refId, parent, requisites),
  syntheticStageOwner: 'STAGE_AFTER',
});

export const anyStatus = fc.constantFrom<Status>(...STATUSES);

/** Stages in random list order; each requires only stages with a smaller number, so there is no cycle. */
export function randomDag(size: number): fc.Arbitrary<ToyStage[]> {
  const rows = fc.array(
    fc.record({ picks: fc.array(fc.nat(size), { maxLength: 3 }), status: anyStatus, flag: fc.boolean() }),
    { minLength: 1, maxLength: size },
  );
  const stages = rows.map((list) =>
    list.map(({ picks, status, flag }, at): ToyStage => {
      const requisites = at === 0 ? [] : [...new Set(picks.map((pick) => String(pick % at)))];
      return { ...stage(String(at), requisites, status), completeOtherBranchesThenFail: flag };
    }),
  );
  return stages.chain((list) => fc.shuffledSubarray(list, { minLength: list.length, maxLength: list.length }));
}
