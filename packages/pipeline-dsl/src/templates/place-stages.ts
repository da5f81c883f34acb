import { checkGraph, linearizeIfNeeded } from '../graph/index.ts';
import { isJsonObject, type JsonObject } from '../json.ts';
import type { PlanProblem } from './problem.ts';

/** Stages of a template and of an instance as one graph. */
export interface PlacedStages {
  readonly stages: readonly JsonObject[];
  readonly problems: readonly PlanProblem[];
  readonly warnings: readonly PlanProblem[];
}

/** A stage with its requisites spelled out, on its way to its place. */
interface Placed {
  readonly refId: string;
  requisites: string[];
  readonly stage: JsonObject;
}

interface Rule {
  readonly first: boolean;
  readonly last: boolean;
  readonly before: readonly string[];
  readonly after: readonly string[];
}

interface Pending {
  readonly refId: string;
  readonly stage: JsonObject;
  readonly rule: Rule;
  readonly pointer: string;
}

/**
 * Puts the stages of an instance among those of its template: one with the refId of a template's stage takes its place,
 * ones with requisites are added, ones with `inject` are put where that says, the template's own first.
 */
export function placeStages(ofTemplate: readonly JsonObject[], ofInstance: readonly JsonObject[]): PlacedStages {
  const problems: PlanProblem[] = [];
  const warnings: PlanProblem[] = [];
  const placed: Placed[] = [];
  const pending: Pending[] = [];
  const own = new Map(ofInstance.map((stage, at) => [refIdOf(stage), { stage, at }]));
  const base: readonly JsonObject[] = linearizeIfNeeded(ofTemplate);
  base.forEach((stage, at) => {
    const refId = refIdOf(stage);
    const mine = refId === '' ? undefined : own.get(refId);
    const pointer = mine ? `/stages/${mine.at}` : `/template/pipeline/stages/${at}`;
    const chosen = mine ? inPlaceOf(stage, mine.stage) : stage;
    const rule = ruleOf(chosen['inject']);
    if (rule) pending.push({ refId, stage: chosen, rule, pointer });
    else placed.push(toPlaced(chosen));
  });
  const templateRefIds = new Set(base.map(refIdOf).filter((refId) => refId !== ''));
  ofInstance.forEach((stage, at) => {
    const refId = refIdOf(stage);
    const pointer = `/stages/${at}`;
    if (own.get(refId)?.at !== at && refId !== '')
      problems.push({
        pointer: `${pointer}/refId`,
        message: `The refId "${refId}" is used by two stages; use another.`,
      });
    else if (!templateRefIds.has(refId)) {
      const rule = ruleOf(stage['inject']);
      if (rule) pending.push({ refId, stage, rule, pointer });
      else if (Array.isArray(stage['requisiteStageRefIds'])) placed.push(toPlaced(stage));
      else warnings.push({ pointer, message: leftOut(stage, refId) });
    }
  });
  for (const each of pending) problems.push(...inject(each, placed));
  const stages = placed.map(({ stage, requisites }) => ({
    ...withoutInject(stage),
    requisiteStageRefIds: requisites,
  }));
  if (problems.length === 0) problems.push(...graphProblems(stages));
  return { stages, problems, warnings };
}

const leftOut = (stage: JsonObject, refId: string): string =>
  `Stage "${String(stage['name'] ?? refId)}" has no place: its template has no stage "${refId}" and it gives neither requisiteStageRefIds nor inject. It is left out.`;

const refIdOf = (stage: JsonObject): string => {
  const { refId } = stage;
  return typeof refId === 'string' || typeof refId === 'number' ? String(refId) : '';
};

const toPlaced = (stage: JsonObject): Placed => ({ refId: refIdOf(stage), stage, requisites: requisitesOf(stage) });

const requisitesOf = (stage: JsonObject): string[] =>
  Array.isArray(stage['requisiteStageRefIds']) ? stage['requisiteStageRefIds'].map(String) : [];

