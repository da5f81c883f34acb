import { describe, expect, it } from 'vitest';
import { VirtualClock } from './testing/virtual-clock.ts';
import { Limiter } from './throttle.ts';

const takeMany = (limiter: Limiter, count: number) =>
  Promise.all(Array.from({ length: count }, () => limiter.take('poll')));

describe('the limiter', () => {
  it('lets a burst of 20 through at once, then ten per second', async () => {
    const clock = new VirtualClock();
    const start = clock.now();
    const limiter = new Limiter(clock);
    await takeMany(limiter, 20);
    expect(clock.now() - start).toBe(0);
    await takeMany(limiter, 30);
    expect(clock.now() - start).toBeGreaterThanOrEqual(2_900);
    expect(clock.now() - start).toBeLessThan(3_200);
  });

  it('halves its rate on every throttle and never stops altogether', () => {
    const limiter = new Limiter(new VirtualClock());
    limiter.throttled();
    expect(limiter.perSecond).toBe(5);
    for (let n = 0; n < 20; n++) limiter.throttled();
    expect(limiter.perSecond).toBe(2);
  });

  it('keeps another rate when it is told one, and a slower one than the floor too', () => {
    const fast = new Limiter(new VirtualClock(), { perSecond: 40, burst: 80 });
    fast.throttled();
    expect(fast.perSecond).toBe(20);
    const slow = new Limiter(new VirtualClock(), { perSecond: 1, burst: 2 });
    slow.throttled();
    expect(slow.perSecond).toBe(1);
  });

  it('takes its part of the rate among those that share it, and more when others have gone', async () => {
    const clock = new VirtualClock();
    let sharers = 4;
    const limiter = new Limiter(clock, undefined, () => sharers);
    expect(limiter.perSecond).toBe(2.5);
    const start = clock.now();
    await takeMany(limiter, 5);
    expect(clock.now() - start).toBe(0);
    await takeMany(limiter, 5);
    expect(clock.now() - start).toBe(2_000);
    for (let n = 0; n < 20; n++) limiter.throttled();
    expect(limiter.perSecond).toBe(0.5);
    sharers = 1;
    expect(limiter.perSecond).toBe(2);
  });

  it('wins back a tenth per ten quiet seconds, up to its first rate', async () => {
    const clock = new VirtualClock();
    const limiter = new Limiter(clock);
    limiter.throttled();
    await clock.advance(10_000);
    expect(limiter.perSecond).toBeCloseTo(5.5);
    await clock.advance(9_000);
    expect(limiter.perSecond).toBeCloseTo(5.5);
    await clock.advance(1_000);
    expect(limiter.perSecond).toBeCloseTo(6.05);
    await clock.advance(600_000);
    expect(limiter.perSecond).toBe(10);
  });

  it('lets changes overtake polls', async () => {
    const limiter = new Limiter(new VirtualClock());
    await takeMany(limiter, 20);
    const order: string[] = [];
    const polls = Array.from({ length: 3 }, () => limiter.take('poll').then(() => order.push('poll')));
    const change = limiter.take('change').then(() => order.push('change'));
    await Promise.all([...polls, change]);
    expect(order).toEqual(['change', 'poll', 'poll', 'poll']);
  });

  it('gives up a place in the queue on abort', async () => {
    const limiter = new Limiter(new VirtualClock());
    await takeMany(limiter, 20);
    const abort = new AbortController();
    const taking = limiter.take('poll', abort.signal);
    abort.abort(new Error('canceled'));
    await expect(taking).rejects.toThrow('canceled');
    expect(limiter.waiting).toBe(0);
  });

  it('feels the pressure when its tokens run out', async () => {
    const limiter = new Limiter(new VirtualClock());
    expect(limiter.pressure).toBe(0);
    await takeMany(limiter, 20);
    expect(limiter.pressure).toBe(1);
  });
});
