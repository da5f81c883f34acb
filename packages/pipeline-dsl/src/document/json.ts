import { DocumentError, type DocumentLimits, setOwn } from './limits.ts';
import type { Parsed } from './parsed.ts';
import type { Spot } from './spots.ts';

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORD = /[A-Za-z_$][\w$]*/y;
const QUOTE = 34;
const BACKSLASH = 92;
/** Below it are the control characters, which JSON forbids inside strings. */
const SPACE = 32;
const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};
const CONSTANTS: ReadonlyMap<string, boolean | null> = new Map([
  ['true', true],
  ['false', false],
  ['null', null],
]);
/** What other languages write for these constants. */
const MEANT: Readonly<Record<string, string>> = {
  True: 'true',
  TRUE: 'true',
  False: 'false',
  FALSE: 'false',
  None: 'null',
  nil: 'null',
  NULL: 'null',
  undefined: 'null',
};

/** Reads JSON as the standard has it, in one pass, keeping where each value stands. Throws `DocumentError`. */
export function parseJson(text: string, limits: DocumentLimits): Parsed {
  return new JsonReader(text, limits).read();
}

class JsonReader {
  private readonly text: string;
  private readonly limits: DocumentLimits;
  private readonly remarks: Array<Parsed['remarks'][number]> = [];
  private readonly path: string[] = [];
  private at = 0;
  private values = 0;

  constructor(text: string, limits: DocumentLimits) {
    this.text = text;
    this.limits = limits;
  }

  read(): Parsed {
    if (this.text.charCodeAt(0) === 0xfeff) this.at = 1;
    this.skipBlank();
    if (this.at >= this.text.length)
      throw new DocumentError('document.empty', 'The text is empty; write a pipeline.', 0);
    const { value, spot } = this.value(0);
    this.skipBlank();
    if (this.at < this.text.length)
      throw this.refuse(
        'The JSON ended before this; remove what follows, or put what belongs together into one object.',
      );
    return { value, root: spot, remarks: this.remarks };
  }

  private value(depth: number): { value: unknown; spot: Spot } {
    this.values += 1;
    if (this.values > this.limits.values)
      throw this.refuse(`The text holds more than ${this.limits.values} values; make it smaller.`, 'too-large');
    if (depth > this.limits.depth)
      throw this.refuse(`Values are nested more than ${this.limits.depth} deep; flatten them.`, 'too-deep');
    const start = this.at;
    const char = this.text[start];
    if (char === '{') return this.object(depth);
    if (char === '[') return this.list(depth);
    const value = char === '"' ? this.string() : this.scalar(char);
    return { value, spot: { start, end: this.at } };
  }

  private scalar(char: string | undefined): unknown {
    if (char === undefined) throw this.refuse('The text ends where a value should be; finish it.');
    if (char === "'") throw this.refuse('JSON writes texts in double quotes; replace the single ones.');
    if (char === '-' || (char >= '0' && char <= '9')) return this.number();
    const word = this.match(WORD);
    const constant = CONSTANTS.get(word);
    if (constant !== undefined) return constant;
    this.at -= word.length;
    if (word === '') throw this.refuse(`"${char}" begins no JSON value.`);
    const meant = Object.hasOwn(MEANT, word) ? `JSON writes it ${MEANT[word]}` : 'put a text in double quotes';
    throw this.refuse(`"${word.slice(0, 40)}" is no JSON value; ${meant}.`, 'bad-json', word.length);
  }

  private number(): number {
    const start = this.at;
    const digits = this.match(NUMBER);
    if (digits === '' || /[\w.+]/.test(this.text[this.at] ?? ''))
      throw this.refuse('This is no JSON number; write it like -1.5 or 20, or put it in double quotes.');
    const value = Number(digits);
    if (!Number.isFinite(value))
      throw new DocumentError('document.bad-json', 'The number is too large.', start, this.at);
    if (Number.isInteger(value) && !Number.isSafeInteger(value) && /^-?\d+$/.test(digits))
      this.remark(
        'document.imprecise-number',
        [],
        `The number ${digits.slice(0, 40)} is too large to be kept exactly; put it in double quotes.`,
      );
    return value;
  }

  private string(): string {
    const start = this.at;
    this.at += 1;
    let value = '';
    for (;;) {
      value += this.plain();
      const char = this.text[this.at];
      if (char === '"') {
        this.at += 1;
        return value;
      }
      if (char === '\\') value += this.escape();
      else if (char === undefined)
        throw new DocumentError('document.bad-json', 'The text in quotes has no closing quote.', start);
      else if (char === '\n' || char === '\r')
        throw new DocumentError(
          'document.bad-json',
          'The text in quotes is not closed before the end of its line; close it, or write line breaks as \\n.',
          start,
          this.at,
        );
      else throw this.refuse('A text holds a control character; write it as an escape such as \\t or \\u0001.');
    }
  }

