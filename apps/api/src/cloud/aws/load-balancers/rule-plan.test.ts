import type { ListenerRule } from '@gennaker/catalog/kit';
import { describe, expect, it } from 'vitest';
import { conditionsKey } from './conditions.ts';
import { planRules } from './rule-plan.ts';

const condition = (path: string) => [{ field: 'path-pattern', values: [path] }];
const present = (arn: string, priority: number, path: string) => ({
  arn,
  priority,
  key: conditionsKey(condition(path)),
});
const wanted = (priority: number, path: string): ListenerRule => ({
  priority: String(priority),
  conditions: condition(path),
  actions: [],
});

describe('the plan from the rules that are there to those wanted', () => {
  it('is empty when nothing differs', () => {
    const plan = planRules([present('r1', 10, '/a')], [wanted(10, '/a')]);
    expect(plan).toMatchObject({ move: [], create: [], remove: [], keep: [{ arn: 'r1', takesOver: false }] });
  });

  it('lets two rules change places in one call', () => {
    const plan = planRules([present('r1', 10, '/a'), present('r2', 20, '/b')], [wanted(10, '/b'), wanted(20, '/a')]);
    expect(plan.move).toEqual([
      { arn: 'r2', priority: 10 },
      { arn: 'r1', priority: 20 },
    ]);
    expect([plan.create, plan.remove]).toEqual([[], []]);
  });

  it('lets a new rule take over, in place, the one that goes from its priority', () => {
    const plan = planRules([present('r1', 10, '/old')], [wanted(10, '/new')]);
    expect(plan).toMatchObject({ move: [], create: [], remove: [], keep: [{ arn: 'r1', takesOver: true }] });
  });

  it('moves a rule that goes out of the way of one that takes its priority', () => {
    const plan = planRules([present('r1', 10, '/old'), present('r2', 20, '/b')], [wanted(10, '/b')]);
    expect(plan.move).toEqual([
      { arn: 'r1', priority: 50_000 },
      { arn: 'r2', priority: 10 },
    ]);
    expect(plan.remove).toEqual(['r1']);
  });

  it('keeps one of two equal rules, the one that has the priority already', () => {
    const plan = planRules([present('r1', 10, '/a'), present('r2', 20, '/a')], [wanted(20, '/a')]);
    expect(plan).toMatchObject({ move: [], keep: [{ arn: 'r2' }], remove: ['r1'] });
  });
});
