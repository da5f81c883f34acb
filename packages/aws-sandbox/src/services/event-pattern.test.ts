import { describe, expect, it } from 'vitest';
import { parsePattern, patternMatches } from './event-pattern.ts';

const event = {
  source: 'aws.ec2',
  resources: ['arn:a', 'arn:b'],
  detail: { state: 'running', count: 5, name: 'demo-web-v001', none: null, list: [{ id: 'x' }, { id: 'y' }] },
};

describe('event patterns', () => {
  it.each<[string, object, boolean]>([
    ['a listed value', { source: ['aws.s3', 'aws.ec2'] }, true],
    ['no listed value', { source: ['aws.s3'] }, false],
    ['one of several actual values', { resources: ['arn:b'] }, true],
    ['every field', { source: ['aws.ec2'], detail: { state: ['stopped'] } }, false],
    ['inside of lists', { detail: { list: { id: ['y'] } } }, true],
    ['null', { detail: { none: [null] } }, true],
    ['prefix', { detail: { name: [{ prefix: 'demo-' }] } }, true],
    ['suffix', { detail: { name: [{ suffix: 'v002' }] } }, false],
    ['wildcard', { detail: { name: [{ wildcard: 'demo-*-v*' }] } }, true],
    ['case', { detail: { state: [{ 'equals-ignore-case': 'RUNNING' }] } }, true],
    ['numbers', { detail: { count: [{ numeric: ['>', 1, '<=', 5] }] } }, true],
    ['numbers out of range', { detail: { count: [{ numeric: ['<', 5] }] } }, false],
    ['anything but', { detail: { state: [{ 'anything-but': ['pending', 'stopped'] }] } }, true],
    ['anything but, negated', { detail: { state: [{ 'anything-but': { prefix: 'run' } }] } }, false],
    ['presence', { detail: { state: [{ exists: true }] } }, true],
    ['absence', { detail: { other: [{ exists: false }] } }, true],
    ['either', { $or: [{ source: ['aws.s3'] }, { detail: { count: [5] } }] }, true],
  ])('match %s', (_name, pattern, expected) => {
    expect(patternMatches(parsePattern(JSON.stringify(pattern)), event)).toBe(expected);
  });

  it.each([['nothing'], ['{"source":"aws.ec2"}'], ['{"source":[]}'], ['{"detail":{}}'], ['{"a":[{"like":"x"}]}']])(
    'refuse %s',
    (text) => {
      expect(() => parsePattern(text)).toThrow();
    },
  );
});
