import { artifactText, type Mismatch, matches, mismatches, mismatchText, patternText } from './match.ts';
import { type Artifact, distinctArtifacts, type ExpectedArtifact, nameOfExpected } from './shapes.ts';

/** Artifacts of an earlier execution, in the order in which they are tried. */
export interface PriorArtifacts {
  readonly executionId: string;
  readonly artifacts: readonly Artifact[];
}

/** A candidate that was not taken, and which of its fields did not fit. */
export interface RefusedCandidate {
  readonly from: 'received' | 'prior';
  readonly artifact: Pick<Artifact, 'type' | 'name' | 'version' | 'location' | 'reference'>;
  readonly mismatches: readonly Mismatch[];
}

/** Which rule supplied an expected artifact, and what was refused on the way. */
export interface ArtifactBinding {
  readonly expectedArtifactId: string;
  readonly displayName: string;
  /** `none` = nothing was bound, `problem` says why. */
  readonly rule: 'received' | 'prior' | 'default' | 'none';
  /** Execution that the artifact was taken from, under the rule `prior`. */
  readonly executionId?: string;
  readonly artifact: Artifact | null;
  readonly problem?: string;
  readonly refused: readonly RefusedCandidate[];
  /** How many were refused in all; `refused` holds the first of them. */
  readonly refusedCount: number;
}

export interface ArtifactResolution {
  /** Received artifacts and those bound, each once. */
  readonly artifacts: readonly Artifact[];
  /** The expected artifacts that were considered, with their `boundArtifact`. */
  readonly resolved: readonly ExpectedArtifact[];
  /** One for each considered, in the same order. */
  readonly bindings: readonly ArtifactBinding[];
}

export interface ResolutionInput {
  readonly expected: readonly ExpectedArtifact[];
  readonly received: readonly Artifact[];
  /** Must exactly one received artifact fit, or is the first that fits taken? */
  readonly unique: boolean;
  /** Null when there was no earlier execution, or when prior artifacts are not to be had here. */
  readonly prior: PriorArtifacts | null;
}

const MOST_REFUSED = 20;
const LONGEST_SHOWN = 200;

/**
 * Expected artifacts that a start has to supply: those the firing trigger names, and those that say themselves what is
 * taken when nothing fits.
 */
export function consideredAtLaunch(
  expected: readonly ExpectedArtifact[],
  expectedArtifactIds: readonly string[],
): ExpectedArtifact[] {
  const named = new Set(expectedArtifactIds);
  return expected.filter(
    ({ id, usePriorArtifact, useDefaultArtifact }) => named.has(id) || usePriorArtifact || useDefaultArtifact,
  );
}

/** Would looking at an earlier execution help? Reading one costs, so it is only done when it does. */
export const wantsPrior = (expected: readonly ExpectedArtifact[], received: readonly Artifact[]): boolean =>
  expected.some(
    ({ usePriorArtifact, matchArtifact }) =>
      usePriorArtifact && !received.some((artifact) => matches(matchArtifact, artifact)),
  );

/**
 * Binds each expected artifact: a received one that fits, else the first fitting one of the earlier execution, else the
 * default. What cannot be bound has a `problem`.
 */
export function resolveArtifacts({ expected, received, unique, prior }: ResolutionInput): ArtifactResolution {
  const candidates = distinctArtifacts(received);
  const bindings = expected.map((one) => bind(one, candidates, unique, prior));
  const bound = bindings.flatMap(({ artifact }) => (artifact === null ? [] : [artifact]));
  return {
    artifacts: distinctArtifacts([...candidates, ...bound]),
    resolved: expected.map((one, at) => {
      const { boundArtifact: _earlier, ...rest } = one;
      const artifact = bindings[at]?.artifact;
      return artifact ? { ...rest, boundArtifact: artifact } : rest;
    }),
    bindings,
  };
}

function bind(
  expected: ExpectedArtifact,
  received: readonly Artifact[],
  unique: boolean,
  prior: PriorArtifacts | null,
): ArtifactBinding {
  const refusals = new Refusals(expected);
  const base = { expectedArtifactId: expected.id, displayName: nameOfExpected(expected) };
  const answer = (rest: Pick<ArtifactBinding, 'rule' | 'artifact' | 'executionId' | 'problem'>): ArtifactBinding => ({
    ...base,
    ...rest,
    refused: refusals.first,
    refusedCount: refusals.count,
  });
  const fitting = refusals.sift(received, 'received');
  const first = fitting[0];
  if (first && (fitting.length === 1 || !unique)) return answer({ rule: 'received', artifact: first });
  if (first) return answer({ rule: 'none', artifact: null, problem: ambiguous(expected, fitting) });
  if (expected.usePriorArtifact && prior) {
    const earlier = refusals.sift(prior.artifacts, 'prior')[0];
    if (earlier) return answer({ rule: 'prior', executionId: prior.executionId, artifact: earlier });
  }
  if (expected.useDefaultArtifact && expected.defaultArtifact)
    return answer({ rule: 'default', artifact: expected.defaultArtifact });
  return answer({ rule: 'none', artifact: null, problem: unmatched(expected, refusals, prior) });
}

/** Collects what does not fit, the first few with their reasons. */
class Refusals {
  readonly first: RefusedCandidate[] = [];
  count = 0;
  private readonly expected: ExpectedArtifact;

  constructor(expected: ExpectedArtifact) {
    this.expected = expected;
  }

  /** Those that fit, in the given order. */
  sift(candidates: readonly Artifact[], from: RefusedCandidate['from']): Artifact[] {
    return candidates.filter((artifact) => {
      const wrong = mismatches(this.expected.matchArtifact, artifact);
      if (wrong.length === 0) return true;
      this.count += 1;
      if (this.first.length < MOST_REFUSED) this.first.push({ from, artifact: brief(artifact), mismatches: wrong });
      return false;
    });
  }
}

/** An artifact's matched fields, none longer than a line: references may be whole files. */
function brief({ type, name, version, location, reference }: Artifact): RefusedCandidate['artifact'] {
  const fields = Object.entries({ type, name, version, location, reference });
  return Object.fromEntries(
    fields.flatMap(([key, value]) => (value === undefined ? [] : [[key, value.slice(0, LONGEST_SHOWN)]])),
  );
}

function ambiguous(expected: ExpectedArtifact, fitting: readonly Artifact[]): string {
  const names = fitting.slice(0, 3).map(artifactText).join('; ');
  return `Expected artifact "${nameOfExpected(expected)}" fits ${fitting.length} of the received artifacts (${names}${fitting.length > 3 ? '; …' : ''}) and must fit one: ask for more in its match fields, or send fewer artifacts.`;
}

function unmatched(expected: ExpectedArtifact, refusals: Refusals, prior: PriorArtifacts | null): string {
  const asked = patternText(expected.matchArtifact);
  const [nearest] = refusals.first.toSorted((a, b) => a.mismatches.length - b.mismatches.length);
  const tried =
    nearest === undefined
      ? 'no artifact was received'
      : `none of ${refusals.count} fits; nearest is ${artifactText(nearest.artifact)} (${nearest.mismatches.map(mismatchText).join('; ')})`;
  const fallbacks = [
    ...(expected.usePriorArtifact && prior === null ? ['there is no earlier execution to take it from'] : []),
    ...(expected.useDefaultArtifact ? ['its default is empty'] : ['it has no default']),
  ];
  return `Unmatched expected artifact "${nameOfExpected(expected)}" (${asked}): ${tried}, and ${fallbacks.join(', and ')}.`;
}
