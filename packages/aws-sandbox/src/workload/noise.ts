/** A number made of a text: the same text gives the same number. */
export function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash >>> 0;
}

function mix(a: number, b: number): number {
  let value = Math.imul(a ^ Math.imul(b, 0x9e3779b1), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  value ^= value >>> 16;
  return value >>> 0;
}

/** A number in [0, 1) that depends on nothing but a source of chance, a minute and which draw it is. */
export function chance(source: number, minute: number, draw: number): number {
  return mix(mix(source, minute), draw) / 4294967296;
}

/** How far something strays: around 0, nearly always between -2 and 2, 1 on average in size. */
export function stray(source: number, minute: number, draw: number): number {
  const sum = chance(source, minute, draw) + chance(source, minute, draw + 100) + chance(source, minute, draw + 200);
  return (sum - 1.5) * 2;
}

const dayMs = 86_400_000;
const peakMs = 15 * 3_600_000;

/** Load at a time of day as a multiple of the average: most at 15:00 UTC, least at 03:00. */
export function shapeOfDay(time: number, daily: number): number {
  return 1 + daily * Math.cos((2 * Math.PI * (time - peakMs)) / dayMs);
}
