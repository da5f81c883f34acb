/** Does everything that is wanted stand in what is there? What the cloud adds of its own does not count. */
export function isSame(wanted: unknown, there: unknown): boolean {
  if (wanted === undefined || wanted === null) return true;
  if (wanted instanceof Date) return there instanceof Date && wanted.getTime() === there.getTime();
  if (Array.isArray(wanted)) {
    const other = Array.isArray(there) ? there : [];
    return wanted.length === other.length && wanted.every((item, index) => isSame(item, other[index]));
  }
  if (typeof wanted !== 'object') return wanted === there;
  if (typeof there !== 'object' || there === null) return Object.keys(wanted).length === 0;
  return Object.entries(wanted).every(([key, value]) => isSame(value, (there as Record<string, unknown>)[key]));
}
