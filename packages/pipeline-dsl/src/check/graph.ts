import type { Fix } from '../finding.ts';
import { checkGraph, type GraphFinding } from '../graph/index.ts';
import type { Check, CheckedStage } from './subject.ts';

/** Relationships of stages: what keeps them from being put in order. */
export const checkRelationships: Check = (subject, report) => {
  const { stages, isTemplateInstance } = subject;
  const found = checkGraph(stages.map(({ refId, requisites }) => ({ refId, requisiteStageRefIds: requisites })));
  const taken = new Set(stages.map(({ refId }) => refId));
  for (const finding of found) {
    // The stages of the template are not here, so what an instance refers to may well exist.
    if (isTemplateInstance && finding.code !== 'duplicate-ref-id' && finding.code !== 'requisite-cycle') continue;
    const spot = /^\/stages\/(\d+)(.*)$/s.exec(finding.pointer);
    const stage = spot ? stages[Number(spot[1])] : undefined;
    const pointer = stage ? `${stage.pointer}${spot?.[2] ?? ''}` : finding.pointer;
    const fix = stage ? fixOf(finding, stage, pointer, { stages, taken }) : undefined;
    report({ ...finding, code: `graph.${finding.code}`, pointer, stage, ...(fix ? { fix } : {}) });
  }
};

function fixOf(
  finding: GraphFinding,
  stage: CheckedStage,
  pointer: string,
  { stages, taken }: { readonly stages: readonly CheckedStage[]; readonly taken: Set<string> },
): Fix | undefined {
  const remove: Fix = { label: 'Remove the requisite', patch: [{ op: 'remove', path: pointer }] };
  switch (finding.code) {
    case 'duplicate-ref-id':
    case 'missing-ref-id': {
      const value = freeRefId(taken);
      const path = `${stage.pointer}/refId`;
      return { label: `Use the refId "${value}"`, patch: [{ op: 'add', path, value }] };
    }
    case 'self-requisite':
      return remove;
    case 'unknown-requisite': {
      const named = stage.requisites[Number(pointer.split('/').at(-1))];
      const meant = stages.filter(({ name }) => name === named);
      if (meant.length !== 1 || meant[0]!.refId === '' || meant[0] === stage) return remove;
      const value = meant[0]!.refId;
      return { label: `Name the stage by its refId "${value}"`, patch: [{ op: 'replace', path: pointer, value }] };
    }
    default:
      return undefined;
  }
}

/** The smallest number no stage has as its refId; from then on it is taken. */
function freeRefId(taken: Set<string>): string {
  let candidate = 1;
  while (taken.has(String(candidate))) candidate += 1;
  taken.add(String(candidate));
  return String(candidate);
}

/** Stages that never start because what they wait for never does; those at fault are told elsewhere. */
export const checkReachable: Check = ({ stages, isTemplateInstance }, report) => {
  if (isTemplateInstance) return;
  const byRef = new Map(stages.map((stage) => [stage.refId, stage]));
  const before = new Map(stages.map((stage) => [stage, requiredBy(stage, byRef)]));
  const behind = new Map<CheckedStage, CheckedStage[]>(stages.map((stage) => [stage, []]));
  for (const [stage, required] of before) for (const each of required) behind.get(each)?.push(stage);
  const dangling = stages.filter(({ requisites }) => requisites.some((refId) => !byRef.has(refId)));
  const startable = peel(stages, before, behind, new Set(dangling));
  const stuck = stages.filter((stage) => !startable.has(stage));
  // What is left when those that hold up nobody are taken away goes round in circles.
  const within = (edges: ReadonlyMap<CheckedStage, readonly CheckedStage[]>) =>
    new Map(stuck.map((stage) => [stage, (edges.get(stage) ?? []).filter((each) => !startable.has(each))]));
  const holdsUpNobody = peel(stuck, within(behind), within(before), new Set());
  const blameless = stuck.filter((stage) => holdsUpNobody.has(stage) && !dangling.includes(stage));
  for (const stage of blameless)
    report({
      severity: 'warning',
      code: 'graph.unreachable',
      pointer: stage.pointer,
      message: `The stage "${stage.name}" never starts, because a stage it waits for never does. Mend that one first.`,
      stage,
    });
};

const requiredBy = (stage: CheckedStage, byRef: ReadonlyMap<string, CheckedStage>): CheckedStage[] =>
  [...new Set(stage.requisites)].map((refId) => byRef.get(refId)).filter((each) => each !== undefined);

/** Stages without a stage before them, and again those that then have none, and so on; `never` stay. */
function peel(
  stages: readonly CheckedStage[],
  before: ReadonlyMap<CheckedStage, readonly CheckedStage[]>,
  behind: ReadonlyMap<CheckedStage, readonly CheckedStage[]>,
  never: ReadonlySet<CheckedStage>,
): ReadonlySet<CheckedStage> {
  const waiting = new Map(stages.map((stage) => [stage, before.get(stage)?.length ?? 0]));
  const peeled = new Set(stages.filter((stage) => waiting.get(stage) === 0 && !never.has(stage)));
  for (const stage of peeled)
    for (const next of behind.get(stage) ?? []) {
      const left = (waiting.get(next) ?? 0) - 1;
      waiting.set(next, left);
      if (left === 0 && !never.has(next)) peeled.add(next);
    }
  return peeled;
}

/** One requisite named twice. */
export const checkDoubleRequisites: Check = ({ stages }, report) => {
  for (const stage of stages) {
    if (!Array.isArray(stage.json['requisiteStageRefIds'])) continue;
    const seen = new Set<string>();
    stage.requisites.forEach((refId, at) => {
      const path = `${stage.pointer}/requisiteStageRefIds/${at}`;
      if (seen.has(refId))
        report({
          severity: 'info',
          code: 'graph.double-requisite',
          pointer: path,
          message: `"${refId}" is named as a requisite twice; once is enough.`,
          stage,
          fix: { label: 'Remove the second one', patch: [{ op: 'remove', path }] },
        });
      seen.add(refId);
    });
  }
};
