import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createWorld, runStage } from '../../kit/testing/index.ts';
import { restrictExecutionDuringTimeWindow } from './executor.ts';
import { isOpen, nextOpening, type Window } from './window.ts';

const at = (text: string): number => Date.parse(text);
const span = (startHour: number, startMin: number, endHour: number, endMin: number) => ({
  startHour,
  startMin,
  endHour,
  endMin,
});
const office: Window = { days: [2, 3, 4, 5, 6], whitelist: [span(9, 0, 16, 30)] };

describe('execution window', () => {
  it('counts both end minutes as inside', () => {
    expect(isOpen(office, at('2024-06-03T09:00:00Z'), 'UTC')).toBe(true);
    expect(isOpen(office, at('2024-06-03T16:30:59Z'), 'UTC')).toBe(true);
    expect(isOpen(office, at('2024-06-03T16:31:00Z'), 'UTC')).toBe(false);
    expect(isOpen(office, at('2024-06-03T08:59:59Z'), 'UTC')).toBe(false);
  });

  it('counts days from 1 = Sunday, in the zone of the window', () => {
    const sunday: Window = { days: [1], whitelist: [] };
    expect(isOpen(sunday, at('2024-06-02T12:00:00Z'), 'UTC')).toBe(true);
    expect(isOpen(sunday, at('2024-06-02T22:30:00Z'), 'Europe/Berlin')).toBe(false);
  });

  it('opens on Monday morning after a weekend', () => {
    expect(nextOpening(office, at('2024-06-01T10:00:00Z'), 'Europe/Berlin')).toBe(at('2024-06-03T07:00:00Z'));
  });

  it('a window over midnight is open on both sides of it', () => {
    const night: Window = { days: [], whitelist: [span(22, 0, 2, 0)] };
    expect(isOpen(night, at('2024-06-03T23:00:00Z'), 'UTC')).toBe(true);
    expect(isOpen(night, at('2024-06-03T01:00:00Z'), 'UTC')).toBe(true);
    expect(isOpen(night, at('2024-06-03T03:00:00Z'), 'UTC')).toBe(false);
  });

  it('an hour that the clocks skip opens when they have moved on', () => {
    const skipped: Window = { days: [], whitelist: [span(2, 30, 4, 0)] };
    expect(nextOpening(skipped, at('2024-03-31T00:10:00Z'), 'Europe/Berlin')).toBe(at('2024-03-31T01:00:00Z'));
  });

  it('is null for a window that never opens', () => {
    expect(nextOpening({ days: [9], whitelist: [] }, at('2024-06-01T10:00:00Z'), 'UTC')).toBeNull();
  });

  const windows = fc.record({
    days: fc.uniqueArray(fc.integer({ min: 1, max: 7 })),
    whitelist: fc.array(
      fc.record({
        startHour: fc.integer({ min: 0, max: 23 }),
        startMin: fc.integer({ min: 0, max: 59 }),
        endHour: fc.integer({ min: 0, max: 23 }),
        endMin: fc.integer({ min: 0, max: 59 }),
      }),
      { minLength: 1, maxLength: 3 },
    ),
  });
  const moments = fc.integer({ min: at('2024-01-01T00:00:00Z'), max: at('2025-01-01T00:00:00Z') });
  const zones = fc.constantFrom('UTC', 'Europe/Berlin', 'America/Los_Angeles', 'Australia/Lord_Howe', 'Asia/Kathmandu');

  it('the next opening is open, not before now, and nothing before it is open', () => {
    fc.assert(
      fc.property(windows, moments, zones, (window, now, zone) => {
        const opening = nextOpening(window, now, zone);
        if (opening === null) return;
        expect(opening).toBeGreaterThanOrEqual(now);
        expect(isOpen(window, opening, zone)).toBe(true);
        if (opening > now) expect(isOpen(window, opening - 1, zone)).toBe(false);
        expect(isOpen(window, now, zone)).toBe(opening === now);
      }),
      { numRuns: 60 },
    );
  });

  it('no open minute is stepped over', () => {
    fc.assert(
      fc.property(windows, moments, zones, (window, now, zone) => {
        const opening = nextOpening(window, now, zone);
        const last = Math.min(opening ?? now + 86_400_000, now + 86_400_000);
        for (let t = now; t < last; t += 7 * 60_000) expect(isOpen(window, t, zone)).toBe(false);
      }),
      { numRuns: 25 },
    );
  });
});

describe('execution window stage', () => {
  const closed = {
    restrictedExecutionWindow: {
      timezone: 'UTC',
      days: ['2', '3', '4', '5', '6'],
      whitelist: [{ startHour: 9, startMin: 0, endHour: '16', endMin: 30 }],
    },
  };
  // The virtual clock starts on Tuesday 2023-11-14 at 22:13:20 UTC.
  const opening = at('2023-11-15T09:00:00Z');

  it('lets the stage behind it start at the next opening', async () => {
    const run = await runStage(restrictExecutionDuringTimeWindow, { context: closed });
    expect([run.status, run.endTime, run.context['scheduledTime']]).toEqual(['SUCCEEDED', opening, opening]);
  });

  it('can be skipped by a person', async () => {
    const world = createWorld();
    const start = world.clock.now();
    const run = await runStage(restrictExecutionDuringTimeWindow, {
      world,
      context: closed,
      signals: [{ afterMs: 60_000, patch: { skipRemainingWait: true } }],
    });
    expect([run.status, run.endTime - start]).toEqual(['SUCCEEDED', 60_000]);
  });

  it('adds a delay within its bounds that is the same for the same operation, and none by hand', async () => {
    const context = {
      restrictedExecutionWindow: {
        ...closed.restrictedExecutionWindow,
        jitter: { enabled: true, skipManual: true, minDelay: 60, maxDelay: 600 },
      },
    };
    const automatic = { execution: { trigger: { type: 'cron' } }, context };
    const ends = [
      await runStage(restrictExecutionDuringTimeWindow, automatic),
      await runStage(restrictExecutionDuringTimeWindow, automatic),
    ].map((run) => run.endTime - opening);
    expect(ends[0]).toBe(ends[1]);
    expect(ends[0]).toBeGreaterThanOrEqual(60_000);
    expect(ends[0]).toBeLessThanOrEqual(600_000);
    expect((await runStage(restrictExecutionDuringTimeWindow, { context })).endTime).toBe(opening);
  });

  it('fails on a window without days and times, and on an unknown zone', async () => {
    const failures = [{}, { days: [2], timezone: 'Mars/Base' }].map((restrictedExecutionWindow) =>
      runStage(restrictExecutionDuringTimeWindow, { context: { restrictedExecutionWindow } }),
    );
    for (const run of await Promise.all(failures)) expect(run.failure?.code).toBe('window.impossible');
  });
});
