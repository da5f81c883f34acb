import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readDocument, readValue } from './index.ts';

/** `line:column code`, or the value. */
const told = (text: string, format?: 'json' | 'yaml') => {
  const read = readDocument(text, { format });
  const [finding] = read.findings;
  if (read.ok || !finding) return read.ok ? read.value : undefined;
  const { line, column } = read.locate(finding.pointer);
  return `${line}:${column} ${finding.code}`;
};

describe('JSON', () => {
  it('is read as the standard parser reads it', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(undefined, 2, '\t'), (value, space) => {
        const text = JSON.stringify(value, null, space);
        expect(readDocument(text, { format: 'json' })).toMatchObject({ ok: true, value: JSON.parse(text) });
      }),
    );
  });

  it('keeps keys that other code would stumble over', () => {
    const read = readDocument('{"__proto__": {"a": 1}, "constructor": 2}');
    expect(read.ok && JSON.stringify(read.value)).toBe('{"__proto__":{"a":1},"constructor":2}');
  });

  it.each([
    ['a comment', '{\n  "a": 1, // why\n  "b": 2\n}', '2:11 document.comment'],
    ['a block comment', '/* x */ {}', '1:1 document.comment'],
    ['a hash comment', '{} # x', '1:4 document.comment'],
    ['a trailing comma in a list', '{"a": [1,\n2,\n]}', '2:2 document.trailing-comma'],
    ['a trailing comma in an object', '{"a": 1,}', '1:8 document.trailing-comma'],
    ['a missing comma', '{"a": 1\n"b": 2}', '1:8 document.bad-json'],
    ['a missing colon', '{"a" 1}', '1:6 document.bad-json'],
    ['a key without quotes', '{a: 1}', '1:2 document.bad-json'],
    ['a key in single quotes', "{'a': 1}", '1:2 document.bad-json'],
    ['a text in single quotes', '{"a": \'b\'}', '1:7 document.bad-json'],
    ['a word of another language', '{"a": None}', '1:7 document.bad-json'],
    ['a bare word', '{"a": yes}', '1:7 document.bad-json'],
    ['a number with a leading zero', '[01]', '1:3 document.bad-json'],
    ['a number without digits', '[-]', '1:2 document.bad-json'],
    ['a number beyond all bounds', '[1e999]', '1:2 document.bad-json'],
    ['a text that is not closed', '["a', '1:2 document.bad-json'],
    ['a line break in a text', '["a\nb"]', '1:2 document.bad-json'],
    ['a tab in a text', '["a\tb"]', '1:4 document.bad-json'],
    ['an escape there is none of', '["\\x"]', '1:3 document.bad-json'],
    ['half an escape', '["\\u12"]', '1:3 document.bad-json'],
    ['a list that is not closed', '{"a": [1, 2', '1:7 document.bad-json'],
    ['an object that is not closed', '{"a": 1', '1:1 document.bad-json'],
    ['an end after a key', '{"a":', '1:6 document.bad-json'],
    ['an end before a key', '{"a": 1, ', '1:10 document.bad-json'],
    ['a colon as a key', '{: 1}', '1:2 document.bad-json'],
    ['something behind the end', '{} {}', '1:4 document.bad-json'],
    ['nothing', ' \n', '1:1 document.empty'],
    ['lists in lists', '['.repeat(200_000), '1:102 document.too-deep'],
  ])('refuses %s with its place', (_, text, expected) => {
    expect(told(text, 'json')).toBe(expected);
  });

  it('says what to do', () => {
    const [finding] = readDocument('{"a": [1,]}').findings;
    expect(finding).toEqual({
      severity: 'error',
      code: 'document.trailing-comma',
      pointer: '',
      message: 'JSON has no comma before "]"; remove it.',
    });
  });

  it('warns of keys given twice and of numbers too large to keep', () => {
    const read = readDocument('{"a": {"b": 1, "b": 2}, "n": 12345678901234567890}');
    expect(read.findings.map(({ severity, code, pointer }) => `${severity} ${code} ${pointer}`)).toEqual([
      'warning document.duplicate-key /a/b',
      'warning document.imprecise-number /n',
    ]);
    expect(read).toMatchObject({ ok: true, value: { a: { b: 2 } } });
  });

  it('refuses what is too long or holds too much', () => {
    const limits = { length: 20, values: 3 };
    expect(readDocument(`["${'a'.repeat(20)}"]`, { limits }).findings[0]?.code).toBe('document.too-large');
    expect(readDocument('[1,2,3]', { limits }).findings[0]?.code).toBe('document.too-large');
  });
});

describe('the value alone', () => {
  const same = (text: string, options: Parameters<typeof readValue>[1]) => {
    const whole = readDocument(text, options);
    const alone = readValue(text, options);
    expect(alone.ok).toBe(whole.ok);
    if (whole.ok && alone.ok) expect(JSON.stringify(alone.value)).toBe(JSON.stringify(whole.value));
  };

  it('is that of the document, with or without a mistake in the text', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.nat(), fc.constantFrom('', ',', '}', '"', '1e999', '//'), (value, at, mistake) => {
        const text = JSON.stringify(value);
        const cut = at % (text.length + 1);
        same(text.slice(0, cut) + mistake + text.slice(cut), { format: 'json' });
      }),
    );
  });

  it.each([
    ['a number that is too large', '[1, 1e999]', {}],
    ['values nested too deep', '[[[1]]]', { depth: 2 }],
    ['values just not too deep', '[[1]]', { depth: 2 }],
    ['too many values', '[1, 2, {"a": 3}]', { values: 4 }],
    ['just not too many values', '[1, 2, {"a": 3}]', { values: 5 }],
    ['a text that is too long', '[1, 2]', { length: 3 }],
    ['a key that other code would stumble over', '{"__proto__": {"a": 1}}', {}],
    ['a mark of the order of bytes', '\uFEFF{"a": 1}', {}],
  ])('agrees about %s', (_name, text, limits) => same(text, { format: 'json', limits }));
});

