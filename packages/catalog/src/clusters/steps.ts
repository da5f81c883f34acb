/** Shares in rising order without repeats, ending with 100. */
export function risingTo100(percentages: readonly number[] | null | undefined): readonly number[] {
  const rising = [...new Set(percentages ?? [])].filter((each) => each > 0 && each < 100).sort((a, b) => a - b);
  return [...rising, 100];
}
