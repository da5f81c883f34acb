import { stageUi } from '@gennaker/catalog/ui';
import type { Finding } from '@gennaker/pipeline-dsl';
import { Button, EmptyState, Notice, SidePanel, SkeletonRows, systemNow, toast } from '@gennaker/ui-kit';
import { Workflow } from 'lucide-react';
import { lazy, Suspense, useEffect, useMemo, useRef, useState } from 'react';
import { useStore } from 'zustand';
import { focusSoon } from '../../app/focus.ts';
import type { EditorSearch } from '../../app/search.ts';
import { stageTypeLabel } from '../../app/stage-types.ts';
import { ApiProblem, fieldErrors } from '../../client/problem.ts';
import type { StoredPipeline } from '../../client/queries.ts';
import { StartDialog } from '../pipelines/start-dialog.tsx';
import {
  addStage,
  connect,
  disconnect,
  duplicateStage,
  indexOfStage,
  nameOf,
  type PipelineDocument,
  removeStage,
} from './document.ts';
import { dropDraft, keepDraft } from './draft.ts';
import { EditorCanvas } from './editor-canvas.tsx';
import './editor.css';
import { findingsByPointer, stageOfFinding } from './findings.ts';
import { Outline } from './outline.tsx';
import { PaletteDialog, PaletteList } from './palette.tsx';
import { ProblemsDock } from './problems-dock.tsx';
import { SaveBar, StaleDialog } from './save-bar.tsx';
import { SettingsPanel } from './settings-panel.tsx';
import { formOf, StageForm } from './stage-form.tsx';
import { createEditorStore, type EditorStore, isChanged } from './store.ts';
import { useEditorKeys } from './use-editor-keys.ts';
import { useFindings } from './use-findings.ts';
import { useSave } from './use-save.ts';

const CodeView = lazy(async () => ({ default: (await import('./code-view.tsx')).CodeView }));

interface EditorProps {
  readonly application: string;
  readonly initial: PipelineDocument;
  readonly saved: PipelineDocument | null;
  readonly search: EditorSearch;
  readonly onSearch: (patch: Partial<EditorSearch>) => void;
  readonly onSaved: (stored: StoredPipeline) => void;
  readonly onReload: () => void;
}

/** Where a stage from the palette goes. */
type Adding = { readonly after: string | null } | null;

