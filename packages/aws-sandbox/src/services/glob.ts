/** Matches AWS filter patterns: `*` any run, `?` one character, everything else itself. */
export function globMatches(pattern: string, text: string): boolean {
  return toRegExp(pattern).test(text);
}

const cache = new Map<string, RegExp>();

function toRegExp(pattern: string): RegExp {
  let found = cache.get(pattern);
  if (found === undefined) {
    const source = pattern
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replace(/\*+/g, '.*')
      .replaceAll('?', '.');
    found = new RegExp(`^${source}$`, 's');
    if (cache.size > 500) cache.clear();
    cache.set(pattern, found);
  }
  return found;
}
