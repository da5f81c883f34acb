import { Button, Dialog, IconButton, Notice } from '@gennaker/ui-kit';
import { Play, Redo2, Save, Undo2 } from 'lucide-react';
import { ApiProblem, fieldErrors, problemOf } from '../../client/problem.ts';
import type { PipelineDocument } from './document.ts';
import { type EditorState, type EditorStore, isChanged } from './store.ts';

export type EditorMode = 'graph' | 'split' | 'code' | 'outline';
const MODES: readonly EditorMode[] = ['graph', 'split', 'code', 'outline'];

interface SaveBarProps {
  readonly store: EditorStore;
  readonly state: EditorState;
  readonly mode: EditorMode;
  readonly onMode: (mode: EditorMode) => void;
  readonly onSave: () => void;
  readonly onStart: () => void;
  readonly saving: boolean;
  readonly saveError: unknown;
}

/** Name, state of the document, undo and redo, modes, start and save. */
export function SaveBar({ store, state, mode, onMode, onSave, onStart, saving, saveError }: SaveBarProps) {
  const changed = isChanged(state);
  const version = state.saved ? `version ${String(state.saved['version'] ?? '')}` : 'new';
  const off = state.codeError ?? (changed ? undefined : 'Nothing has changed');
  const last = state.past.at(-1)?.label.replace(/ at .*/, '');
  const next = state.future[0]?.label.replace(/ at .*/, '');
  const problem = saveError instanceof ApiProblem && saveError.status === 409 ? null : saveError;
  const refused = Object.keys(fieldErrors(saveError));
  const atName = refused.length === 1 && refused[0] === 'name';
  return (
    <>
      <div className="editor-bar">
        <h1 className="gk-heading gk-clip" title={state.document.name}>
          {state.document.name || 'New pipeline'}
        </h1>
        <span className="gk-label flex-none" role="status">
          {version}
          {changed && state.saved ? ', changed, kept in this browser' : ''}
        </span>
        <span className="ml-auto flex flex-none items-center gap-2">
          <IconButton
            label={last ? `Undo: ${last}` : 'Undo'}
            onPress={store.undo}
            offBecause={last ? undefined : 'nothing to undo'}
          >
            <Undo2 size={16} aria-hidden />
          </IconButton>
          <IconButton
            label={next ? `Redo: ${next}` : 'Redo'}
            onPress={store.redo}
            offBecause={next ? undefined : 'nothing to redo'}
          >
            <Redo2 size={16} aria-hidden />
          </IconButton>
          <fieldset className="view-switch view-switch-tight" aria-label="View">
            {MODES.map((one) => (
              <button key={one} type="button" aria-pressed={mode === one} onClick={() => onMode(one)}>
                {one.charAt(0).toUpperCase() + one.slice(1)}
              </button>
            ))}
          </fieldset>
          <Button onPress={onStart} offBecause={changed ? 'Save first: a run uses the saved version' : undefined}>
            <Play size={14} aria-hidden /> Start…
          </Button>
          <Button look="primary" onPress={onSave} isPending={saving} offBecause={off}>
            <Save size={14} aria-hidden /> Save pipeline
          </Button>
        </span>
      </div>
      {problem && !atName ? (
        <div className="px-4 py-2">
          <Notice tone="fail" alert>
            Not saved: {problemOf(problem).message}
          </Notice>
        </div>
      ) : null}
    </>
  );
}

interface StaleDialogProps {
  readonly message: string;
  readonly mine: PipelineDocument;
  readonly onTheirs: () => void;
  readonly onMine: () => void;
  readonly onClose: () => void;
}

/** Someone saved meanwhile: theirs, mine, or go on editing. Nothing is lost until one is chosen. */
export function StaleDialog({ message, mine, onTheirs, onMine, onClose }: StaleDialogProps) {
  return (
    <Dialog
      title={`${mine.name} was saved by someone else meanwhile`}
      isOpen
      onClose={onClose}
      footer={
        <>
          <Button onPress={onClose}>Go on editing</Button>
          <Button look="danger-quiet" onPress={onTheirs}>
            Take theirs, drop mine
          </Button>
          <Button look="danger" onPress={onMine}>
            Save mine over theirs
          </Button>
        </>
      }
    >
      <p className="m-0">{message}</p>
      <p className="m-0 gk-muted">
        Every save is kept as a version: saving yours makes it the newest, and theirs stays in the history. To bring
        both together, go on editing and look at theirs in another window.
      </p>
    </Dialog>
  );
}
