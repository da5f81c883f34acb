import { describe, expect, it } from 'vitest';
import { parseSearch, searchSchemas, stringifySearch } from './search.ts';
import { crumbsOf, isRailFolded } from './shell.tsx';

describe('addresses', () => {
  it.each([
    searchSchemas.execution.parse({ view: 'list', stage: '1<2', tab: 'events', attempt: '2' }),
    searchSchemas.editor.parse({ stage: '10', mode: 'split' }),
    searchSchemas.executions.parse({ q: 'a & b=c', status: 'TERMINAL,CANCELED' }),
  ])('say the view and are read back as the same view', (view) => {
    expect(parseSearch(stringifySearch(view))).toEqual(view);
  });

  it('are equal for equal views, whatever the order of keys', () => {
    expect(stringifySearch({ b: '2', a: '1', c: undefined })).toBe('?a=1&b=2');
    expect(stringifySearch({ a: '1', b: '2' })).toBe('?a=1&b=2');
  });

  it('fall back to the default for a bad value and keep unknown keys', () => {
    expect(searchSchemas.execution.parse({ view: 'cube', other: 'x' })).toEqual({ view: undefined, other: 'x' });
  });

  it('become crumbs that link to pages only', () => {
    expect(crumbsOf('/apps/shop/pipelines/0b1/edit').map((crumb) => crumb.to)).toEqual([
      '/apps',
      '/apps/shop',
      '/apps/shop/pipelines',
      '/apps/shop/pipelines/0b1/edit',
    ]);
    const group = crumbsOf('/apps/shop/clusters/prod/us-east-1/shop-web-v003');
    expect(group.map(({ label }) => label)).toEqual(['Applications', 'shop', 'Clusters', 'shop-web-v003']);
  });

  it('fold the rail where a graph is edited in a narrow window, until a person chooses', () => {
    expect(isRailFolded(null, '/apps/shop/pipelines/0b1/edit', 1_280)).toBe(true);
    expect(isRailFolded(null, '/apps/shop/pipelines/0b1/edit', 1_440)).toBe(false);
    expect(isRailFolded(null, '/apps/shop/clusters', 1_280)).toBe(false);
    expect(isRailFolded('open', '/apps/shop/pipelines/new', 1_280)).toBe(false);
    expect(isRailFolded('folded', '/apps/shop', 1_440)).toBe(true);
  });
});
