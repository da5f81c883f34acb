import type { GroupArithmetic, MetricClass } from '../judgment.ts';

/** What the score looks at in a result. */
export interface ScoredResult {
  readonly id: string;
  readonly name: string;
  readonly groups: readonly string[];
  readonly classification: MetricClass;
  /** Fails the run unless the class is Pass. */
  readonly isCritical: boolean;
  readonly isCriticalMetric: boolean;
  readonly isMuted: boolean;
}

export type GroupWeights = Readonly<Record<string, number>>;

const countedClasses: readonly MetricClass[] = ['Pass', 'High', 'Low', 'NodataFailMetric'];

/** Whether a result counts in the score of its groups. */
export const isCounted = ({ classification }: ScoredResult): boolean => countedClasses.includes(classification);
export const isPassed = ({ classification }: ScoredResult): boolean => classification === 'Pass';

/** A group's share of passed results, before it is weighted. */
export type GroupScore = Pick<GroupArithmetic, 'name' | 'score' | 'passed' | 'counted' | 'hasNoData'>;

/** Scores of the groups that occur, in no particular order. */
export function groupScores(results: readonly ScoredResult[]): GroupScore[] {
  const groups = new Map<string, { passed: number; counted: number }>();
  for (const result of results)
    for (const name of new Set(result.groups)) {
      const group = groups.get(name) ?? { passed: 0, counted: 0 };
      groups.set(name, group);
      if (isCounted(result)) group.counted += 1;
      if (isPassed(result)) group.passed += 1;
    }
  return [...groups].map(([name, { passed, counted }]) => ({
    name,
    score: counted === 0 ? 0 : 100 * (passed / counted),
    passed,
    counted,
    hasNoData: counted === 0,
  }));
}

/** The heaviest first, then by name. */
export const inOrder = (groups: readonly GroupArithmetic[]): GroupArithmetic[] =>
  [...groups].sort((a, b) => b.weight - a.weight || (a.name < b.name ? -1 : 1));

/** What is left of 100 for each group without a weight, when so many occur. May be negative. */
export function weightOfOthers(groups: readonly { readonly name: string }[], weights: GroupWeights): number {
  const total = Object.values(weights).reduce((sum, weight) => sum + weight, 0);
  const others = groups.filter(({ name }) => !Object.hasOwn(weights, name)).length;
  return (100 - total) / others;
}
