import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Artifact, artifactSchema, matches, mismatches, readArtifacts, readExpectedArtifacts } from './index.ts';

const image: Artifact = {
  type: 'docker/image',
  name: 'registry.example.com/web',
  version: '1.2.3',
  reference: 'registry.example.com/web:1.2.3',
};

describe('an expected artifact matches', () => {
  const cases: ReadonlyArray<[string, Artifact | null | undefined, Artifact, boolean]> = [
    ['anything when it asks for nothing', {}, image, true],
    ['anything when it has no pattern', undefined, image, true],
    ['anything where a field is empty', { type: '', name: '' }, image, true],
    ['equal fields', { type: 'docker/image', name: 'registry.example.com/web' }, image, true],
    ['by regular expression', { version: String.raw`1\.\d+\.\d+` }, image, true],
    ['only in full: not a part at the start', { version: '1' }, image, false],
    ['only in full: not a part at the end', { name: 'web' }, image, false],
    ['all fields or not at all', { type: 'docker/image', version: '2' }, image, false],
    ['nothing in a field that is absent', { location: '.*' }, image, false],
    ['text that is no valid expression by equality', { name: 'a+(b' }, { name: 'a+(b' }, true],
    ['nothing else by what is no valid expression', { name: 'a+(b' }, { name: 'aab' }, false],
    ['both kinds of base64 content', { type: 'embedded/base64' }, { type: 'remote/base64' }, true],
    ['both kinds of base64 content the other way', { type: 'remote/base64' }, { type: 'embedded/base64' }, true],
    ['whatever the fields that are not compared hold', { artifactAccount: 'x', metadata: { a: 1 } }, image, true],
    ['letter case', { name: 'Registry.Example.Com/web' }, image, false],
    ['no pattern of more than 1000 characters', { name: `${'a?'.repeat(501)}a` }, { name: 'a' }, false],
  ];
  it.each(cases)('%s', (_rule, pattern, artifact, expected) => {
    expect(matches(pattern, artifact)).toBe(expected);
    expect(mismatches(pattern, artifact).length === 0).toBe(expected);
  });

  it('and says which field does not fit, what was asked for and what came', () => {
    expect(mismatches({ type: 'docker/image', version: '2', location: 'eu' }, image)).toEqual([
      { field: 'version', expected: '2', actual: '1.2.3' },
      { field: 'location', expected: 'eu', actual: null },
    ]);
  });

  it('every artifact that it equals, whatever characters are in it', () => {
    fc.assert(fc.property(fc.string(), (name) => matches({ name }, { name })));
  });

  it('in a time that does not explode', () => {
    expect(matches({ name: '(a*)*b' }, { name: 'a'.repeat(50_000) })).toBe(false);
  });
});

describe('artifacts as they come in JSON', () => {
  it('keep unknown keys under metadata, take numbers as text and leave nulls out', () => {
    expect(
      artifactSchema.parse({
        type: 'x',
        version: 7,
        name: null,
        metadata: { a: 1 },
        extra: { b: 2 },
        customKind: false,
      }),
    ).toEqual({ type: 'x', version: '7', customKind: false, metadata: { a: 1, extra: { b: 2 } } });
  });

  it('that are no objects are told by their position', () => {
    expect(readArtifacts([{ name: 'a' }, 'b', null, { name: ['c'] }])).toEqual({
      artifacts: [{ name: 'a' }],
      unreadable: [1, 2, 3],
    });
    expect(readArtifacts('none')).toEqual({ artifacts: [], unreadable: [] });
  });

  it('are expected by an id; what has none is left out', () => {
    expect(readExpectedArtifacts([{ id: 'a', usePriorArtifact: null }, { displayName: 'b' }, 3])).toEqual([
      { id: 'a', usePriorArtifact: false, useDefaultArtifact: false },
    ]);
  });
});
