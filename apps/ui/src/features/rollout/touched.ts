import { isComplete, isJsonObject, type JsonObject, parseMoniker, type Stage, type Wait } from '@gennaker/pipeline-dsl';
import { topOf, withDescendants } from '../execution/facts.ts';

/** A listener whose requests a stage moves. */
export interface MovedListener {
  readonly loadBalancer: string;
  readonly port: number;
  /** Priority of the rule; null = what no rule fits. */
  readonly rule: string | null;
}

/** Where requests go from and to. */
export interface Shift {
  readonly giving: string | null;
  readonly receiving: string;
  readonly listeners: readonly MovedListener[];
}

/** One step of moving requests. */
export interface ShiftStep {
  readonly weight: number;
  readonly status: Stage['status'];
  /** What has to happen first: "after 10 s", "when a person agrees". */
  readonly gate: string | null;
}

/** A cluster that stages change, with what the run knows of it. */
export interface Touched {
  readonly account: string;
  readonly region: string;
  readonly cluster: string;
  /** Server group that comes into traffic. */
  readonly coming: string | null;
  /** Server group that leaves it. */
  readonly leaving: string | null;
  /** Instances of the coming group that have to be healthy. */
  readonly needed: number | null;
  readonly shift: Shift | null;
  readonly steps: readonly ShiftStep[];
  /** Requests are being sent back. */
  readonly isGoingBack: boolean;
  /** What is waited for in this cluster now. */
  readonly wait: Wait | null;
}

const textOf = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);
const objectOf = (value: unknown): JsonObject => (isJsonObject(value) ? value : {});
const firstOf = (...values: readonly unknown[]): string | null =>
  values.map(textOf).find((one) => one !== null) ?? null;

function clusterNamed(context: JsonObject): string | null {
  const rollback = objectOf(context['rollbackContext']);
  const group = firstOf(
    context['createdServerGroup'],
    context['serverGroupName'],
    context['asgName'],
    context['serverGroup'],
    rollback['rollbackServerGroupName'],
  );
  const named = firstOf(context['cluster'], objectOf(context['moniker'])['cluster']);
  return named ?? (group ? (parseMoniker(group)?.cluster ?? group) : null);
}

interface Place {
  readonly account: string;
  readonly region: string;
  readonly cluster: string;
}

/** Clusters that a stage's own settings name. */
function placesOf({ context }: Stage): Place[] {
  const account = firstOf(context['account'], context['credentials']);
  const cluster = clusterNamed(context);
  if (!account || !cluster) return [];
  const regions = Array.isArray(context['regions']) ? context['regions'] : [];
  return [...new Set([context['region'], ...regions])].flatMap((one) => {
    const region = textOf(one);
    return region ? [{ account, region, cluster }] : [];
  });
}

const keyOf = ({ account, region, cluster }: Place): string => [account, region, cluster].join(' ');

function shiftOf(context: JsonObject): Shift | null {
  const given = objectOf(context['trafficShift']);
  const receiving = textOf(given['receiving']);
  if (!receiving || !Array.isArray(given['listeners'])) return null;
  const listeners = given['listeners'].filter(isJsonObject).map((one) => ({
    ...{ loadBalancer: String(one['loadBalancer']), port: Number(one['port']) },
    rule: textOf(one['rule']),
  }));
  return { giving: textOf(given['giving']), receiving, listeners };
}

function gateOf(step: JsonObject): string | null {
  const { afterSeconds, judgment, canaryScore, check } = step;
  const gates = [
    typeof afterSeconds === 'number' && afterSeconds > 0 ? `after ${afterSeconds} s` : null,
    judgment ? 'when a person agrees' : null,
    canaryScore ? 'when the canary passes' : null,
    check ? 'when a check passes' : null,
  ].filter(Boolean);
  return gates.length > 0 ? gates.join(', ') : null;
}

/** Steps as they are written, with how far the stages that carry them out have come. */
function stepsOf(family: readonly Stage[]): ShiftStep[] {
  const moves = family.filter(
    ({ context }) =>
      typeof context['weight'] === 'number' &&
      context['trafficShift'] &&
      context['restore'] !== true &&
      context['verifyOnly'] !== true,
  );
  const written = family
    .map(({ context }) => context['steps'])
    .find((steps): steps is JsonObject[] => Array.isArray(steps) && steps.every(isJsonObject));
  const steps = (written ?? []).filter(({ weight }) => typeof weight === 'number');
  const all = steps.at(-1)?.['weight'] === 100 ? steps : [...steps, { weight: 100 }];
  if (steps.length === 0 && moves.length === 0) return [];
  return all.map((step) => {
    const weight = Number(step['weight']);
    const move = moves.find(({ context }) => context['weight'] === weight);
    return { weight, status: move?.status ?? 'NOT_STARTED', gate: gateOf(step) };
  });
}

function factsOf(place: Place, family: readonly Stage[]): Touched {
  const find = (...keys: readonly string[]) =>
    firstOf(...family.flatMap(({ context }) => keys.map((key) => context[key])));
  const rollback = objectOf(family.map(({ context }) => context['rollbackContext']).find(isJsonObject));
  const size = family.map(({ context }) => objectOf(context['createdCapacity'])['desired']);
  const needed = [...family.map(({ context }) => context['neededInstances']), ...size].find(
    (one): one is number => typeof one === 'number',
  );
  const waits = family.flatMap(({ wait, status }) => (wait && !isComplete(status) ? [wait] : []));
  return {
    ...place,
    coming: firstOf(rollback['restoreServerGroupName'], find('createdServerGroup')),
    leaving: firstOf(rollback['rollbackServerGroupName'], find('sourceServerGroup')),
    needed: needed ?? null,
    shift: family.map(({ context }) => shiftOf(context)).find((one) => one !== null) ?? null,
    steps: stepsOf(family),
    isGoingBack: family.some(({ context }) => context['restore'] === true),
    wait: waits.at(-1) ?? null,
  };
}

/**
 * Clusters that a stage changes, or that the stage it is a part of does: what is asked of a person in the middle of a
 * deploy is about its clusters.
 */
export function touchedBy(stages: readonly Stage[], stage: Stage): Touched[] {
  const own = withDescendants(stages, stage).flatMap(placesOf);
  const parent = stages.find(({ id }) => id === stage.parentStageId);
  if (own.length === 0) return parent ? touchedBy(stages, parent) : [];
  const places = new Map(own.map((place) => [keyOf(place), place]));
  const family = withDescendants(stages, topOf(stages, stage));
  return [...places.values()].map((place) => {
    const members = family.filter((one) => placesOf(one).some((at) => keyOf(at) === keyOf(place)));
    const parts = members.flatMap((one) => withDescendants(stages, one));
    return factsOf(place, [...new Map(parts.map((one) => [one.id, one])).values()]);
  });
}
