/** A number in [0, 1) that depends on the text alone: the same key always gives the same fraction (FNV-1a, 32 bit). */
export function fractionOf(key: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193);
  // One more round of mixing: keys that differ in the last character only must not land close together.
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  hash ^= hash >>> 12;
  return (hash >>> 0) / 0x1_0000_0000;
}
