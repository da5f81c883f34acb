import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Artifact,
  type ArtifactBinding,
  consideredAtLaunch,
  filterByArtifacts,
  readExpectedArtifacts,
  resolveArtifacts,
  wantsPrior,
} from './index.ts';

const web = (version: string): Artifact => ({
  type: 'docker/image',
  name: 'web',
  version,
  reference: `web:${version}`,
});
const other: Artifact = { type: 'docker/image', name: 'db', version: '9' };
const standard: Artifact = { type: 'docker/image', name: 'web', version: 'stable' };
const expected = (more: object = {}) =>
  readExpectedArtifacts([
    { id: 'e1', displayName: 'web image', matchArtifact: { type: 'docker/image', name: 'web' }, ...more },
  ]);
const prior = { executionId: 'earlier', artifacts: [other, web('6'), web('5')] };
const withPrior = { usePriorArtifact: true };
const withDefault = { useDefaultArtifact: true, defaultArtifact: standard };

interface Case {
  readonly name: string;
  readonly more?: object;
  readonly received?: readonly Artifact[];
  readonly unique?: boolean;
  readonly prior?: typeof prior | null;
  readonly binding: Partial<ArtifactBinding>;
}

describe('an expected artifact is bound', () => {
  const cases: readonly Case[] = [
    {
      name: 'to the one received that fits',
      received: [other, web('7')],
      binding: { rule: 'received', artifact: web('7') },
    },
    {
      name: 'to what was received before prior and default',
      more: { ...withPrior, ...withDefault },
      received: [web('7')],
      prior,
      binding: { rule: 'received', artifact: web('7') },
    },
    {
      name: 'to the same artifact received twice, which is one',
      received: [web('7'), { ...web('7') }],
      binding: { rule: 'received', artifact: web('7') },
    },
    {
      name: 'to the first of several where one need not be the only one',
      received: [web('7'), web('8')],
      unique: false,
      binding: { rule: 'received', artifact: web('7') },
    },
    {
      name: 'to the first fitting one of the earlier execution, before the default',
      more: { ...withPrior, ...withDefault },
      received: [other],
      prior,
      binding: { rule: 'prior', executionId: 'earlier', artifact: web('6') },
    },
    {
      name: 'to the default when the earlier execution has none that fits',
      more: { ...withPrior, ...withDefault },
      prior: { executionId: 'earlier', artifacts: [other] },
      binding: { rule: 'default', artifact: standard },
    },
    { name: 'to the default', more: withDefault, prior, binding: { rule: 'default', artifact: standard } },
    {
      name: 'to nothing when several received ones fit, even with a default',
      more: { ...withPrior, ...withDefault },
      received: [web('7'), web('8')],
      prior,
      binding: { rule: 'none', artifact: null },
    },
    {
      name: 'to no prior one unless it asks for it',
      received: [other],
      prior,
      binding: { rule: 'none', artifact: null },
    },
    { name: 'to no empty default', more: { useDefaultArtifact: true }, binding: { rule: 'none', artifact: null } },
  ];
  it.each(cases)('$name', ({ more, received = [], unique = true, prior: earlier = null, binding }) => {
    const { bindings, resolved, artifacts } = resolveArtifacts({
      expected: expected(more),
      received,
      unique,
      prior: earlier,
    });
    expect(bindings).toMatchObject([binding]);
    expect(bindings[0]?.problem === undefined).toBe(binding.artifact !== null);
    expect(resolved[0]?.boundArtifact ?? null).toEqual(binding.artifact);
    if (binding.artifact) expect(artifacts).toContainEqual(binding.artifact);
  });

  it('and an earlier binding of the definition does not count', () => {
    const { resolved } = resolveArtifacts({
      expected: expected({ boundArtifact: web('1') }),
      received: [],
      unique: true,
      prior: null,
    });
    expect(resolved[0]).not.toHaveProperty('boundArtifact');
  });

  it('and what is left over is kept with the bound ones, each once', () => {
    const { artifacts } = resolveArtifacts({
      expected: expected(withDefault),
      received: [other, other],
      unique: true,
      prior: null,
    });
    expect(artifacts).toEqual([other, standard]);
  });
});

