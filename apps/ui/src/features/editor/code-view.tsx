import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { json, jsonParseLinter } from '@codemirror/lang-json';
import { bracketMatching, foldGutter, HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import { linter, lintGutter } from '@codemirror/lint';
import { searchKeymap } from '@codemirror/search';
import { EditorState } from '@codemirror/state';
import { drawSelection, EditorView, highlightActiveLine, keymap, lineNumbers } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { findNodeAtLocation, getLocation, parseTree } from 'jsonc-parser';
import { useEffect, useRef } from 'react';
import { pipelineFromText, smallestChange, textOfDocument } from './code-text.ts';
import { indexOfStage, type PipelineDocument, refIdOf } from './document.ts';
import type { EditorStore } from './store.ts';

const theme = EditorView.theme({
  '&': { height: '100%', backgroundColor: 'var(--bg)', color: 'var(--text)', fontSize: '0.78125rem' },
  '.cm-scroller': { fontFamily: 'var(--font-mono)', lineHeight: '1.125rem' },
  '.cm-gutters': {
    backgroundColor: 'var(--surface)',
    color: 'var(--text-muted)',
    border: 'none',
    borderRight: '1px solid var(--line)',
  },
  '.cm-activeLine': { backgroundColor: 'color-mix(in srgb, var(--accent) 7%, transparent)' },
  '.cm-activeLineGutter': { backgroundColor: 'var(--hover)' },
  '.cm-cursor': { borderLeftColor: 'var(--text)' },
  '&.cm-focused .cm-selectionBackground, .cm-selectionBackground': {
    backgroundColor: 'color-mix(in srgb, var(--accent) 25%, transparent)',
  },
  '&.cm-focused': { outline: '2px solid var(--accent)', outlineOffset: '-2px' },
  '.cm-tooltip': { backgroundColor: 'var(--raised)', color: 'var(--text)', border: '1px solid var(--line)' },
});

const highlight = HighlightStyle.define([
  { tag: tags.propertyName, color: 'var(--accent)' },
  { tag: tags.string, color: 'var(--done)' },
  { tag: [tags.number, tags.bool, tags.null], color: 'var(--series-new)' },
]);

interface CodeViewProps {
  readonly store: EditorStore;
  readonly document: PipelineDocument;
  readonly selected: string | null;
  readonly onSelect: (refId: string) => void;
}

/** The document as JSON, edited both ways. Broken text leaves the document as it was last readable. */
export function CodeView({ store, document, selected, onSelect }: CodeViewProps) {
  const place = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const latest = useRef({ onSelect, selected });
  latest.current = { onSelect, selected };

  useEffect(() => {
    if (!place.current) return;
    const editor = new EditorView({ parent: place.current, state: createState(store, latest) });
    view.current = editor;
    return () => {
      store.setCodeError(null);
      editor.destroy();
    };
  }, [store]);

  useEffect(() => {
    const editor = view.current;
    if (!editor) return;
    const held = pipelineFromText(editor.state.doc.toString());
    if (held.document && JSON.stringify(held.document) === JSON.stringify(document)) return;
    if (held.problem && store.getState().codeError !== null) return;
    const change = smallestChange(editor.state.doc.toString(), textOfDocument(document));
    if (change) editor.dispatch({ changes: change, userEvent: 'outside' });
  }, [document, store]);

  useEffect(() => {
    const editor = view.current;
    if (!editor || selected === null || editor.hasFocus) return;
    const tree = parseTree(editor.state.doc.toString());
    const node = tree && findNodeAtLocation(tree, ['stages', indexOfStage(store.getState().document, selected)]);
    if (node)
      editor.dispatch({
        selection: { anchor: node.offset },
        effects: EditorView.scrollIntoView(node.offset, { y: 'start', yMargin: 24 }),
      });
  }, [selected, store]);

  return <div ref={place} className="code-view" />;
}

type Latest = React.RefObject<{ onSelect: (refId: string) => void; selected: string | null }>;

function createState(store: EditorStore, latest: Latest): EditorState {
  return EditorState.create({
    doc: textOfDocument(store.getState().document),
    extensions: [
      lineNumbers(),
      foldGutter(),
      history(),
      drawSelection(),
      bracketMatching(),
      highlightActiveLine(),
      json(),
      syntaxHighlighting(highlight),
      linter(jsonParseLinter()),
      lintGutter(),
      theme,
      EditorView.contentAttributes.of({ 'aria-label': 'Pipeline as JSON', tabindex: '0' }),
      keymap.of([...defaultKeymap, ...historyKeymap, ...searchKeymap, indentWithTab]),
      EditorView.updateListener.of((update) => {
        if (update.docChanged && !update.transactions.some((one) => one.isUserEvent('outside')))
          readBack(store, update.state.doc.toString());
        if (update.selectionSet && update.view.hasFocus) selectUnderCursor(store, latest, update.state);
      }),
    ],
  });
}

function readBack(store: EditorStore, text: string): void {
  const { document, problem } = pipelineFromText(text);
  store.setCodeError(problem);
  if (!document) return;
  store.edit('edit as JSON', (draft) => {
    for (const key of Object.keys(draft)) if (!(key in document)) delete draft[key];
    for (const [key, value] of Object.entries(document))
      if (JSON.stringify(draft[key]) !== JSON.stringify(value)) draft[key] = value;
  });
}

function selectUnderCursor(store: EditorStore, latest: Latest, state: EditorState): void {
  const path = getLocation(state.doc.toString(), state.selection.main.head).path;
  if (path[0] !== 'stages' || typeof path[1] !== 'number') return;
  const stage = store.getState().document.stages[path[1]];
  const refId = stage && refIdOf(stage, path[1]);
  if (refId && refId !== latest.current?.selected) latest.current?.onSelect(refId);
}
