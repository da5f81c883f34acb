import { describe, expect, it } from 'vitest';
import type { Stage } from '../execution.ts';
import { artifactsBefore, artifactsIn, artifactsOf, boundArtifact } from './index.ts';

const stage = (refId: string, requires: string[], outputs: Stage['outputs'], more: Partial<Stage> = {}): Stage => ({
  id: `id-${refId}`,
  refId,
  type: 'work',
  name: refId,
  status: 'SUCCEEDED',
  startTime: 1,
  endTime: 2,
  scheduledTime: null,
  startTimeExpiry: null,
  context: {},
  outputs,
  tasks: [],
  requisiteStageRefIds: requires,
  syntheticStageOwner: null,
  parentStageId: null,
  lastModified: null,
  attempt: 1,
  endsAs: null,
  wait: null,
  dueAt: null,
  ...more,
});
const made = (...names: string[]) => ({ artifacts: names.map((name) => ({ name })) });
const trigger = { artifacts: [{ name: 'sent' }] };

describe('artifacts that a stage can use', () => {
  const stages = [
    stage('A', [], made('a')),
    stage('B', ['A'], made('b')),
    stage('C', ['B'], made('c')),
    stage('D', [], made('d')),
  ];

  it('are those of its ancestors, nearest first, then the trigger’s; its own and those of others are not', () => {
    expect(artifactsBefore({ stages, trigger }, 'id-C').map(({ name }) => name)).toEqual(['b', 'a', 'sent']);
    expect(artifactsBefore({ stages, trigger }, 'id-D').map(({ name }) => name)).toEqual(['sent']);
  });

  it('are the trigger’s for a stage that is not there any more', () => {
    expect(artifactsBefore({ stages, trigger }, 'gone')).toEqual([{ name: 'sent' }]);
  });

  it('are told once, and what is no artifact is left out', () => {
    expect(artifactsIn([[{ name: 'a' }, 'b'], undefined, 'c', [{ name: 'a' }, { name: 'd' }]])).toEqual([
      { name: 'a' },
      { name: 'd' },
    ]);
  });
});

describe('artifacts of an execution', () => {
  it('are those of its stages, the last to end first, then the trigger’s', () => {
    const stages = [
      stage('A', [], made('early'), { endTime: 5 }),
      stage('B', ['A'], made('same time'), { endTime: 5 }),
      stage('C', [], made('late'), { endTime: 9 }),
      stage('D', [], {}, { endTime: 10 }),
    ];
    expect(artifactsOf({ stages, trigger }).map(({ name }) => name)).toEqual(['late', 'same time', 'early', 'sent']);
  });
});

describe('an id of an expected artifact', () => {
  const bound = (name: string) => [{ id: 'e', boundArtifact: { name } }];

  it('means what the nearest list has bound', () => {
    expect(boundArtifact('e', [[{ id: 'e' }], bound('near'), bound('far')])).toEqual({ name: 'near' });
  });

  it('means nothing where none has', () => {
    expect(boundArtifact('e', [[{ id: 'e' }], [{ id: 'f', boundArtifact: { name: 'f' } }], undefined])).toBeNull();
  });
});
