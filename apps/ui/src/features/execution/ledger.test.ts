import { describe, expect, it } from 'vitest';
import { beforeText, leftBehind } from './ledger.tsx';
import { taskWords } from './sentence.ts';

const effect = (action: string, name: string) =>
  ({ action, name, kind: 'serverGroup', state: 'done' }) as Parameters<typeof leftBehind>[0][number];

describe('what a run leaves behind', () => {
  it('is what it made and did not remove again', () => {
    const effects = [effect('create', 'web-v001'), effect('create', 'web-v002'), effect('remove', 'web-v002')];
    expect(leftBehind(effects)).toEqual({ made: ['web-v001'], removed: ['web-v002'] });
  });

  it('does not count what others made', () => {
    expect(leftBehind([effect('change', 'web-v000'), effect('remove', 'web-v000')])).toEqual({ made: [], removed: [] });
  });

  it('says what a changed group was like before', () => {
    const before = { traffic: 'enabled', capacity: { min: 2, desired: 3, max: 4 } };
    expect(beforeText({ before })).toBe('serving, wanted 3, min 2, max 4');
    expect(beforeText({ before: null })).toBe('');
  });
});

describe('names of tasks', () => {
  it('are words', () => {
    expect(taskWords('waitForUpInstances')).toBe('Wait for up instances');
  });
});
