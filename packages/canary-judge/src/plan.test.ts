import { expect, it } from 'vitest';
import { detectableChange, pointsToDetect, shareOfShift } from './plan.ts';

const plan = { confidence: 0.98, power: 0.8, canaryShare: 0.5 };

it('says how many points a change takes', () => {
  expect(pointsToDetect(0.65, plan)).toBe(149);
  expect(pointsToDetect(0.5, plan)).toBe(Infinity);
  expect(pointsToDetect(0.65, { ...plan, canaryShare: 0.1 })).toBeGreaterThan(400);
});

it('says which change so many points show', () => {
  const change = detectableChange(149, plan)!;
  expect(change.share).toBeCloseTo(0.65, 3);
  expect(shareOfShift(change.standardDeviations)).toBeCloseTo(change.share, 12);
  expect(detectableChange(4, plan)).toBeUndefined();
  expect(detectableChange(0, plan)).toBeUndefined();
});
