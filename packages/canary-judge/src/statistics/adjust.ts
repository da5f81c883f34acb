/**
 * Benjamini-Hochberg: the p-value of each test, adjusted so that rejecting at q keeps the expected share of false
 * alarms among alarms at q. undefined stays undefined and is no test.
 */
export function adjustedPValues(pValues: readonly (number | undefined)[]): (number | undefined)[] {
  const adjusted = new Array<number | undefined>(pValues.length);
  const tests = [...pValues.keys()].filter((i) => pValues[i] !== undefined).sort((a, b) => pValues[b]! - pValues[a]!);
  let least = 1;
  for (const [i, index] of tests.entries()) {
    least = Math.min(least, (tests.length * pValues[index]!) / (tests.length - i));
    adjusted[index] = least;
  }
  return adjusted;
}