describe('YAML', () => {
  it('is read with comments, anchors and merged maps', () => {
    const text =
      '# why\nbase: &base\n  a: 1\n  b: [x, "y"]\nother:\n  <<: *base\n  a: 2\nlist:\n  - *base\n  - <<: [*base, {c: 3}]\n7: null\n';
    expect(told(text)).toEqual({
      base: { a: 1, b: ['x', 'y'] },
      other: { a: 2, b: ['x', 'y'] },
      list: [
        { a: 1, b: ['x', 'y'] },
        { a: 1, b: ['x', 'y'], c: 3 },
      ],
      7: null,
    });
  });

  it.each([
    ['a flow list that is not closed', 'a: [1', '1:6 document.bad-yaml'],
    ['a tab as indentation', 'a:\n\tb: 1', '2:1 document.bad-yaml'],
    ['two documents', 'a: 1\n---\nb: 2\n', '2:1 document.bad-yaml'],
    ['an unknown alias', 'a: *b', '1:4 document.bad-alias'],
    ['an alias inside itself', 'a: &a [*a]', '1:8 document.bad-alias'],
    ['a list as a key', '? [a]\n: b', '1:3 document.bad-key'],
    ['a merge of a text', 'a:\n  <<: x', '2:7 document.bad-merge'],
    ['an infinite number', 'a: .inf', '1:4 document.bad-number'],
    ['comments alone', '# nothing', '1:1 document.empty'],
    ['lists in lists', `${'- '.repeat(300)}x`, '1:203 document.too-deep'],
    ['flow lists in flow lists', '['.repeat(20_000), '1:1 document.too-deep'],
  ])('refuses %s with its place', (_, text, expected) => {
    expect(told(text, 'yaml')).toBe(expected);
  });

  it('refuses aliases that multiply', () => {
    const lines = Array.from({ length: 9 }, (_, i) => `a${i + 1}: &a${i + 1} [${Array(9).fill(`*a${i}`).join(', ')}]`);
    const bomb = ['a0: &a0 [1, 1]', ...lines].join('\n');
    expect(told(bomb)).toMatch(/document\.bad-alias$/);
    expect(readDocument(bomb, { limits: { aliases: 1e9 } }).findings[0]?.code).toBe('document.too-large');
  });

  it('warns of keys given twice', () => {
    const read = readDocument('a:\n  b: 1\n  b: 2\n');
    expect(read.findings.map(({ code, pointer }) => `${code} ${pointer}`)).toEqual(['document.duplicate-key /a/b']);
  });
});

describe('the place of a pointer', () => {
  const json = '{\n  "stages": [\n    {"type": "wait", "a/b": {"c~d": [1, 22]}}\n  ]\n}';
  const yaml = 'stages:\n  - type: wait\n    a/b:\n      c~d: [1, 22]\n';

  it.each([
    [json, '/stages/0/type', '3:14-3:20', '3:6-3:12'],
    [json, '/stages/0/a~1b/c~0d/1', '3:41-3:43', undefined],
    [json, '/stages', '2:13-4:4', '2:3-2:11'],
    [yaml, '/stages/0/type', '2:11-2:15', '2:5-2:9'],
    [yaml, '/stages/0/a~1b/c~0d/1', '4:16-4:18', undefined],
    [yaml, '/stages/0', '2:5-4:19', undefined],
  ])('is that of its value or key (%#)', (text, pointer, value, key) => {
    const { locate } = readDocument(text);
    const shown = (part: 'value' | 'key') => {
      const { line, column, endLine, endColumn } = locate(pointer, part);
      return `${line}:${column}-${endLine}:${endColumn}`;
    };
    expect(shown('value')).toBe(value);
    expect(shown('key')).toBe(key ?? value);
  });

  it('is that of the nearest value around it when nothing is there', () => {
    const { locate } = readDocument(json);
    expect(locate('/stages/0/name')).toMatchObject({ line: 3, column: 5, endColumn: 6 });
    expect(locate('/stages/9/name')).toMatchObject({ line: 2, column: 3 });
    expect(locate('/nothing')).toMatchObject({ line: 1, column: 1 });
  });

  it('counts lines with any ending', () => {
    const { locate } = readDocument('\uFEFF[\r\n1,\r2,\n3]');
    expect([0, 1, 2].map((at) => locate(`/${at}`).line)).toEqual([2, 3, 4]);
  });

  it('spans exactly the text of each value', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const text = JSON.stringify(value, null, 1);
        const { locate } = readDocument(text, { format: 'json' });
        for (const [key, inner] of Object.entries(value)) {
          const { offset, endOffset } = locate(`/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`);
          expect(JSON.parse(text.slice(offset, endOffset))).toEqual(JSON.parse(JSON.stringify(inner)));
        }
      }),
    );
  });
});
