import { toast } from '@gennaker/ui-kit';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { call } from '../../client/call.ts';
import { keys, pipelinesQuery, type StoredPipeline } from '../../client/queries.ts';
import type { PipelineDocument } from './document.ts';

interface Save {
  readonly document: PipelineDocument;
  /** Refuse when someone saved meanwhile. */
  readonly staleCheck: boolean;
}

/** The document without what it is based on, to be saved whatever was saved meanwhile. */
function withoutBase({ version: _version, updateTs: _updateTs, ...document }: PipelineDocument): PipelineDocument {
  return document as PipelineDocument;
}

/** Saves the document and answers what the server keeps now. Throws `ApiProblem` with status 409 when it is stale. */
export function useSave(application: string, onSaved: (stored: StoredPipeline) => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async ({ document, staleCheck }: Save): Promise<StoredPipeline> => {
      await call('savePipeline', {
        query: { staleCheck: staleCheck ? 'true' : 'false' },
        body: staleCheck ? document : withoutBase(document),
      });
      await client.invalidateQueries({ queryKey: keys.pipelines(application), refetchType: 'none' });
      const all = await client.fetchQuery({ ...pipelinesQuery(application), staleTime: 0 });
      const stored = all.find((one) => (document.id ? one.id === document.id : one.name === document.name.trim()));
      if (!stored) throw new Error('The pipeline was saved, but is not in the list. Reload the page.');
      return stored;
    },
    onSuccess: (stored) => {
      toast(`Saved ${stored.name} as version ${stored.version}`);
      onSaved(stored);
    },
  });
}
