import { useEffect, useRef } from 'react';

/** Keys and what they do, as the help shows them. */
export const SHORTCUTS: ReadonlyArray<readonly [keys: string, meaning: string]> = [
  ['g a', 'Go to applications'],
  ['g i', 'Go to the inbox'],
  ['g h', 'Go to the home of this application'],
  ['g e', 'Go to executions'],
  ['g p', 'Go to pipelines'],
  ['g c', 'Go to clusters'],
  ['g z', 'Go to freezes'],
  ['g s', 'Go to settings'],
  ['g l', 'Go to leftovers'],
  ['/', 'Go to the filter of this screen'],
  ['f', 'Execution: go to the first failure'],
  ['1', 'Execution: graph'],
  ['2', 'Execution: list'],
  ['F8', 'Editor: next problem'],
  ['Ctrl Z', 'Editor: undo'],
  ['Ctrl S', 'Editor: save'],
  ['?', 'These keys'],
];

/** Is the person typing? Single keys do nothing then. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName);
}

interface ShellKeys {
  readonly help: () => void;
  readonly go: (place: string) => void;
}

/** Keys that work on every screen. They only move; none changes anything. */
export function useShortcuts(keys: ShellKeys): void {
  const latest = useRef(keys);
  latest.current = keys;
  useEffect(() => {
    let afterG = 0;
    const onKey = (event: KeyboardEvent) => {
      if (isTyping(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
      const followsG = event.timeStamp - afterG < 1_000;
      afterG = event.key === 'g' ? event.timeStamp : 0;
      if (followsG && event.key !== 'g') return latest.current.go(event.key);
      if (event.key === '?') latest.current.help();
      if (event.key !== '/') return;
      const filter = document.querySelector<HTMLInputElement>('[data-filter] input');
      if (!filter) return;
      event.preventDefault();
      filter.focus();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);
}

/** Keys of one screen: `{ f: () => … }`. */
export function useScreenKeys(actions: Readonly<Record<string, () => void>>): void {
  const latest = useRef(actions);
  latest.current = actions;
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (isTyping(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
      latest.current[event.key.toLowerCase()]?.();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);
}
