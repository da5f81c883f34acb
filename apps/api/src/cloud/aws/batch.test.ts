import { describe, expect, it } from 'vitest';
import { batched, WIDEST_WINDOW_MS } from './batch.ts';
import { VirtualClock } from './testing/virtual-clock.ts';

function setUp(pressure = 0, most = 50) {
  const clock = new VirtualClock();
  const loads: string[][] = [];
  const read = batched<string, string>({
    clock,
    most,
    pressure: () => pressure,
    load: async (keys) => {
      loads.push([...keys]);
      return new Map(keys.filter((key) => key !== 'none').map((key) => [key, `${key}@${clock.now()}`]));
    },
  });
  return { clock, loads, read };
}

describe('batched reads', () => {
  it('put questions of one window into one read, each key once', async () => {
    const { loads, read } = setUp();
    const answers = await Promise.all(['a', 'b', 'a', 'none'].map(read));
    expect(loads).toEqual([['a', 'b', 'none']]);
    expect(answers[0]).toBe(answers[2]);
    expect(answers[3]).toBeUndefined();
  });

  it('never answer from a read that began before the question', async () => {
    const { clock, loads, read } = setUp();
    await read('a');
    const asked = clock.now();
    const answer = await read('a');
    expect(Number(answer?.split('@')[1])).toBeGreaterThanOrEqual(asked);
    expect(loads).toHaveLength(2);
  });

  it('wait longer for company when calls are scarce, but at most 250 ms', async () => {
    const { clock, read } = setUp(1);
    const start = clock.now();
    await read('a');
    expect(clock.now() - start).toBe(WIDEST_WINDOW_MS);
  });

  it('split what does not fit one call', async () => {
    const { loads, read } = setUp(0, 2);
    await Promise.all(['a', 'b', 'c'].map(read));
    expect(loads).toEqual([['a', 'b'], ['c']]);
  });

  it('pass a failed read on to everybody who waits for it', async () => {
    const read = batched<string, string>({
      clock: new VirtualClock(),
      most: 50,
      pressure: () => 0,
      load: async () => {
        throw new Error('refused');
      },
    });
    const asked = await Promise.allSettled([read('a'), read('b')]);
    expect(asked.map((one) => one.status)).toEqual(['rejected', 'rejected']);
  });
});
