import { describe, expect, it } from 'vitest';
import { clusterName, monikerProblem, nextSequence, parseMoniker, serverGroupName } from './moniker.ts';

describe('parseMoniker', () => {
  it.each([
    ['app', 'app', null, null, 'app', null],
    ['app-v003', 'app', null, null, 'app', 3],
    ['app-stack-v003', 'app', 'stack', null, 'app-stack', 3],
    ['app-stack-detail-v003', 'app', 'stack', 'detail', 'app-stack-detail', 3],
    ['app--detail-v003', 'app', null, 'detail', 'app--detail', 3],
    ['app-stack-d1-d2-v003', 'app', 'stack', 'd1-d2', 'app-stack-d1-d2', 3],
    ['app--v003', 'app', null, null, 'app-', 3],
    ['app-v1', 'app', 'v1', null, 'app-v1', null],
    ['foo-v000001', 'foo', null, null, 'foo', 1],
    ['foo-v0000001', 'foo', 'v0000001', null, 'foo-v0000001', null],
    ['foo-v1000', 'foo', null, null, 'foo', 1000],
    ['app-v001-v002', 'app', 'v001', null, 'app-v001', 2],
    ['api-test-~A-v004', 'api', 'test', '~A', 'api-test-~A', 4],
    ['api--^A-v004', 'api', null, '^A', 'api--^A', 4],
    ['chukwa.collector_1-v889', 'chukwa.collector_1', null, null, 'chukwa.collector_1', 889],
    ['evcache-us-east-1d-0-v223', 'evcache', 'us', 'east-1d-0', 'evcache-us-east-1d-0', 223],
    ['app-stack-v12b-v010', 'app', 'stack', 'v12b', 'app-stack-v12b', 10],
    ['v001', 'v001', null, null, 'v001', null],
  ])('reads %s', (name, app, stack, detail, cluster, sequence) => {
    expect(parseMoniker(name)).toEqual({ app, stack, detail, cluster, sequence });
  });

  it.each(['api-~test-A-v004', '-v001', 'nccp-moviecontrol%27-v000', 'app:x-v001', 'app-v001 '])(
    'refuses %j',
    (name) => {
      expect(parseMoniker(name)).toBeNull();
    },
  );
});

describe('nextSequence', () => {
  it.each([
    [[], 0],
    [[0], 1],
    [[998], 999],
    [[999], 0],
    [[0, 999], 1],
    [[4, 3], 5],
    [[5, 7], 8],
    [[7, 5], 6],
    [[null], 1],
  ])('after %j comes %d', (existing, next) => {
    expect(nextSequence(existing)).toBe(next);
  });

  it('gives up when all thousand are taken', () => {
    expect(nextSequence(Array.from({ length: 1000 }, (_, i) => i))).toBeNull();
  });
});

it('builds names that parse back', () => {
  expect(clusterName({ app: 'a', detail: 'd' })).toBe('a--d');
  expect(serverGroupName(clusterName({ app: 'demo', stack: 'web' }), 7)).toBe('demo-web-v007');
});

it('refuses parts that would read as a version', () => {
  expect(monikerProblem({ app: 'demo', stack: 'v001' })).toContain('version number');
  expect(monikerProblem({ app: 'demo', detail: 'a-' })).toContain('detail');
  expect(monikerProblem({ app: 'demo', stack: 'web' })).toBeNull();
});