/** The pipeline editor: one document, seen as graph, text or outline, with a form for what is selected. */
export function Editor(props: EditorProps) {
  const { application, search, onSearch } = props;
  const [store] = useState<EditorStore>(() => createEditorStore(props.initial, props.saved, systemNow));
  const state = useStore(store);
  const { document } = state;
  const { findings, checking } = useFindings(document);
  const [adding, setAdding] = useState<Adding>(null);
  const [current, setCurrent] = useState(-1);
  const [starting, setStarting] = useState(false);
  const save = useSave(application, (stored) => {
    const kept = stored as unknown as PipelineDocument;
    dropDraft(application, document.id ?? 'new');
    store.markSaved(kept);
    store.edit('take over what the server keeps', (draft) => {
      for (const key of ['id', 'updateTs', 'version', 'index', 'lastModifiedBy']) draft[key] = kept[key];
    });
    props.onSaved(stored);
  });
  useDraft(application, store);

  const select = (refId: string | null) => onSearch({ stage: refId ?? undefined });
  const add = (type: string, after: string | null) => {
    const initial = stageUi[type]?.initial?.(application) ?? {};
    let made = '';
    store.edit(`add ${stageTypeLabel(type)}`, (draft) => {
      made = addStage(draft, { type, label: stageTypeLabel(type), context: initial, after });
    });
    setAdding(null);
    select(made);
    const form = `.stage-form[data-stage="${CSS.escape(made)}"]`;
    focusSoon(`${form} [aria-required="true"]`, `${form} input`);
  };
  const closeForm = (refId: string) => {
    select(null);
    const id = CSS.escape(refId);
    focusSoon(`.row-button[data-stage="${id}"]`, `.react-flow__node[data-id="${id}"]`);
  };
  const remove = (refId: string) => {
    const stage = document.stages[indexOfStage(document, refId)];
    if (!stage) return;
    store.edit(`remove ${nameOf(stage)}`, (draft) => removeStage(draft, refId));
    if (search.stage === refId) select(null);
    const made = store.getState().past.at(-1);
    toast(`Removed ${nameOf(stage)}; what ran after it now runs after what it ran after`, () => {
      if (store.getState().past.at(-1) === made) store.undo();
    });
  };
  const duplicate = (refId: string) => {
    let made: string | null = null;
    store.edit('duplicate a stage', (draft) => {
      made = duplicateStage(draft, refId);
    });
    select(made);
  };
  const show = (index: number) => {
    const finding = findings[index];
    if (!finding) return;
    setCurrent(index);
    const tab = panelOf(finding);
    onSearch({ stage: stageOfFinding(document, finding) ?? undefined, ...(tab ? { panel: tab } : {}) });
    focusField(finding.pointer);
  };
  const submit = (staleCheck = true) => save.mutate({ document: { ...document, application }, staleCheck });
  useEditorKeys({
    undo: store.undo,
    redo: store.redo,
    save: () => isChanged(state) && state.codeError === null && submit(),
    nextProblem: (step) => findings.length > 0 && show((current + step + findings.length) % findings.length),
  });

  const byPointer = useMemo(() => findingsByPointer(findings), [findings]);
  const form = useMemo(() => formOf(store, byPointer), [store, byPointer]);
  const mode = search.mode ?? 'graph';
  const selected = search.stage !== undefined && indexOfStage(document, search.stage) >= 0 ? search.stage : null;
  const readOnly = state.codeError !== null;
  const canvas = (
    <EditorCanvas
      document={document}
      findings={findings}
      selected={selected}
      readOnly={readOnly}
      onSelect={select}
      onAddAfter={(after) => setAdding({ after })}
      onConnect={(from, to) => store.edit('connect stages', (draft) => connect(draft, from, to))}
      onDisconnect={(from, to) => store.edit('disconnect stages', (draft) => disconnect(draft, from, to))}
      onDropType={(type) => add(type, null)}
      onRemove={remove}
    />
  );
  const stale = save.error instanceof ApiProblem && save.error.status === 409 ? save.error : null;
  return (
    <div className="editor">
      <SaveBar
        store={store}
        state={state}
        mode={mode}
        onMode={(next) => onSearch({ mode: next === 'graph' ? undefined : next })}
        onSave={() => submit()}
        onStart={() => setStarting(true)}
        saving={save.isPending}
        saveError={save.error}
      />
      {state.codeError ? (
        <div className="px-4 py-2">
          <Notice tone="warn">
            {state.codeError} The graph shows the last readable state; forms wait until it is mended.
          </Notice>
        </div>
      ) : null}
      <div className="editor-body">
        {mode === 'graph' ? (
          <nav className="editor-palette" aria-label="Stage types">
            <PaletteList onPick={(type) => add(type, selected)} />
          </nav>
        ) : null}
        <div className="editor-middle">
          <div className="editor-views">
            {mode === 'graph' || mode === 'split' ? (
              document.stages.length === 0 ? (
                <EmptyCanvas onAdd={() => setAdding({ after: null })} />
              ) : (
                canvas
              )
            ) : null}
            {mode === 'outline' ? (
              <Outline
                document={document}
                findings={findings}
                selected={selected}
                onSelect={select}
                onAddAfter={(after) => setAdding({ after })}
                onRemove={remove}
                onDuplicate={duplicate}
              />
            ) : null}
            {mode === 'code' || mode === 'split' ? (
              <Suspense fallback={<SkeletonRows />}>
                <CodeView store={store} document={document} selected={selected} onSelect={select} />
              </Suspense>
            ) : null}
          </div>
          <ProblemsDock
            document={document}
            findings={findings}
            current={current}
            checking={checking}
            onShow={show}
            onFix={(finding) => applyFix(store, finding)}
          />
        </div>
        <SidePanel name="editor" label={selected === null ? 'Pipeline settings' : 'Stage form'} defaultWidth={360}>
          <fieldset className="editor-forms" disabled={readOnly}>
            {selected === null ? (
              <SettingsPanel
                store={store}
                document={document}
                form={form}
                tab={search.panel ?? 'settings'}
                onTab={(panel) => onSearch({ panel: panel === 'settings' ? undefined : panel })}
                nameError={
                  fieldErrors(save.error)['name'] ??
                  (state.past.length > 0 ? byPointer.get('/name')?.message : undefined)
                }
              />
            ) : (
              <StageForm
                key={selected}
                store={store}
                document={document}
                refId={selected}
                form={form}
                onRemove={() => remove(selected)}
                onDuplicate={() => duplicate(selected)}
                onClose={() => closeForm(selected)}
              />
            )}
          </fieldset>
        </SidePanel>
      </div>
      {adding ? (
        <PaletteDialog
          title={addingTitle(document, adding.after)}
          onPick={(type) => add(type, adding.after)}
          onClose={() => setAdding(null)}
        />
      ) : null}
      {stale ? (
        <StaleDialog
          message={stale.message}
          mine={document}
          onClose={() => save.reset()}
          onMine={() => submit(false)}
          onTheirs={() => {
            dropDraft(application, document.id ?? 'new');
            props.onReload();
          }}
        />
      ) : null}
      {starting && state.saved ? (
        <StartDialog pipeline={state.saved as unknown as StoredPipeline} onClose={() => setStarting(false)} />
      ) : null}
    </div>
  );
}