function withoutInject(stage: JsonObject): JsonObject {
  const { inject: _placed, ...rest } = stage;
  return rest;
}

/** A stage that says nothing of its place keeps the one it takes. */
function inPlaceOf(stage: JsonObject, mine: JsonObject): JsonObject {
  const saysPlace = Array.isArray(mine['requisiteStageRefIds']) || ruleOf(mine['inject']) !== null;
  if (saysPlace) return mine;
  const { requisiteStageRefIds, inject } = stage;
  return {
    ...mine,
    ...(requisiteStageRefIds === undefined ? {} : { requisiteStageRefIds }),
    ...(inject === undefined ? {} : { inject }),
  };
}

/** Null when nothing is asked. */
function ruleOf(inject: unknown): Rule | null {
  if (!isJsonObject(inject)) return null;
  const rule = {
    first: inject['first'] === true,
    last: inject['last'] === true,
    before: placesOf(inject['before']),
    after: placesOf(inject['after']),
  };
  return rule.first || rule.last || rule.before.length > 0 || rule.after.length > 0 ? rule : null;
}

function placesOf(value: unknown): string[] {
  if (Array.isArray(value)) return [...new Set(value.map(String))];
  return typeof value === 'string' && value !== '' ? [value] : [];
}

function inject({ refId, stage, rule, pointer }: Pending, placed: Placed[]): PlanProblem[] {
  const asked = [rule.first, rule.last, rule.before.length > 0, rule.after.length > 0].filter(Boolean).length;
  const refuse = (message: string): PlanProblem[] => [{ pointer: `${pointer}/inject`, message }];
  if (refId === '') return [{ pointer, message: 'A stage with inject needs a refId.' }];
  if (placed.some((each) => each.refId === refId))
    return refuse(`The refId "${refId}" is used by two stages; use another.`);
  if (asked > 1)
    return refuse(`Stage "${refId}" names several places in inject; use one of first, last, before and after.`);
  const unknown = [...rule.before, ...rule.after].find((target) => !placed.some((each) => each.refId === target));
  if (unknown !== undefined)
    return refuse(`Stage "${refId}" is to be put beside stage "${unknown}", which does not exist (or is put later).`);
  const added: Placed = { refId, stage, requisites: [] };
  if (rule.first) putFirst(added, placed);
  else if (rule.last) putLast(added, placed);
  else if (rule.before.length > 0) putBefore(added, rule.before, placed);
  else putAfter(added, rule.after, placed);
  placed.push(added);
  return [];
}

function putFirst(added: Placed, placed: readonly Placed[]): void {
  for (const each of placed) if (each.requisites.length === 0) each.requisites = [added.refId];
}

function putLast(added: Placed, placed: readonly Placed[]): void {
  const required = new Set(placed.flatMap(({ requisites }) => requisites));
  added.requisites = placed.filter(({ refId }) => !required.has(refId)).map(({ refId }) => refId);
}

/** It takes the requisites of its targets, and they require it alone. */
function putBefore(added: Placed, targets: readonly string[], placed: readonly Placed[]): void {
  const found = placed.filter(({ refId }) => targets.includes(refId));
  added.requisites = [...new Set(found.flatMap(({ requisites }) => requisites))];
  for (const each of found) each.requisites = [added.refId];
}

/** It requires its targets; what required one of them requires it. */
function putAfter(added: Placed, targets: readonly string[], placed: readonly Placed[]): void {
  for (const each of placed) {
    if (!each.requisites.some((refId) => targets.includes(refId))) continue;
    each.requisites = [...each.requisites.filter((refId) => !targets.includes(refId)), added.refId];
  }
  added.requisites = [...targets];
}

/** Cycles, unknown requisites, doubled refIds, told about the stages as they are after placing. */
const graphProblems = (stages: readonly JsonObject[]): PlanProblem[] =>
  checkGraph(stages)
    .filter(({ severity }) => severity === 'error')
    .map(({ pointer, message }) => ({ pointer, message }));
