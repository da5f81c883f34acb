import { expect, it } from 'vitest';
import { Started } from './started.ts';

it('ends what was started in the opposite order, once, and goes on when one fails or hangs', async () => {
  const ended: string[] = [];
  const problems: string[] = [];
  const started = new Started((sentence) => problems.push(sentence));
  const add = (name: string, stop: () => Promise<void>) =>
    started.add({
      name,
      limitMs: 30,
      stop: () => {
        ended.push(name);
        return stop();
      },
    });
  add('database', async () => {});
  add('cloud', () => new Promise(() => {}));
  add('application', () => Promise.reject(new Error('still draining')));
  await Promise.all([started.stopAll(), started.stopAll()]);
  expect(ended).toEqual(['application', 'cloud', 'database']);
  expect(problems).toEqual(['application: still draining', 'cloud: did not end within 0.03 s']);
});

it('can end everything at once, also while it is ending politely', () => {
  const forced: string[] = [];
  const started = new Started(() => {});
  started.add({ name: 'database', limitMs: 30, stop: async () => {}, force: () => forced.push('database') });
  void started.stopAll();
  started.forceAll();
  expect(forced).toEqual(['database']);
});
