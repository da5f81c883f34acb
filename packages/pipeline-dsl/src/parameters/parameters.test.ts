import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../json.ts';
import { isAskedFor, resolveParameters } from './index.ts';

const one = (more: JsonObject, sent?: JsonObject) => resolveParameters([{ name: 'p', ...more }], sent);
const options = { hasOptions: true, options: [{ value: 'small' }, { value: 2 }, { value: true }] };

describe('the value of a parameter is', () => {
  const cases: ReadonlyArray<[string, JsonObject, JsonObject | undefined, unknown, string]> = [
    ['what was sent', { default: 'd' }, { p: 's' }, 's', 'sent'],
    ['a null that was sent', { default: 'd' }, { p: null }, null, 'sent'],
    ['an object that was sent, as it is', {}, { p: { a: [1] } }, { a: [1] }, 'sent'],
    ['a number that was sent, not turned into text', {}, { p: 7 }, 7, 'sent'],
    ['the default', { default: 'd' }, {}, 'd', 'default'],
    ['the default when no parameters were sent at all', { default: 'd' }, undefined, 'd', 'default'],
    ['null without a default', {}, {}, null, 'none'],
    ['empty with an empty default', { default: '' }, {}, '', 'none'],
    [
      'a default that is not among the options, as its author chose',
      { ...options, default: 'odd' },
      {},
      'odd',
      'default',
    ],
  ];
  it.each(cases)('%s', (_rule, config, sent, value, rule) => {
    const resolved = one(config, sent);
    expect(resolved.values).toEqual({ p: value });
    expect(resolved.sources).toEqual([{ name: 'p', rule, configured: true }]);
  });

  it('kept also when the pipeline has no such parameter', () => {
    expect(resolveParameters(undefined, { extra: [1] })).toEqual({
      values: { extra: [1] },
      sources: [{ name: 'extra', rule: 'sent', configured: false }],
    });
  });

  it('safe whatever it is called', () => {
    const { values } = resolveParameters([{ name: '__proto__', default: 'd' }], {});
    expect(Object.getPrototypeOf(values)).toBe(Object.prototype);
    expect(Object.keys(values)).toEqual(['__proto__']);
  });
});

describe('a start is refused', () => {
  const required = { required: true };
  const dated = { constraint: 'date' };
  const cases: ReadonlyArray<[string, JsonObject, JsonObject, string | undefined]> = [
    ['without a required value', required, {}, 'parameter "p" is required and has no value'],
    ['with a null for it', required, { p: null }, 'parameter "p" is required and has no value'],
    ['with an empty text for it', required, { p: '' }, 'parameter "p" is required and has no value'],
    ['with an empty default only', { ...required, default: '' }, {}, 'parameter "p" is required and has no value'],
    ['not when it has a default', { ...required, default: 'd' }, {}, undefined],
    ['not for a zero or a false', required, { p: 0 }, undefined],
    [
      'with a value not among the options',
      options,
      { p: 'huge' },
      'parameter "p" is "huge", which is not one of small, 2, true',
    ],
    ['not with an option', options, { p: 'small' }, undefined],
    ['not with an option of another type that reads the same', options, { p: '2' }, undefined],
    ['not when options are listed but off', { ...options, hasOptions: false }, { p: 'huge' }, undefined],
    ['not when options are on but none is listed', { hasOptions: true, options: [] }, { p: 'huge' }, undefined],
    [
      'with no date where one is wanted',
      dated,
      { p: 'today' },
      'parameter "p" is "today", which is not a date like 2026-01-31',
    ],
    [
      'with a day the calendar lacks',
      dated,
      { p: '2026-02-29' },
      'parameter "p" is "2026-02-29", which is not a date like 2026-01-31',
    ],
    [
      'with a month the calendar lacks',
      dated,
      { p: '2026-13-01' },
      'parameter "p" is "2026-13-01", which is not a date like 2026-01-31',
    ],
    ['not with a leap day', dated, { p: '2028-02-29' }, undefined],
    ['not without a date that nobody requires', dated, {}, undefined],
  ];
  it.each(cases)('%s', (_rule, config, sent, refused) => {
    expect(one(config, sent).sources[0]?.refused).toBe(refused);
  });

  it('not for a required parameter that is not asked for', () => {
    const config = [
      { name: 'kind', default: 'plain' },
      {
        name: 'p',
        required: true,
        conditional: true,
        condition: { parameter: 'kind', comparator: '=', comparatorValue: 'special' },
      },
    ];
    const refusals = (sent: JsonObject) => resolveParameters(config, sent).sources.map(({ refused }) => refused);
    expect(refusals({})).toEqual([undefined, undefined]);
    expect(refusals({ kind: 'special' })).toEqual([undefined, 'parameter "p" is required and has no value']);
  });
});

describe('a conditional parameter is asked for', () => {
  const conditional = (comparator: string, comparatorValue: unknown) => ({
    conditional: true,
    condition: { parameter: 'n', comparator, comparatorValue },
  });
  const cases: ReadonlyArray<[string, unknown, unknown, boolean]> = [
    ['>', 10, '9', true],
    ['>', 9, '9', false],
    ['<', '9', '10', true],
    ['>=', 9, '9', true],
    ['<=', 'b', 'a', false],
    ['=', 'x', 'x', true],
    ['=', '1.0', '1', true],
    ['!=', 'x', 'y', true],
    ['!=', null, '', false],
  ];
  it.each(cases)('n %s: %j against %j is %j', (comparator, value, against, asked) => {
    expect(isAskedFor(conditional(comparator, against), { n: value })).toBe(asked);
  });

  it('when its condition is off or cannot be read', () => {
    expect(isAskedFor({ ...conditional('=', 'x'), conditional: false }, {})).toBe(true);
    expect(isAskedFor(conditional('~', 'x'), {})).toBe(true);
    expect(isAskedFor({ conditional: true, condition: 'n = x' }, {})).toBe(true);
  });
});
