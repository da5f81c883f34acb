import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkCron } from './index.ts';

describe('a schedule is told in words', () => {
  it.each([
    ['0 0 10 ? * *', 'At 10:00, every day'],
    ['30 5 8 * * ?', 'At 08:05:30, every day'],
    ['0 0/15 * * * ?', 'Every 15 minutes, every day'],
    ['0 * * ? * *', 'Every minute, every day'],
    ['0 30 9-17 ? * MON-FRI', 'At minute 30, at hours 9 through 17, on Monday through Friday'],
    ['0 0 12 ? * 6#3', 'At 12:00, on the third Friday of the month'],
    ['0 0 12 ? * FRIL', 'At 12:00, on the last Friday of the month'],
    ['0 0 12 L * ?', 'At 12:00, on the last day of the month'],
    ['0 0 12 15W JAN,JUL ?', 'At 12:00, on the weekday nearest day 15 of the month, in January and July'],
    ['0 0 12 1 1 ? 2027-2030', 'At 12:00, on day 1 of the month, in January, in 2027 through 2030'],
    ['0 H 2 * * ?', 'At a minute that follows from the trigger, at hour 2, every day'],
    ['H H(0-29) 2 * * ?', expect.stringContaining('follows from the trigger')],
    ['0 0 22-2 ? * SAT-MON', expect.any(String)],
    ['0 0 12 LW * ?', expect.any(String)],
    ['0 0 12 L-3 * ?', expect.any(String)],
    ['0 0 12 ? * L', expect.any(String)],
  ])('%s', (expression, description) => {
    expect(checkCron(expression)).toEqual({ description });
  });
});

describe('what is none is told why', () => {
  it.each([
    ['', 'this one has 0'],
    ['* * * * *', 'this one has 5'],
    ['0 0 10 * * *', 'must be "?"'],
    ['0 0 10 ? * ?', 'must be "?"'],
    ['60 0 10 ? * *', '"60" is not one of 0 to 59'],
    ['0 0 24 ? * *', 'hour'],
    ['0 0 10 32 * ?', 'day of month'],
    ['0 0 10 ? * 0', '1 to 7 or SUN to SAT'],
    ['0 0 10 ? * 6#6', 'day of week'],
    ['0 0 10 ? FOO *', 'month'],
    ['0 0/0 10 ? * *', 'no step'],
    ['0 1/2/3 10 ? * *', 'several slashes'],
    ['0 1-2-3 10 ? * *', 'several dashes'],
    ['0 1,,2 10 ? * *', 'beside a comma'],
    ['? 0 10 ? * *', 'question mark'],
    ['0 H(30-10) 10 ? * *', 'bounds'],
    ['0 0 10 H * ?', 'day of month'],
    ['0 0 10 ? * * 1969', 'year'],
  ])('%s', (expression, reason) => {
    expect(checkCron(expression)).toEqual({ problem: expect.stringContaining(reason) });
  });

  it('never throws', () => {
    const word = fc.stringMatching(/^[0-9A-Z*?,/#\-()]{1,6}$/);
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(word, { minLength: 6, maxLength: 7 }).map((all) => all.join(' ')),
        ),
        (text) => {
          checkCron(text);
        },
      ),
    );
  });
});
