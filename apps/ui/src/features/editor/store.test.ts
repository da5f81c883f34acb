import { describe, expect, it } from 'vitest';
import { addStage, emptyDocument, removeStage } from './document.ts';
import { createEditorStore, isChanged } from './store.ts';

function storeAt() {
  let now = 0;
  const store = createEditorStore({ ...emptyDocument('shop'), name: 'Release' }, null, () => now);
  return {
    store,
    wait: (ms: number) => {
      now += ms;
    },
  };
}

describe('the editor store', () => {
  it('returns to the same document when all is undone and redone', () => {
    const { store, wait } = storeAt();
    const begin = store.getState().document;
    for (const after of [null, '1', '1']) {
      store.edit('add', (draft) => void addStage(draft, { type: 'wait', label: 'Wait', context: {}, after }));
      wait(5_000);
    }
    store.edit('remove', (draft) => removeStage(draft, '1'));
    const end = store.getState().document;
    for (let i = 0; i < 4; i++) store.undo();
    expect(store.getState().document).toEqual(begin);
    for (let i = 0; i < 4; i++) store.redo();
    expect(store.getState().document).toEqual(end);
  });

  it('takes typing without a pause as one step', () => {
    const { store, wait } = storeAt();
    for (const name of ['R', 'Re', 'Rel']) {
      store.edit('set the name', (draft) => {
        draft.name = name;
      });
      wait(200);
    }
    store.undo();
    expect(store.getState().document.name).toBe('Release');
    store.redo();
    expect(store.getState().document.name).toBe('Rel');
  });

  it('counts as unchanged once the server keeps the same, whatever fields it adds', () => {
    const { store } = storeAt();
    expect(isChanged(store.getState())).toBe(true);
    store.markSaved({ ...store.getState().document, id: 'p1', version: 1, updateTs: '5' });
    expect(isChanged(store.getState())).toBe(false);
  });
});