describe('what was refused', () => {
  it('is told by field', () => {
    const [binding] = resolveArtifacts({
      expected: expected({ ...withPrior, matchArtifact: { name: 'web', version: '8' } }),
      received: [web('7')],
      unique: true,
      prior,
    }).bindings;
    expect(binding).toMatchObject({ rule: 'none', refusedCount: 4 });
    expect(binding?.refused[0]).toEqual({
      from: 'received',
      artifact: web('7'),
      mismatches: [{ field: 'version', expected: '8', actual: '7' }],
    });
    expect(binding?.refused[1]).toMatchObject({ from: 'prior', artifact: { name: 'db' } });
    expect(binding?.problem).toBe(
      'Unmatched expected artifact "web image" (name web, version 8): none of 4 fits; nearest is docker/image web 7 (version expected 8, got 7), and it has no default.',
    );
  });

  it('is told in words when nothing came at all', () => {
    const [binding] = resolveArtifacts({
      expected: expected({ usePriorArtifact: true }),
      received: [],
      unique: true,
      prior: null,
    }).bindings;
    expect(binding?.problem).toBe(
      'Unmatched expected artifact "web image" (type docker/image, name web): no artifact was received, and there is no earlier execution to take it from, and it has no default.',
    );
  });

  it('is told in words when too many fit', () => {
    const [binding] = resolveArtifacts({
      expected: expected(),
      received: [web('7'), web('8')],
      unique: true,
      prior: null,
    }).bindings;
    expect(binding?.problem).toBe(
      'Expected artifact "web image" fits 2 of the received artifacts (docker/image web 7; docker/image web 8) and must fit one: ask for more in its match fields, or send fewer artifacts.',
    );
  });

  it('stays small, however much was sent', () => {
    const received = Array.from({ length: 500 }, (_, i) => ({
      ...other,
      version: `${i}`,
      reference: 'x'.repeat(10_000),
    }));
    const [binding] = resolveArtifacts({ expected: expected(), received, unique: true, prior: null }).bindings;
    expect(binding?.refusedCount).toBe(500);
    expect(JSON.stringify(binding).length).toBeLessThan(20_000);
  });
});

describe('at launch', () => {
  it('the trigger names what is considered, and prior and default are always', () => {
    const all = readExpectedArtifacts([
      { id: 'a' },
      { id: 'b', ...withPrior },
      { id: 'c', ...withDefault },
      { id: 'd' },
    ]);
    expect(consideredAtLaunch(all, []).map(({ id }) => id)).toEqual(['b', 'c']);
    expect(consideredAtLaunch(all, ['d', 'unknown']).map(({ id }) => id)).toEqual(['b', 'c', 'd']);
  });

  it('an earlier execution is read only where it can help', () => {
    expect(wantsPrior(expected(withPrior), [other])).toBe(true);
    expect(wantsPrior(expected(withPrior), [web('7')])).toBe(false);
    expect(wantsPrior(expected(withDefault), [])).toBe(false);
  });

  it('each considered artifact is either bound or has a problem', () => {
    const artifact = fc.record({ name: fc.constantFrom('a', 'b', 'c'), version: fc.constantFrom('1', '2') });
    const one = fc.record({
      id: fc.string({ minLength: 1 }),
      matchArtifact: fc.record({ name: fc.constantFrom('a', 'b', '[ab]', '') }),
      usePriorArtifact: fc.boolean(),
      useDefaultArtifact: fc.boolean(),
      defaultArtifact: fc.option(artifact),
    });
    fc.assert(
      fc.property(fc.array(one), fc.array(artifact), fc.array(artifact), (wanted, received, earlier) => {
        const result = resolveArtifacts({
          expected: readExpectedArtifacts(wanted),
          received,
          unique: true,
          prior: { executionId: 'p', artifacts: earlier },
        });
        for (const [at, binding] of result.bindings.entries()) {
          expect(binding.artifact === null).toBe(binding.rule === 'none');
          expect(binding.problem === undefined).toBe(binding.artifact !== null);
          expect(result.resolved[at]?.boundArtifact ?? null).toEqual(binding.artifact);
        }
      }),
    );
  });
});

describe('a trigger that names expected artifacts', () => {
  const two = readExpectedArtifacts([
    { id: 'a', displayName: 'web image', matchArtifact: { name: 'web' } },
    { id: 'b', matchArtifact: { name: 'db', version: '1' } },
  ]);
  const cases: ReadonlyArray<[string, readonly string[], readonly Artifact[], boolean]> = [
    ['fires without artifacts when it names none', [], [], true],
    ['fires when one of them is there', ['a', 'b'], [web('7')], true],
    ['does not fire without artifacts', ['a'], [], false],
    ['does not fire when none fits', ['b'], [other], false],
    ['does not fire for an id that the pipeline does not have', ['gone'], [web('7')], false],
  ];
  it.each(cases)('%s', (_rule, ids, artifacts, passes) => {
    expect(filterByArtifacts(ids, two, artifacts).passes).toBe(passes);
  });

  it('says what it asked for and what came', () => {
    expect(filterByArtifacts(['b', 'gone'], two, [other, web('7')]).steps).toEqual([
      {
        expectedArtifactId: 'b',
        displayName: 'b',
        expected: 'name db, version 1',
        actual: 'docker/image db 9 (version expected 1, got 9)',
        ok: false,
      },
      {
        expectedArtifactId: 'gone',
        displayName: 'gone',
        expected: 'an expected artifact of the pipeline',
        actual: 'the pipeline has none with this id',
        ok: false,
      },
    ]);
  });
});
