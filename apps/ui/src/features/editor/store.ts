import { applyPatches, enablePatches, type Patch, produceWithPatches } from 'immer';
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { PipelineDocument } from './document.ts';

enablePatches();

interface Step {
  readonly label: string;
  readonly at: number;
  readonly forward: readonly Patch[];
  readonly backward: readonly Patch[];
}

export interface EditorState {
  readonly document: PipelineDocument;
  /** The document as the server has it; null before the first save. */
  readonly saved: PipelineDocument | null;
  readonly past: readonly Step[];
  readonly future: readonly Step[];
  /** Why the text beside the graph cannot be read; forms are read-only then. */
  readonly codeError: string | null;
}

export interface EditorStore extends StoreApi<EditorState> {
  /** Changes the document. Edits with one label less than a second apart are one step. */
  edit(label: string, recipe: (draft: PipelineDocument) => void): void;
  undo(): void;
  redo(): void;
  setCodeError(message: string | null): void;
  /** The server took the document; `stored` is what it keeps. */
  markSaved(stored: PipelineDocument): void;
}

const STEPS_KEPT = 500;
const MERGE_MS = 1_000;

/** Adds a step, merging it with the last when both are the same typing. */
function withStep(past: readonly Step[], step: Step): readonly Step[] {
  const last = past.at(-1);
  if (last?.label !== step.label || step.at - last.at > MERGE_MS) return [...past, step].slice(-STEPS_KEPT);
  const merged = {
    ...step,
    forward: [...last.forward, ...step.forward],
    backward: [...step.backward, ...last.backward],
  };
  return [...past.slice(0, -1), merged];
}

/** One document, edited by patches. Every view reads it; none keeps state of its own. `now` is epoch ms. */
export function createEditorStore(
  document: PipelineDocument,
  saved: PipelineDocument | null,
  now: () => number,
): EditorStore {
  const store = createStore<EditorState>(() => ({ document, saved, past: [], future: [], codeError: null }));
  const { getState, setState } = store;
  return Object.assign(store, {
    edit(label: string, recipe: (draft: PipelineDocument) => void) {
      const [next, forward, backward] = produceWithPatches(getState().document, (draft) => {
        recipe(draft as PipelineDocument);
      });
      if (forward.length === 0) return;
      const past = withStep(getState().past, { label, at: now(), forward, backward });
      setState({ document: next as PipelineDocument, past, future: [] });
    },
    undo() {
      const { past, future, document: current } = getState();
      const step = past.at(-1);
      if (!step) return;
      const back = applyPatches(current, step.backward) as PipelineDocument;
      setState({ document: back, past: past.slice(0, -1), future: [step, ...future], codeError: null });
    },
    redo() {
      const { past, future, document: current } = getState();
      const [step, ...rest] = future;
      if (!step) return;
      setState({
        document: applyPatches(current, step.forward) as PipelineDocument,
        past: [...past, step],
        future: rest,
        codeError: null,
      });
    },
    setCodeError(codeError: string | null) {
      if (getState().codeError !== codeError) setState({ codeError });
    },
    markSaved(stored: PipelineDocument) {
      setState({ saved: stored });
    },
  });
}

const OWN_FIELDS = ['updateTs', 'lastModified', 'lastModifiedBy', 'version', 'index', 'id'];

const comparable = (document: PipelineDocument | null): string =>
  JSON.stringify(document, (key, value: unknown) => (OWN_FIELDS.includes(key) ? undefined : value));

/** Does the document differ from what the server has? */
export const isChanged = (state: EditorState): boolean =>
  state.saved === null || (state.document !== state.saved && comparable(state.document) !== comparable(state.saved));
