import { Ago, Chip, EmptyState, type StatusRole } from '@gennaker/ui-kit';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { Boxes, ChevronRight, CircleCheck, CircleMinus, CircleSlash } from 'lucide-react';
import { Loaded } from '../../app/query-states.tsx';
import { HEALTH_FACES, InstanceDot } from './instance-dot.tsx';
import { type ClusterView, clustersOf, healthLine, type InstanceView, type ServerGroupView } from './server-group.ts';
import { serverGroupsQuery } from './server-groups-query.ts';

const route = getRouteApi('/apps/$app/clusters');

/** What is deployed: every version of every cluster, read live. */
export function ClustersPage() {
  const { app } = route.useParams();
  const { q, group } = route.useSearch();
  const navigate = route.useNavigate();
  const query = useQuery(serverGroupsQuery(app));
  const toggle = (name: string) =>
    void navigate({ search: (old) => ({ ...old, group: group === name ? undefined : name }) });
  return (
    <div className="page">
      <div className="page-head">
        <h1 className="gk-title">Clusters</h1>
        {query.dataUpdatedAt > 0 ? (
          <span className="gk-label">
            read <Ago at={query.dataUpdatedAt} />
          </span>
        ) : null}
        <div className="filter" data-filter>
          <input
            className="gk-input"
            type="search"
            aria-label="Filter server groups"
            placeholder="Name, version, account, region"
            value={q ?? ''}
            onChange={(event) =>
              void navigate({ search: (old) => ({ ...old, q: event.target.value || undefined }), replace: true })
            }
          />
        </div>
      </div>
      <Loaded query={query} what="server groups">
        {(groups) => {
          const words = (q ?? '').toLowerCase();
          const shown = groups.filter((one) =>
            [one.name, one.account, one.region, one.image?.version, one.image?.name].some((text) =>
              text?.toLowerCase().includes(words),
            ),
          );
          if (groups.length === 0)
            return (
              <EmptyState
                title="Nothing is deployed yet"
                icon={<Boxes size={20} aria-hidden />}
                action={
                  <Link className="gk-button" data-look="primary" to="/apps/$app/pipelines" params={{ app }}>
                    Go to pipelines
                  </Link>
                }
              >
                Server groups of this application appear here as soon as a deploy stage has made one, with their
                version, traffic and instances.
              </EmptyState>
            );
          if (shown.length === 0)
            return (
              <EmptyState
                title="No server groups match"
                action={
                  <Link to="/apps/$app/clusters" params={{ app }}>
                    Clear the filter
                  </Link>
                }
              >
                {groups.length} server {groups.length === 1 ? 'group' : 'groups'} without the filter “{q}”.
              </EmptyState>
            );
          return clustersOf(shown).map((cluster) => (
            <Cluster key={cluster.key} cluster={cluster} open={group} onToggle={toggle} />
          ));
        }}
      </Loaded>
    </div>
  );
}

interface ClusterProps {
  readonly cluster: ClusterView;
  readonly open: string | undefined;
  readonly onToggle: (name: string) => void;
}

function Cluster({ cluster, open, onToggle }: ClusterProps) {
  return (
    <section className="gk-card mb-4 overflow-hidden">
      <div className="gk-card-head">
        <h2 className="gk-heading m-0" style={{ fontSize: '0.875rem' }}>
          {cluster.cluster}
        </h2>
        <Chip>{cluster.account}</Chip>
        <Chip>{cluster.region}</Chip>
      </div>
      {cluster.groups.map((group) => (
        <ServerGroupRow
          key={group.name}
          group={group}
          isOpen={open === group.name}
          onToggle={() => onToggle(group.name)}
        />
      ))}
    </section>
  );
}

const TRAFFIC: Record<
  'enabled' | 'disabled' | 'partial',
  { word: string; role: StatusRole; icon: typeof CircleCheck }
> = {
  enabled: { word: 'Serving', role: 'done', icon: CircleCheck },
  disabled: { word: 'Disabled', role: 'idle', icon: CircleMinus },
  partial: { word: 'Partly serving', role: 'warn', icon: CircleSlash },
};

