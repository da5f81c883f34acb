import { describe, expect, it } from 'vitest';
import { plainPaint } from '../output/terminal.ts';
import { comparePipelines, samePipeline } from './compare-pipelines.ts';
import { diffText } from './diff-text.ts';

const stage = (refId: string, name: string, requires: readonly string[] = [], more: object = {}) => ({
  refId,
  name,
  type: 'wait',
  requisiteStageRefIds: requires,
  ...more,
});
const pipeline = (stages: readonly object[], more: object = {}) => ({
  application: 'shop',
  name: 'p',
  stages,
  ...more,
});
const text = (before: object, after: object): string =>
  diffText(comparePipelines({ ...before }, { ...after }), plainPaint);

describe('differences between pipelines', () => {
  it('none where only order of keys, server fields and the writing of numbers differ', () => {
    const a = pipeline([{ refId: 1, name: 'A', type: 'wait', requisiteStageRefIds: [] }]);
    const b = { stages: [stage('1', 'A')], name: 'p', application: 'shop', version: 7, lastModifiedBy: 'bob', id: 'x' };
    expect(comparePipelines(a, b)).toEqual([]);
  });

  it('stages added, removed, changed field by field', () => {
    const before = pipeline([
      stage('1', 'A', [], { waitTime: 5, nested: { list: [{ min: 1 }, { min: 2 }] } }),
      stage('2', 'Gone', ['1']),
    ]);
    const after = pipeline([
      stage('1', 'A', [], { waitTime: 9, nested: { list: [{ min: 1 }, { min: 3 }] }, comments: 'new' }),
      stage('3', 'Here', ['1'], { type: 'webhook' }),
    ]);
    expect(text(before, after)).toBe(
      [
        '- stage "Gone" (wait, refId 2)',
        '~ stage "A" (wait, refId 1)',
        '    waitTime: 5 -> 9',
        '    nested.list[1].min: 2 -> 3',
        '    comments: "new" (new)',
        '+ stage "Here" (webhook, refId 3) after 1',
        '',
      ].join('\n'),
    );
  });

  it('a stage that requires others has moved; one whose requisites were only renumbered has not', () => {
    const before = pipeline([stage('1', 'A'), stage('2', 'B', ['1']), stage('3', 'C', ['2'])]);
    const moved = pipeline([stage('1', 'A'), stage('2', 'B', ['1']), stage('3', 'C', ['1'])]);
    expect(text(before, moved)).toBe('> stage "C" (wait, refId 3): after 2 -> after 1\n');
    const renumbered = pipeline([stage('a', 'A'), stage('b', 'B', ['a']), stage('c', 'C', ['b'])]);
    expect(comparePipelines(before, renumbered).map(({ kind, fields }) => [kind, fields[0]?.path])).toEqual([
      ['changed', 'refId'],
      ['changed', 'refId'],
      ['changed', 'refId'],
    ]);
  });

  it('a renamed stage stays the same stage', () => {
    const before = pipeline([stage('1', 'A'), stage('2', 'B', ['1'])]);
    const after = pipeline([stage('1', 'A'), stage('2', 'Better', ['1'])]);
    expect(text(before, after)).toBe('~ stage "Better" (wait, refId 2)\n    name: "B" -> "Better"\n');
  });

  it('a list without refIds is the chain it means', () => {
    const before = pipeline([
      { name: 'A', type: 'wait' },
      { name: 'B', type: 'wait' },
    ]);
    const after = pipeline([stage('0', 'A'), stage('1', 'B', ['0'])]);
    expect(comparePipelines(before, after)).toEqual([]);
  });

  it('parameters, triggers, notifications, and the pipeline itself', () => {
    const before = pipeline([], {
      limitConcurrent: true,
      parameterConfig: [{ name: 'version', default: '' }, { name: 'old' }],
      triggers: [{ type: 'webhook', source: 'web', enabled: true }],
      notifications: [{ type: 'slack', address: 'deploys' }],
    });
    const after = pipeline([], {
      limitConcurrent: false,
      parameterConfig: [{ name: 'version', default: '1.0' }],
      triggers: [
        { type: 'webhook', source: 'web', enabled: false },
        { type: 'cron', cronExpression: '0 0 1 * * ?' },
      ],
    });
    expect(text(before, after)).toBe(
      [
        '~ pipeline itself',
        '    limitConcurrent: true -> false',
        '~ parameter version',
        '    default: "" -> "1.0"',
        '- parameter old',
        '~ trigger webhook web',
        '    enabled: true -> false',
        '+ trigger cron 0 0 1 * * ?',
        '- notification slack to deploys',
        '',
      ].join('\n'),
    );
  });

  it('long texts are shown line by line', () => {
    const before = pipeline([stage('1', 'A', [], { instructions: 'one\ntwo' })]);
    const after = pipeline([stage('1', 'A', [], { instructions: 'one\nthree' })]);
    expect(text(before, after)).toBe(
      '~ stage "A" (wait, refId 1)\n    instructions\n      - one\n      - two\n      + one\n      + three\n',
    );
  });

  it('the id that a server gave a trigger is no difference', () => {
    const mine = pipeline([], { triggers: [{ type: 'cron', cronExpression: '0 0 1 * * ?' }] });
    const stored = pipeline([], { triggers: [{ type: 'cron', cronExpression: '0 0 1 * * ?', id: 'given' }] });
    expect(comparePipelines(stored, mine)).toEqual([]);
    expect(samePipeline(stored, mine)).toBe(true);
    expect(samePipeline(stored, { ...mine, disabled: true })).toBe(false);
  });
});
