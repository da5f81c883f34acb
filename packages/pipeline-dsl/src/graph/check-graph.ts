/** What the graph check reads of a stage as a user wrote it. */
export interface AuthoredGraphStage {
  readonly refId?: string | number | null | undefined;
  readonly requisiteStageRefIds?: ReadonlyArray<string | number> | null | undefined;
}

export type GraphFindingCode =
  | 'missing-ref-id'
  | 'duplicate-ref-id'
  | 'unknown-requisite'
  | 'self-requisite'
  | 'requisite-cycle'
  | 'no-initial-stage';

/** Something wrong with the relationships of stages. */
export interface GraphFinding {
  readonly code: GraphFindingCode;
  readonly severity: 'error' | 'warning';
  /** JSON pointer into the pipeline, such as `/stages/2/requisiteStageRefIds/0`. */
  readonly pointer: string;
  readonly message: string;
}

/** A stage whose graph fields are spelled out. */
export type Linked<S> = Omit<S, 'refId' | 'requisiteStageRefIds'> & {
  readonly refId: string;
  readonly requisiteStageRefIds: readonly string[];
};

const lacksRefId = (stage: AuthoredGraphStage): boolean =>
  stage.refId === undefined || stage.refId === null || stage.refId === '';

/**
 * Spells out graph fields: numbers become strings, absent requisites an empty list. When every stage lacks
 * a refId the list is linear: `"0"`, `"1"`, … each requiring the one before.
 */
export function linearizeIfNeeded<S extends AuthoredGraphStage>(stages: readonly S[]): ReadonlyArray<Linked<S>> {
  const linear = stages.every(lacksRefId);
  return stages.map((stage, at): Linked<S> => {
    if (linear) return { ...stage, refId: String(at), requisiteStageRefIds: at === 0 ? [] : [String(at - 1)] };
    const requisites = (stage.requisiteStageRefIds ?? []).map(String);
    return { ...stage, refId: lacksRefId(stage) ? '' : String(stage.refId), requisiteStageRefIds: requisites };
  });
}

/** Checks the relationships of a pipeline's stages; an empty answer means they can run. */
export function checkGraph(stages: readonly AuthoredGraphStage[]): GraphFinding[] {
  const linked = linearizeIfNeeded(stages);
  const places = new Map<string, number>();
  const findings: GraphFinding[] = [];
  const report = (code: GraphFindingCode, pointer: string, message: string) =>
    findings.push({ code, severity: 'error', pointer, message });
  linked.forEach(({ refId }, at) => {
    const first = places.get(refId);
    if (refId === '')
      report('missing-ref-id', `/stages/${at}`, 'The stage has no refId while others have one. Give it one.');
    else if (first === undefined) places.set(refId, at);
    else
      report(
        'duplicate-ref-id',
        `/stages/${at}/refId`,
        `refId "${refId}" is already used by stage ${first + 1}. Use another.`,
      );
  });
  linked.forEach(({ refId, requisiteStageRefIds }, at) => {
    requisiteStageRefIds.forEach((requisite, index) => {
      const pointer = `/stages/${at}/requisiteStageRefIds/${index}`;
      if (requisite === refId)
        report('self-requisite', pointer, `Stage "${refId}" requires itself. Remove the requisite.`);
      else if (!places.has(requisite)) {
        report(
          'unknown-requisite',
          pointer,
          `Stage "${refId}" requires "${requisite}", which does not exist. Remove it or name an existing stage.`,
        );
      }
    });
  });
  for (const path of findCycles(linked, places)) {
    const names = [...path, path[0]!].map((at) => `"${linked[at]!.refId}"`).join(' -> ');
    report(
      'requisite-cycle',
      `/stages/${path[0]}/requisiteStageRefIds`,
      `Stages wait for each other: ${names}. Remove one of these requisites.`,
    );
  }
  if (findings.length === 0 && linked.length > 0 && linked.every((stage) => stage.requisiteStageRefIds.length > 0)) {
    report('no-initial-stage', '/stages', 'Every stage requires another, so none can start.');
  }
  return findings;
}

/** One path per group of stages that wait for each other; each stage requires the next, the last the first. */
function findCycles(
  linked: ReadonlyArray<Linked<AuthoredGraphStage>>,
  places: ReadonlyMap<string, number>,
): number[][] {
  const upstream = linked.map((stage, at) => {
    const known = stage.requisiteStageRefIds.map((refId) => places.get(refId)).filter((place) => place !== undefined);
    return known.filter((place) => place !== at);
  });
  const state = new Uint8Array(linked.length);
  const cycles: number[][] = [];
  for (let start = 0; start < linked.length; start += 1) {
    if (state[start] === 0) walk(start, upstream, state, cycles);
  }
  return cycles;
}

const OPEN = 1;
const DONE = 2;

/** Depth-first without recursion, so that long chains do not exhaust the stack. */
function walk(start: number, upstream: readonly number[][], state: Uint8Array, cycles: number[][]): void {
  const path: number[] = [start];
  const next: number[] = [0];
  const placeOnPath = new Map<number, number>([[start, 0]]);
  state[start] = OPEN;
  while (path.length > 0) {
    const at = path.at(-1)!;
    const neighbor = upstream[at]![next[next.length - 1]!++];
    if (neighbor === undefined) {
      state[at] = DONE;
      placeOnPath.delete(at);
      path.pop();
      next.pop();
    } else if (state[neighbor] === OPEN) {
      cycles.push(path.slice(placeOnPath.get(neighbor)));
    } else if (state[neighbor] === 0) {
      state[neighbor] = OPEN;
      placeOnPath.set(neighbor, path.length);
      path.push(neighbor);
      next.push(0);
    }
  }
}
