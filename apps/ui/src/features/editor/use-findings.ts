import type { Finding } from '@gennaker/pipeline-dsl';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useMemo, useState } from 'react';
import { call } from '../../client/call.ts';
import type { PipelineDocument } from './document.ts';
import { localFindings, mergeFindings } from './findings.ts';

const PAUSE_MS = 1_000;
const NONE: Finding[] = [];

/** The value as it was when it last stood still. */
function useSettled<Value>(value: Value, ms: number): Value {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), ms);
    return () => clearTimeout(timer);
  }, [value, ms]);
  return settled;
}

/** Everything wrong with the document: at once what can be known here, after a pause what the server says. */
export function useFindings(document: PipelineDocument): { findings: Finding[]; checking: boolean } {
  const settled = useSettled(document, PAUSE_MS);
  const server = useQuery({
    queryKey: ['check', settled],
    queryFn: async ({ signal }) => (await call('checkPipeline', { body: settled, signal })).findings as Finding[],
    enabled: settled.name !== '',
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 10_000,
    retry: false,
  });
  const local = useMemo(() => localFindings(document), [document]);
  const remote = settled === document ? (server.data ?? NONE) : NONE;
  const findings = useMemo(() => mergeFindings(local, remote), [local, remote]);
  return { findings, checking: settled !== document || server.isFetching };
}
