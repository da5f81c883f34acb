import { Moment } from '@gennaker/ui-kit';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Snowflake } from 'lucide-react';
import { freezesQuery, pipelinesQuery } from '../client/queries.ts';
import { concerns, frozenText, namesOf } from '../features/freezes/freeze-words.ts';

/** Lines under the top bar while something is frozen: what, by whom, until when and why. */
export function FreezeLines({ app }: { readonly app: string | undefined }) {
  const { data = [] } = useQuery(freezesQuery());
  const inForce = data.filter((freeze) => freeze.inForce);
  const asksPipelines = app !== undefined && inForce.some(({ scope }) => scope === 'pipeline');
  const pipelines = useQuery({ ...pipelinesQuery(app ?? ''), enabled: asksPipelines });
  const names = namesOf(pipelines.data);
  const shown = inForce.filter((freeze) => (app ? concerns(freeze, app, names) : freeze.scope === 'global'));
  return shown.map((freeze) => (
    <div key={freeze.id} className="shell-notlive" role="status">
      <Snowflake size={14} aria-hidden className="flex-none" />
      <span className="min-w-0">
        {frozenText(freeze, names)} is frozen by {freeze.createdBy}{' '}
        {freeze.until === null ? (
          'until somebody ends it'
        ) : (
          <>
            until <Moment dated at={freeze.until} />
          </>
        )}
        : {freeze.reason}
      </span>
      <Link
        {...(app ? { to: '/apps/$app/freezes', params: { app } } : { to: '/settings/freezes' })}
        className="ml-auto flex-none"
      >
        Show freezes
      </Link>
    </div>
  ));
}
