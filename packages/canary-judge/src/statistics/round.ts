/**
 * Rounds half up (away from zero) on the shortest decimal text of the number, so that 0.125 at two places is 0.13
 * whatever its binary form.
 */
export function roundHalfUp(value: number, places: number): number {
  const text = String(Math.abs(value));
  if (!/^\d+(\.\d+)?$/.test(text)) return Math.abs(value) < 1 ? 0 : value;
  const [whole = '0', fraction = ''] = text.split('.');
  const digits = fraction.padEnd(places + 1, '0');
  const scaled = BigInt(whole + digits.slice(0, places)) + (digits[places]! >= '5' ? 1n : 0n);
  const padded = scaled.toString().padStart(places + 1, '0');
  const rounded = Number(`${padded.slice(0, padded.length - places)}.${padded.slice(padded.length - places)}`);
  return value < 0 ? -rounded : rounded;
}
