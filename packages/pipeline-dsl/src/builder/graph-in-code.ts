import { stagesReadBy } from './compile-value.ts';
import type { RefIdStyle } from './pipeline-code.ts';
import { assignRefIds } from './ref-ids.ts';
import { isStageHandle, nameOf, recordOf, type StageHandle, type StageList } from './stage-code.ts';

/** The stages of a pipeline in code with their ids and their order settled. */
export interface GraphInCode {
  readonly stages: readonly StageHandle[];
  /** As stored; undefined for a stage without. */
  refIdOf(stage: StageHandle): string | number | undefined;
  /** As stored; undefined where the key is left out. */
  requisitesOf(stage: StageHandle): readonly (string | number)[] | undefined;
  /** The stages a stage waits for directly. */
  upstreamOf(stage: StageHandle): readonly StageHandle[];
  /** Everything that ends before the stage starts, nearest first. */
  ancestorsOf(stage: StageHandle): readonly StageHandle[];
}

export const titleOf = (stage: StageHandle): string => `Stage "${nameOf(stage)}"`;

/** What a stored refId means: numbers and texts are the same, anything else is none. */
const refIdText = (refId: unknown): string | undefined =>
  typeof refId === 'string' || typeof refId === 'number' ? String(refId) : undefined;

/**
 * Settles ids and order. Throws an Error for a stage that is listed twice or not at all, and for stages that wait for
 * each other.
 */
export function graphInCode(list: StageList, style: RefIdStyle): GraphInCode {
  const stages = flatten(list);
  const listed = new Set(stages);
  if (listed.size < stages.length) {
    const twice = stages.find((stage, at) => stages.indexOf(stage) !== at)!;
    throw new Error(`${titleOf(twice)} is in the list of stages twice.`);
  }
  const refIds = assignRefIds(stages.map(recordOf), style);
  const order = new Order(stages, refIds, style === 'none');
  for (const stage of stages) {
    order.upstreamOf(stage);
    checkReads(stage, order, listed);
  }
  return order;
}

const flatten = (list: StageList): readonly StageHandle[] =>
  list.flatMap((each) => (isStageHandle(each) ? [each] : flatten(each)));

/** What a stage reads of others, in its fields and its condition. */
const readBy = (stage: StageHandle): ReadonlySet<StageHandle> => {
  const { fields, condition } = recordOf(stage);
  return stagesReadBy([fields, condition]);
};

function checkReads(stage: StageHandle, order: Order, listed: ReadonlySet<StageHandle>): void {
  const before = new Set(order.ancestorsOf(stage));
  for (const read of readBy(stage)) {
    if (!listed.has(read))
      throw new Error(`${titleOf(stage)} reads ${titleOf(read)}, which is not in the list of stages.`);
    if (!before.has(read) && read !== stage)
      throw new Error(
        `${titleOf(stage)} reads ${titleOf(read)} but does not come after it. Add it to .after(…), or leave .after(…) out.`,
      );
  }
}

class Order implements GraphInCode {
  readonly stages: readonly StageHandle[];
  private readonly refIds: ReadonlyMap<StageHandle, string | number | undefined>;
  private readonly byRefId: ReadonlyMap<string | undefined, StageHandle>;
  private readonly isLinear: boolean;
  private readonly upstream = new Map<StageHandle, readonly StageHandle[] | null>();
  private readonly ancestors = new Map<StageHandle, readonly StageHandle[]>();

  constructor(stages: readonly StageHandle[], refIds: ReadonlyArray<string | number | undefined>, isLinear: boolean) {
    this.stages = stages;
    this.isLinear = isLinear;
    this.refIds = new Map(stages.map((stage, at) => [stage, refIds[at]]));
    this.byRefId = new Map(stages.toReversed().map((stage) => [refIdText(this.refIdOf(stage)), stage]));
  }

  refIdOf(stage: StageHandle): string | number | undefined {
    return this.refIds.get(stage);
  }

  requisitesOf(stage: StageHandle): readonly (string | number)[] | undefined {
    const { fields } = recordOf(stage);
    if (Object.hasOwn(fields, 'requisiteStageRefIds'))
      return fields['requisiteStageRefIds'] as readonly (string | number)[] | undefined;
    if (this.isLinear) return undefined;
    return this.upstreamOf(stage).map((each) => String(this.refIdOf(each)));
  }

  ancestorsOf(stage: StageHandle): readonly StageHandle[] {
    const known = this.ancestors.get(stage);
    if (known) return known;
    // The order in which an execution looks for outputs: what a stage requires, then what the first of those requires.
    const found = new Set<StageHandle>();
    const expanded = new Set([stage]);
    const open = [stage];
    for (let current = open.pop(); current !== undefined; current = open.pop()) {
      expanded.add(current);
      const upstream = new Set(this.upstreamOf(current));
      const next = this.stages.filter((each) => upstream.has(each) && !expanded.has(each));
      for (const each of next) found.add(each);
      open.push(...next.toReversed());
    }
    this.ancestors.set(stage, [...found]);
    return [...found];
  }

  upstreamOf(stage: StageHandle): readonly StageHandle[] {
    const known = this.upstream.get(stage);
    if (known) return known;
    if (known === null) throw new Error(`${titleOf(stage)} waits for itself through the stages it comes after.`);
    this.upstream.set(stage, null);
    const found = this.findUpstream(stage);
    this.upstream.set(stage, found);
    return found;
  }

  private findUpstream(stage: StageHandle): readonly StageHandle[] {
    const { fields, after } = recordOf(stage);
    const given = fields['requisiteStageRefIds'];
    if (Array.isArray(given))
      return given
        .map(refIdText)
        .filter((refId) => refId !== undefined)
        .map((refId) => this.byRefId.get(refId))
        .filter((each) => each !== undefined);
    if (this.isLinear) return this.previousOf(stage, after);
    const named = after ? after.flatMap((each) => (isStageHandle(each) ? [each] : this.endsOf(each))) : null;
    const found = [...new Set(named ?? this.withoutEarlier([...readBy(stage)].filter((each) => each !== stage)))];
    const unlisted = found.find((each) => !this.refIds.has(each));
    if (unlisted)
      throw new Error(`${titleOf(stage)} comes after ${titleOf(unlisted)}, which is not in the list of stages.`);
    for (const each of found) this.upstreamOf(each);
    return found;
  }

  private previousOf(stage: StageHandle, after: StageList | null): readonly StageHandle[] {
    if (after)
      throw new Error(`${titleOf(stage)}: with refIds 'none' stages follow one another; .after(…) has no place there.`);
    const at = this.stages.indexOf(stage);
    return at > 0 ? [this.stages[at - 1]!] : [];
  }

  /** Stages of a list that no other stage of it comes after. */
  private endsOf(list: StageList): readonly StageHandle[] {
    const stages = flatten(list);
    return this.withoutEarlier(stages);
  }

  private withoutEarlier(stages: readonly StageHandle[]): readonly StageHandle[] {
    const listed = stages.filter((stage) => this.refIds.has(stage));
    const earlier = new Set(listed.flatMap((stage) => [...this.ancestorsOf(stage)]));
    return stages.filter((stage) => !earlier.has(stage));
  }
}