function addingTitle(document: PipelineDocument, after: string | null): string {
  const stage = after === null ? undefined : document.stages[indexOfStage(document, after)];
  return stage ? `Add a stage after ${nameOf(stage)}` : 'Add a stage';
}

function EmptyCanvas({ onAdd }: { readonly onAdd: () => void }) {
  return (
    <div className="editor-empty">
      <EmptyState
        title="No stages yet"
        icon={<Workflow size={20} aria-hidden />}
        action={
          <Button look="primary" onPress={onAdd}>
            Add the first stage
          </Button>
        }
      >
        Choose a type on the left, or drag one here. A usual start: find an image, ask a person, deploy.
      </EmptyState>
    </div>
  );
}

const panelOf = (finding: Finding): EditorSearch['panel'] => {
  if (finding.pointer.startsWith('/triggers')) return 'triggers';
  return finding.pointer.startsWith('/parameterConfig') ? 'parameters' : undefined;
};

/** Puts the focus on the field of a pointer, once its form is there. */
function focusField(pointer: string): void {
  setTimeout(() => {
    const field = globalThis.document.querySelector<HTMLElement>(`[data-pointer="${CSS.escape(pointer)}"]`);
    field?.closest('details')?.setAttribute('open', '');
    field?.scrollIntoView({ block: 'center' });
    field?.querySelector<HTMLElement>('input, textarea, button')?.focus();
  }, 80);
}

function applyFix(store: EditorStore, finding: Finding): void {
  if (!finding.fix) return;
  const { label, patch } = finding.fix;
  store.edit(label, (draft) => {
    for (const step of patch) applyJsonPatch(draft, step);
  });
}

type PatchStep = NonNullable<Finding['fix']>['patch'][number];

function applyJsonPatch(draft: PipelineDocument, step: PatchStep): void {
  const parts = step.path
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  const key = parts.pop();
  if (key === undefined) return;
  let holder: unknown = draft;
  for (const part of parts) holder = (holder as Record<string, unknown> | undefined)?.[part];
  if (typeof holder !== 'object' || holder === null) return;
  if (Array.isArray(holder)) {
    const at = key === '-' ? holder.length : Number(key);
    if (step.op === 'remove') holder.splice(at, 1);
    else holder.splice(at, step.op === 'replace' ? 1 : 0, step.value);
    return;
  }
  if (step.op === 'remove') delete (holder as Record<string, unknown>)[key];
  else (holder as Record<string, unknown>)[key] = step.value;
}

/** Keeps the document in this browser while it differs from what the server has. */
function useDraft(application: string, store: EditorStore): void {
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => {
    const write = () => {
      const state = store.getState();
      const id = state.document.id ?? 'new';
      if (!isChanged(state) || state.past.length === 0) return;
      keepDraft(application, id, {
        at: systemNow(),
        base: String(state.document['updateTs'] ?? ''),
        document: state.document,
      });
    };
    const stop = store.subscribe(() => {
      clearTimeout(timer.current);
      timer.current = setTimeout(write, 300);
    });
    globalThis.addEventListener('pagehide', write);
    return () => {
      stop();
      write();
      clearTimeout(timer.current);
      globalThis.removeEventListener('pagehide', write);
    };
  }, [application, store]);
}
