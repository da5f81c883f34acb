import { Ago, Button, GoneState, Notice } from '@gennaker/ui-kit';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useState } from 'react';
import { Loaded } from '../../app/query-states.tsx';
import type { EditorSearch } from '../../app/search.ts';
import { applicationQuery, keys, pipelinesQuery, type StoredPipeline } from '../../client/queries.ts';
import { emptyDocument, type PipelineDocument, withRefIds } from './document.ts';
import { type Draft, dropDraft, readDraft } from './draft.ts';
import { Editor } from './editor.tsx';

const newRoute = getRouteApi('/apps/$app/pipelines/new');
const editRoute = getRouteApi('/apps/$app/pipelines/$id/edit');

/** Builds a pipeline from nothing. */
export function NewPipelinePage() {
  const { app } = newRoute.useParams();
  const search = newRoute.useSearch();
  const navigate = newRoute.useNavigate();
  const application = useQuery(applicationQuery(app));
  return (
    <Loaded query={application} what={`application ${app}`}>
      {() => (
        <WithDraft application={app} id="new" begin={emptyDocument(app)}>
          {(initial, key) => (
            <Editor
              key={key}
              application={app}
              initial={initial}
              saved={null}
              search={search}
              onSearch={(patch) => void navigate({ search: (old) => ({ ...old, ...patch }) })}
              onSaved={(stored) =>
                void navigate({
                  to: '/apps/$app/pipelines/$id/edit',
                  params: { app, id: stored.id },
                  search: (old: EditorSearch) => old,
                  replace: true,
                })
              }
              onReload={() => undefined}
            />
          )}
        </WithDraft>
      )}
    </Loaded>
  );
}

/** Edits a stored pipeline. */
export function EditPipelinePage() {
  const { app, id } = editRoute.useParams();
  const search = editRoute.useSearch();
  const navigate = editRoute.useNavigate();
  const client = useQueryClient();
  const query = useQuery({ ...pipelinesQuery(app), refetchInterval: false, refetchOnWindowFocus: false });
  const [generation, setGeneration] = useState(0);
  const stored = query.data?.find((pipeline) => pipeline.id === id);
  if (query.data && !stored)
    return (
      <GoneState
        title="This pipeline does not exist"
        message={`There is no pipeline with this id in ${app}. It may have been deleted.`}
        action={
          <Link to="/apps/$app/pipelines" params={{ app }}>
            All pipelines of {app}
          </Link>
        }
      />
    );
  return (
    <Loaded query={query} what="this pipeline">
      {() => (
        <WithDraft key={`${id}.${generation}`} application={app} id={id} begin={documentOf(stored as StoredPipeline)}>
          {(initial, key) => (
            <Editor
              key={key}
              application={app}
              initial={initial}
              saved={documentOf(stored as StoredPipeline)}
              search={search}
              onSearch={(patch) => void navigate({ search: (old) => ({ ...old, ...patch }) })}
              onSaved={() => undefined}
              onReload={async () => {
                await client.refetchQueries({ queryKey: keys.pipelines(app) });
                setGeneration(generation + 1);
              }}
            />
          )}
        </WithDraft>
      )}
    </Loaded>
  );
}

const documentOf = (stored: StoredPipeline): PipelineDocument => withRefIds(stored as unknown as PipelineDocument);

interface WithDraftProps {
  readonly application: string;
  readonly id: string;
  readonly begin: PipelineDocument;
  readonly children: (initial: PipelineDocument, key: string) => React.ReactNode;
}

/** Offers what this browser kept from an earlier, unsaved edit. */
function WithDraft({ application, id, begin, children }: WithDraftProps) {
  const [draft, setDraft] = useState<Draft | null>(() => readDraft(application, id));
  const [first] = useState(begin);
  const [discarded, setDiscarded] = useState(false);
  const outdated = draft !== null && draft.base !== String(first['updateTs'] ?? '');
  return (
    <>
      {draft ? (
        <div className="px-4 pt-2">
          <Notice tone={outdated ? 'warn' : 'idle'}>
            <span className="flex flex-wrap items-center gap-2">
              <span>
                This is your unsaved edit from <Ago at={draft.at} />.
                {outdated ? ' The pipeline was saved by someone since; saving will ask which to keep.' : ''}
              </span>
              <Button
                size="small"
                onPress={() => {
                  dropDraft(application, id);
                  setDiscarded(true);
                  setDraft(null);
                }}
              >
                Discard it
              </Button>
              <Button size="small" look="quiet" onPress={() => setDraft(null)}>
                Keep editing
              </Button>
            </span>
          </Notice>
        </div>
      ) : null}
      <DraftHolder draft={draft} begin={first} discarded={discarded}>
        {children}
      </DraftHolder>
    </>
  );
}

interface DraftHolderProps {
  readonly draft: Draft | null;
  readonly begin: PipelineDocument;
  readonly discarded: boolean;
  readonly children: WithDraftProps['children'];
}

function DraftHolder({ draft, begin, discarded, children }: DraftHolderProps) {
  const [opened] = useState(draft?.document ?? begin);
  return <>{children(discarded ? begin : opened, discarded ? 'stored' : 'opened')}</>;
}
