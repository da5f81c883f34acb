const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

function utf8Bytes(text: string): number[] {
  const bytes: number[] = [];
  for (const char of text) {
    const point = char.codePointAt(0)!;
    const code = point >= 0xd800 && point <= 0xdfff ? 0x3f : point;
    if (code < 0x80) bytes.push(code);
    else if (code < 0x800) bytes.push(0xc0 | (code >> 6), 0x80 | (code & 63));
    else if (code < 0x10000) bytes.push(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63));
    else bytes.push(0xf0 | (code >> 18), 0x80 | ((code >> 12) & 63), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63));
  }
  return bytes;
}

/** Base64 of the UTF-8 bytes of a text. */
export function encodeBase64(text: string): string {
  const bytes = utf8Bytes(text);
  let result = '';
  for (let at = 0; at < bytes.length; at += 3) {
    const [a = 0, b, c] = bytes.slice(at, at + 3);
    const bits = (a << 16) | ((b ?? 0) << 8) | (c ?? 0);
    result += ALPHABET[bits >> 18]! + ALPHABET[(bits >> 12) & 63]!;
    result += b === undefined ? '=' : ALPHABET[(bits >> 6) & 63]!;
    result += c === undefined ? '=' : ALPHABET[bits & 63]!;
  }
  return result;
}

/** Text of base64; null when it is not base64 of UTF-8. */
export function decodeBase64(text: string): string | null {
  const body = text.replace(/={1,2}$/, '');
  if (body.length % 4 === 1 || (text !== body && text.length % 4 !== 0)) return null;
  let escaped = '';
  let bits = 0;
  let count = 0;
  for (const char of body) {
    const value = ALPHABET.indexOf(char);
    if (value < 0) return null;
    bits = ((bits << 6) | value) & 0xffffff;
    count += 6;
    if (count < 8) continue;
    count -= 8;
    escaped += `%${((bits >> count) & 255).toString(16).padStart(2, '0')}`;
  }
  try {
    return decodeURIComponent(escaped);
  } catch {
    return null;
  }
}

/** Java properties text: `key=value`, `key: value`, comments with `#` or `!`, lines continued by a backslash. */
export function parseProperties(text: string): Record<string, string> {
  const entries = new Map<string, string>();
  for (const line of text.replace(/\\\r?\n\s*/g, '').split(/\r?\n/)) {
    const trimmed = line.trimStart();
    if (trimmed === '' || trimmed[0] === '#' || trimmed[0] === '!') continue;
    const found = /^((?:\\.|[^=:\s\\])*)(?:\s*[=:]\s*|\s+|$)(.*)$/.exec(trimmed);
    if (found && unescapeText(found[1]!) !== '__proto__') entries.set(unescapeText(found[1]!), unescapeText(found[2]!));
  }
  return Object.fromEntries(entries);
}

function unescapeText(text: string): string {
  return text.replace(/\\(u[0-9a-fA-F]{4}|.)/g, (_all, what: string) => {
    if (what.length === 5) return String.fromCharCode(Number.parseInt(what.slice(1), 16));
    return what === 'n' ? '\n' : what === 't' ? '\t' : what === 'r' ? '\r' : what;
  });
}