function Traffic({ group }: { readonly group: ServerGroupView }) {
  if (group.beingDeleted)
    return (
      <span className="gk-status" data-role="warn">
        <CircleSlash size={16} className="gk-status-icon" aria-hidden /> Being removed
      </span>
    );
  if (!group.traffic) return <span className="gk-muted">traffic unknown</span>;
  const face = TRAFFIC[group.traffic];
  return (
    <span className="gk-status" data-role={face.role}>
      <face.icon size={16} className="gk-status-icon" aria-hidden /> {face.word}
    </span>
  );
}

const DOTS = 200;

function ServerGroupRow({
  group,
  isOpen,
  onToggle,
}: {
  readonly group: ServerGroupView;
  readonly isOpen: boolean;
  readonly onToggle: () => void;
}) {
  const instances = [...group.instances].sort((a, b) => HEALTH_FACES[a.health].order - HEALTH_FACES[b.health].order);
  const step = Math.ceil(instances.length / DOTS) || 1;
  const version = group.image?.version ?? group.image?.name ?? group.image?.id;
  return (
    <div className="border-line border-b last:border-b-0">
      <button type="button" className="cluster-row" aria-expanded={isOpen} onClick={onToggle}>
        <span className="min-w-0">
          <span className="flex min-w-0 items-center gap-1.5">
            <ChevronRight size={14} aria-hidden className={isOpen ? 'flex-none rotate-90' : 'flex-none'} />
            <span className="row-link gk-clip" title={group.name}>
              {group.name}
            </span>
          </span>
          <span className="gk-muted gk-row-text gk-clip block pl-5" title={group.image?.id}>
            {version ?? 'image unknown'}
          </span>
        </span>
        <Traffic group={group} />
        <span className="min-w-0">
          <span className="flex flex-wrap gap-1">
            {instances
              .filter((_, i) => i % step === 0)
              .map((one) => (
                <InstanceDot key={one.id} health={one.health} label={`${one.id}: ${HEALTH_FACES[one.health].word}`} />
              ))}
          </span>
          <span className="gk-muted gk-row-text">
            {healthLine(instances)}
            {step > 1 ? `; one mark stands for ${step}` : ''}
            {group.draining > 0 ? `, ${group.draining} draining` : ''}
          </span>
        </span>
        <span className="gk-num gk-row-text text-right">
          {group.capacity ? (
            <>
              {group.instances.length} of {group.capacity.desired} wanted
              <span className="gk-muted block">
                min {group.capacity.min}, max {group.capacity.max}
              </span>
            </>
          ) : (
            'size unknown'
          )}
        </span>
        <span className="gk-muted gk-row-text text-right">
          made <Ago at={group.createdTime} />
        </span>
      </button>
      {isOpen ? <ServerGroupDetails group={group} /> : null}
    </div>
  );
}

const reasonText = (instance: InstanceView): string =>
  instance.reasons
    .map((reason) =>
      [reason.where ?? reason.source, reason.description ?? reason.state, reason.code].filter(Boolean).join(': '),
    )
    .join('; ');

function ServerGroupDetails({ group }: { readonly group: ServerGroupView }) {
  const facts: Array<[string, string]> = [
    ['Image', [group.image?.name, group.image?.id].filter(Boolean).join(' · ') || 'unknown'],
    ['Target groups', group.targetGroups.join(', ') || 'none'],
    ['Suspended processes', group.suspendedProcesses.join(', ') || 'none'],
  ];
  return (
    <div className="bg-surface px-4 py-3">
      <dl className="facts">
        {facts.map(([word, value]) => (
          <div key={word} className="contents">
            <dt>{word}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <table className="gk-table gk-table-bare mt-2" aria-label={`Instances of ${group.name}`}>
        <thead>
          <tr>
            <th scope="col">Instance</th>
            <th scope="col">Health</th>
            <th scope="col">Zone</th>
            <th scope="col">Why</th>
          </tr>
        </thead>
        <tbody>
          {group.instances.map((one) => (
            <tr key={one.id}>
              <td className="gk-mono">{one.id}</td>
              <td>
                <span className="flex items-center gap-2">
                  <InstanceDot health={one.health} label="" />
                  {HEALTH_FACES[one.health].word}
                </span>
              </td>
              <td>{one.zone}</td>
              <td className="gk-muted">{reasonText(one)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
