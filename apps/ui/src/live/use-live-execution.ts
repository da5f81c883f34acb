import { type Execution, type ExecutionEvent, isComplete } from '@gennaker/pipeline-dsl';
import { systemNow } from '@gennaker/ui-kit';
import { type QueryClient, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { executionQuery, keys } from '../client/queries.ts';
import { isSilent } from '../client/query-client.ts';
import { connection } from './connection.ts';
import { createQueue, foldBatch } from './folder.ts';
import { openStream } from './stream.ts';

const HIDDEN_CLOSE_MS = 60_000;
const POLL_MS = 5_000;

function attach(client: QueryClient, id: string, onTrouble: (trouble: boolean) => void): () => void {
  const key = keys.execution(id);
  const held = () => client.getQueryData<Execution>(key);
  const refetch = () => void client.invalidateQueries({ queryKey: key });
  const push = createQueue<ExecutionEvent>((events) => {
    const picture = held();
    if (!picture) return;
    const folded = foldBatch(picture, events);
    if (folded.picture !== picture) client.setQueryData(key, folded.picture);
    if (folded.gap) refetch();
  });
  const open = () =>
    openStream({
      url: `/executions/${encodeURIComponent(id)}/stream`,
      lastSequence: () => held()?.sequence ?? 0,
      onEvent: push,
      onReset: refetch,
      onLive: (live) => (live ? connection.heard(systemNow()) : connection.lost(systemNow())),
      onTrouble,
      onRefused: () => onTrouble(true),
      goesOn: () => !isComplete(held()?.status ?? 'RUNNING'),
    });
  return keepWhileVisible(open);
}

/** Keeps a stream while the page is visible and for a minute after it is hidden; reopens it on return. */
function keepWhileVisible(open: () => ReturnType<typeof openStream>): () => void {
  let stream: ReturnType<typeof openStream> | null = open();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const onVisibility = () => {
    clearTimeout(timer);
    if (document.visibilityState === 'hidden') {
      timer = setTimeout(() => {
        stream?.close();
        stream = null;
      }, HIDDEN_CLOSE_MS);
    } else if (stream) stream.nudge();
    else stream = open();
  };
  const onOnline = () => stream?.nudge();
  document.addEventListener('visibilitychange', onVisibility);
  globalThis.addEventListener('online', onOnline);
  return () => {
    clearTimeout(timer);
    document.removeEventListener('visibilitychange', onVisibility);
    globalThis.removeEventListener('online', onOnline);
    stream?.close();
  };
}

/** An execution that moves: a snapshot, then its events folded in; polled only while the stream does not work. */
export function useLiveExecution(id: string) {
  const client = useQueryClient();
  const [trouble, setTrouble] = useState(false);
  const query = useQuery({
    ...executionQuery(id),
    refetchInterval: (asked) => (trouble || isSilent(asked) ? POLL_MS : false),
  });
  const known = query.data !== undefined;
  const ended = isComplete(query.data?.status ?? 'RUNNING');
  useEffect(() => {
    if (!known || ended) return;
    return attach(client, id, setTrouble);
  }, [client, id, known, ended]);
  return query;
}
