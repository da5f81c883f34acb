/** A number in a sentence: four digits that matter. */
export const showNumber = (value: number): string => String(Number(value.toPrecision(4)));

/** "1 point", "3 points". */
export const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;
