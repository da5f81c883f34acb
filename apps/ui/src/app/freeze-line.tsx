import { Moment } from '@gennaker/ui-kit';
import { useQuery } from '@tanstack/react-query';
import { Snowflake } from 'lucide-react';
import type { Answer } from '../client/call.ts';
import { freezesQuery, pipelinesQuery } from '../client/queries.ts';

type Freeze = Answer<'listFreezes'>[number];

/** What is frozen, where it concerns the application: "Everything", "Application shop"; null where it does not. */
function frozenText({ scope, target }: Freeze, app: string | undefined, pipelines: ReadonlyMap<string, string>) {
  if (scope === 'global') return 'Everything';
  if (!app || target === null) return null;
  if (scope === 'account') return `Account ${target}`;
  if (scope === 'application') return target.toLowerCase() === app.toLowerCase() ? `Application ${target}` : null;
  const name = pipelines.get(target);
  return name ? `Pipeline ${name}` : null;
}

/** Lines under the top bar while something is frozen: what, by whom, until when and why. */
export function FreezeLines({ app }: { readonly app: string | undefined }) {
  const { data = [] } = useQuery(freezesQuery());
  const inForce = data.filter((freeze) => freeze.inForce);
  const asksPipelines = app !== undefined && inForce.some(({ scope }) => scope === 'pipeline');
  const pipelines = useQuery({ ...pipelinesQuery(app ?? ''), enabled: asksPipelines });
  const names = new Map((pipelines.data ?? []).map(({ id, name }) => [id, name]));
  return inForce.map((freeze) => {
    const what = frozenText(freeze, app, names);
    if (what === null) return null;
    return (
      <div key={freeze.id} className="shell-notlive" role="status">
        <Snowflake size={14} aria-hidden className="flex-none" />
        <span>
          {what} is frozen by {freeze.createdBy}{' '}
          {freeze.until === null ? (
            'until somebody ends it'
          ) : (
            <>
              until <Moment dated at={freeze.until} />
            </>
          )}
          : {freeze.reason}
        </span>
      </div>
    );
  });
}
