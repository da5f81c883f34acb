import { useEffect, useRef } from 'react';
import { isTyping } from '../../app/shortcuts.ts';

interface EditorKeys {
  readonly undo: () => void;
  readonly redo: () => void;
  readonly save: () => void;
  readonly nextProblem: (step: 1 | -1) => void;
}

/** Undo and redo of the document (text fields keep their own while typed in), save, and walking problems. */
export function useEditorKeys(keys: EditorKeys): void {
  const latest = useRef(keys);
  latest.current = keys;
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const command = event.ctrlKey || event.metaKey;
      const inCode = event.target instanceof HTMLElement && event.target.closest('.cm-editor') !== null;
      if (event.key === 'F8') {
        event.preventDefault();
        latest.current.nextProblem(event.shiftKey ? -1 : 1);
      } else if (command && event.key.toLowerCase() === 's') {
        event.preventDefault();
        latest.current.save();
      } else if (command && event.key.toLowerCase() === 'z' && !inCode && !isTyping(event.target)) {
        event.preventDefault();
        if (event.shiftKey) latest.current.redo();
        else latest.current.undo();
      }
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);
}