  /** A stretch of a string without quote, escape or control character. */
  private plain(): string {
    const { text, at } = this;
    let end = at;
    for (; end < text.length; end += 1) {
      const code = text.charCodeAt(end);
      if (code === QUOTE || code === BACKSLASH || code < SPACE) break;
    }
    this.at = end;
    return text.slice(at, end);
  }

  private escape(): string {
    const char = this.text[this.at + 1] ?? '';
    if (char === 'u') {
      const digits = this.text.slice(this.at + 2, this.at + 6);
      if (!/^[\da-fA-F]{4}$/.test(digits)) throw this.refuse('After \\u come four hexadecimal digits.');
      this.at += 6;
      return String.fromCharCode(Number.parseInt(digits, 16));
    }
    const meant = ESCAPES[char];
    if (meant === undefined)
      throw this.refuse(`"\\${char}" is no escape of JSON; write a backslash as \\\\.`, 'bad-json', 2);
    this.at += 2;
    return meant;
  }

  private object(depth: number): { value: unknown; spot: Spot } {
    const start = this.at;
    const value: Record<string, unknown> = {};
    const children = new Map<string, Spot>();
    this.at += 1;
    this.members('}', start, () => {
      const keyStart = this.at;
      const key = this.key();
      const keyEnd = this.at;
      this.skipBlank();
      if (this.text[this.at] !== ':') throw this.refuse(`After the key "${shorten(key)}" a colon is missing.`);
      this.at += 1;
      this.skipBlank();
      this.path.push(key);
      const member = this.value(depth + 1);
      if (children.has(key))
        this.remark('document.duplicate-key', [], `"${shorten(key)}" is here twice; the last one counts. Remove one.`);
      this.path.pop();
      setOwn(value, key, member.value);
      children.set(key, { ...member.spot, keyStart, keyEnd });
    });
    return { value, spot: { start, end: this.at, children } };
  }

  private list(depth: number): { value: unknown; spot: Spot } {
    const start = this.at;
    const value: unknown[] = [];
    const children: Spot[] = [];
    this.at += 1;
    this.members(']', start, () => {
      this.path.push(String(value.length));
      const item = this.value(depth + 1);
      this.path.pop();
      value.push(item.value);
      children.push(item.spot);
    });
    return { value, spot: { start, end: this.at, children } };
  }

  /** Reads members with commas between, up to and with the closing bracket. */
  private members(close: string, open: number, read: () => void): void {
    this.skipBlank();
    if (this.text[this.at] === close) {
      this.at += 1;
      return;
    }
    for (;;) {
      read();
      const before = this.at;
      this.skipBlank();
      const char = this.text[this.at];
      if (char === close) {
        this.at += 1;
        return;
      }
      if (char === undefined)
        throw new DocumentError(
          'document.bad-json',
          `This "${this.text[open]}" is never closed; add "${close}".`,
          open,
        );
      if (char !== ',')
        throw new DocumentError('document.bad-json', `A comma or "${close}" is missing here.`, before, before + 1);
      const comma = this.at;
      this.at += 1;
      this.skipBlank();
      if (this.text[this.at] === close)
        throw new DocumentError('document.trailing-comma', `JSON has no comma before "${close}"; remove it.`, comma);
    }
  }

  private key(): string {
    const char = this.text[this.at];
    if (char === '"') return this.string();
    if (char === undefined) throw this.refuse('The text ends where a key should be; finish it.');
    if (char === "'") throw this.refuse('JSON writes keys in double quotes; replace the single ones.');
    const word = this.match(WORD);
    this.at -= word.length;
    if (word !== '') throw this.refuse(`Put the key ${shorten(word)} in double quotes.`, 'bad-json', word.length);
    throw this.refuse('Here a key in double quotes should be.');
  }

  private skipBlank(): void {
    for (;;) {
      const code = this.text.charCodeAt(this.at);
      if (code === SPACE || code === 10 || code === 13 || code === 9) this.at += 1;
      else if (code === 47 || code === 35) throw this.comment();
      else return;
    }
  }

  private comment(): DocumentError {
    const end = this.text.indexOf('\n', this.at);
    const message = 'JSON has no comments; remove it, or keep the file as YAML, which has.';
    return new DocumentError('document.comment', message, this.at, end < 0 ? this.text.length : end);
  }

  private match(pattern: RegExp): string {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0] ?? '';
    this.at += found.length;
    return found;
  }

  private remark(code: string, more: readonly string[], message: string): void {
    if (this.remarks.length < 100) this.remarks.push({ code, path: [...this.path, ...more], message });
  }

  private refuse(message: string, code = 'bad-json', length = 1): DocumentError {
    return new DocumentError(`document.${code}`, message, this.at, this.at + length);
  }
}

const shorten = (text: string): string => (text.length > 60 ? `${text.slice(0, 60)}…` : text);
