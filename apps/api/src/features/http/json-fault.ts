const SPACE = /[ \t\n\r]*/y;
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON forbids exactly these in strings
const STRING = /"[^"\\\u0000-\u001f]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\u0000-\u001f]*)*"/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORD = /true|false|null/y;

/** Offset of the first character at which a text stops being JSON. For texts that a parser has refused. */
export function jsonFaultAt(text: string): number {
  const closers: string[] = [];
  let at = skip(text, 0);
  for (;;) {
    const char = text[at];
    if (char === '{' || char === '[') {
      const closer = char === '{' ? '}' : ']';
      at = skip(text, at + 1);
      if (text[at] !== closer) {
        closers.push(closer);
        if (closer === '}') {
          const value = afterKey(text, at);
          if (value.fault) return value.at;
          at = value.at;
        }
        continue;
      }
      at += 1;
    } else {
      const end = match(STRING, text, at) ?? match(NUMBER, text, at) ?? match(WORD, text, at);
      if (end === null) return at;
      at = end;
    }
    at = skip(text, at);
    while (closers.length > 0 && text[at] === closers.at(-1)) {
      closers.pop();
      at = skip(text, at + 1);
    }
    if (closers.length === 0 || text[at] !== ',') return at;
    at = skip(text, at + 1);
    if (closers.at(-1) === '}') {
      const value = afterKey(text, at);
      if (value.fault) return value.at;
      at = value.at;
    }
  }
}

/** Where the value of the key at `from` begins, or where the key goes wrong. */
function afterKey(text: string, from: number): { at: number; fault: boolean } {
  const end = match(STRING, text, from);
  if (end === null) return { at: from, fault: true };
  const colon = skip(text, end);
  return text[colon] === ':' ? { at: skip(text, colon + 1), fault: false } : { at: colon, fault: true };
}

const skip = (text: string, from: number): number => match(SPACE, text, from) ?? from;

function match(pattern: RegExp, text: string, from: number): number | null {
  pattern.lastIndex = from;
  return pattern.test(text) ? pattern.lastIndex : null;
}
