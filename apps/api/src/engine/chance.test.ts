import { expect, it } from 'vitest';
import { chanceOf } from './chance.ts';

it('draws the same for the same stage, and another each time', () => {
  const first = chanceOf('stage-1/1');
  const again = chanceOf('stage-1/1');
  const drawn = [first.random(), first.random(), first.random()];
  expect(drawn).toEqual([again.random(), again.random(), again.random()]);
  expect(new Set(drawn).size).toBe(3);
  for (const number of drawn) expect(number >= 0 && number < 1).toBe(true);
});

it('draws UUIDs of version 4', () => {
  const { uuid } = chanceOf('stage-2/1');
  expect(uuid()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(uuid()).not.toBe(uuid());
});
