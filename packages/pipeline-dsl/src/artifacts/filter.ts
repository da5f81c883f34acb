import { artifactText, matches, mismatches, mismatchText, patternText } from './match.ts';
import { type Artifact, type ExpectedArtifact, nameOfExpected } from './shapes.ts';

/** One expected artifact of a trigger, compared with what an event brought. */
export interface FilterStep {
  readonly expectedArtifactId: string;
  readonly displayName: string;
  /** What it asks for, in words. */
  readonly expected: string;
  /** What came instead, in words. */
  readonly actual: string;
  readonly ok: boolean;
}

export interface FilterVerdict {
  readonly passes: boolean;
  readonly steps: readonly FilterStep[];
}

/**
 * May an event with these artifacts fire a trigger that names these expected artifacts? One that fits is enough; a
 * trigger that names none needs none.
 */
export function filterByArtifacts(
  expectedArtifactIds: readonly string[],
  expected: readonly ExpectedArtifact[],
  artifacts: readonly Artifact[],
): FilterVerdict {
  const byId = new Map(expected.map((one) => [one.id, one]));
  const steps = [...new Set(expectedArtifactIds)].map((id) => stepFor(id, byId.get(id), artifacts));
  return { passes: steps.length === 0 || steps.some(({ ok }) => ok), steps };
}

function stepFor(id: string, expected: ExpectedArtifact | undefined, artifacts: readonly Artifact[]): FilterStep {
  if (!expected)
    return {
      expectedArtifactId: id,
      displayName: id,
      expected: 'an expected artifact of the pipeline',
      actual: 'the pipeline has none with this id',
      ok: false,
    };
  const base = {
    expectedArtifactId: id,
    displayName: nameOfExpected(expected),
    expected: patternText(expected.matchArtifact),
  };
  const fitting = artifacts.find((artifact) => matches(expected.matchArtifact, artifact));
  if (fitting) return { ...base, actual: artifactText(fitting), ok: true };
  const [nearest] = artifacts
    .map((artifact) => ({ artifact, wrong: mismatches(expected.matchArtifact, artifact) }))
    .sort((a, b) => a.wrong.length - b.wrong.length);
  const actual = nearest
    ? `${artifactText(nearest.artifact)} (${nearest.wrong.map(mismatchText).join('; ')})`
    : 'no artifacts';
  return { ...base, actual, ok: false };
}
