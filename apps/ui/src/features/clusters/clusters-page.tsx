import { Ago, Button, Chip, EmptyState, IconButton, Menu, Notice } from '@gennaker/ui-kit';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { Boxes, ChevronRight, EllipsisVertical, TriangleAlert, Undo2 } from 'lucide-react';
import { useState } from 'react';
import { Loaded } from '../../app/query-states.tsx';
import { problemOf } from '../../client/problem.ts';
import { type Ask, Asked, type Asking, groupEntries } from './group-menu.tsx';
import { GroupShare, GroupTraffic } from './group-traffic.tsx';
import { HEALTH_FACES, InstanceDot } from './instance-dot.tsx';
import { LoadBalancersView } from './load-balancers-view.tsx';
import { type ClusterView, clustersOf, healthLine, type ServerGroupView } from './server-group.ts';
import { ServerGroupDetails } from './server-group-details.tsx';
import { type Inventory, inventoryQuery } from './server-groups-query.ts';

const route = getRouteApi('/apps/$app/clusters');

/** What is deployed: every version of every cluster and what sends requests to it, read live. */
export function ClustersPage() {
  const { app } = route.useParams();
  const { q, view } = route.useSearch();
  const navigate = route.useNavigate();
  const query = useQuery(inventoryQuery(app));
  const [asking, setAsking] = useState<Asking | null>(null);
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
            aria-label={view ? 'Filter load balancers' : 'Filter server groups'}
            placeholder={view ? 'Name, account, region' : 'Name, version, account, region'}
            value={q ?? ''}
            onChange={(event) =>
              void navigate({ search: (old) => ({ ...old, q: event.target.value || undefined }), replace: true })
            }
          />
        </div>
      </div>
      <ViewSwitch />
      <Loaded query={query} what="server groups">
        {(inventory) => (
          <>
            {[
              ...inventory.problems,
              ...(query.isError ? [`Not read anew: ${problemOf(query.error).message}`] : []),
            ].map((problem) => (
              <div key={problem} className="mb-3">
                <Notice tone="warn" icon={<TriangleAlert size={16} aria-hidden />}>
                  {problem}
                </Notice>
              </div>
            ))}
            {view === 'loadBalancers' ? (
              <FilteredBalancers inventory={inventory} q={q ?? ''} />
            ) : (
              <Clusters groups={inventory.serverGroups} onAsk={setAsking} />
            )}
          </>
        )}
      </Loaded>
      <Asked app={app} asking={asking} onClose={() => setAsking(null)} />
    </div>
  );
}

function ViewSwitch() {
  const { view } = route.useSearch();
  const navigate = route.useNavigate();
  return (
    <fieldset className="view-switch mb-4" style={{ paddingInline: 0 }} aria-label="View">
      {([undefined, 'loadBalancers'] as const).map((one) => (
        <button
          key={one ?? 'groups'}
          type="button"
          aria-pressed={view === one}
          onClick={() => void navigate({ search: (old) => ({ ...old, view: one }) })}
        >
          {one ? 'Load balancers' : 'Server groups'}
        </button>
      ))}
    </fieldset>
  );
}

function ClearFilter() {
  const { app } = route.useParams();
  const { view } = route.useSearch();
  return (
    <Link to="/apps/$app/clusters" params={{ app }} search={{ view }}>
      Clear the filter
    </Link>
  );
}

interface FilteredBalancersProps {
  readonly inventory: Pick<Inventory, 'loadBalancers'>;
  readonly q: string;
}

function FilteredBalancers({ inventory: { loadBalancers }, q }: FilteredBalancersProps) {
  if (loadBalancers === null) return null;
  const words = q.toLowerCase();
  const shown = loadBalancers.filter((one) =>
    [one.name, one.account, one.region, ...one.targetGroups.map(({ name }) => name)].some((text) =>
      text.toLowerCase().includes(words),
    ),
  );
  if (shown.length === 0 && loadBalancers.length > 0)
    return (
      <EmptyState title="No load balancers match" action={<ClearFilter />}>
        {loadBalancers.length} without the filter “{q}”.
      </EmptyState>
    );
  return <LoadBalancersView balancers={shown} />;
}

function Clusters({ groups, onAsk }: { readonly groups: readonly ServerGroupView[]; readonly onAsk: Ask }) {
  const { app } = route.useParams();
  const { q, group } = route.useSearch();
  const navigate = route.useNavigate();
  const toggle = (name: string) =>
    void navigate({ search: (old) => ({ ...old, group: group === name ? undefined : name }) });
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
        Server groups of this application appear here as soon as a deploy stage has made one, with their version,
        traffic and instances.
      </EmptyState>
    );
  if (shown.length === 0)
    return (
      <EmptyState title="No server groups match" action={<ClearFilter />}>
        {groups.length} server {groups.length === 1 ? 'group' : 'groups'} without the filter “{q}”.
      </EmptyState>
    );
  return clustersOf(shown).map((cluster) => (
    <Cluster key={cluster.key} cluster={cluster} open={group} onToggle={toggle} onAsk={onAsk} />
  ));
}

interface ClusterProps {
  readonly cluster: ClusterView;
  readonly open: string | undefined;
  readonly onToggle: (name: string) => void;
  readonly onAsk: Ask;
}

function Cluster({ cluster, open, onToggle, onAsk }: ClusterProps) {
  const { account, region } = cluster;
  return (
    <section className="gk-card mb-4 overflow-hidden">
      <div className="gk-card-head">
        <h2 className="gk-heading m-0" style={{ fontSize: '0.875rem' }}>
          {cluster.cluster}
        </h2>
        <Chip>{account}</Chip>
        <Chip>{region}</Chip>
        <span className="ml-auto">
          <Button
            size="small"
            aria-label={`Roll back ${cluster.cluster}`}
            onPress={() => onAsk({ what: 'rollback', target: { account, cluster: cluster.cluster, region } })}
          >
            <Undo2 size={14} aria-hidden /> Roll back…
          </Button>
        </span>
      </div>
      {cluster.groups.map((group) => (
        <ServerGroupRow
          key={group.name}
          group={group}
          isOpen={open === group.name}
          onToggle={() => onToggle(group.name)}
          onAsk={onAsk}
        />
      ))}
    </section>
  );
}

const DOTS = 200;

interface ServerGroupRowProps {
  readonly group: ServerGroupView;
  readonly isOpen: boolean;
  readonly onToggle: () => void;
  readonly onAsk: Ask;
}

function ServerGroupRow({ group, isOpen, onToggle, onAsk }: ServerGroupRowProps) {
  const { app } = route.useParams();
  const instances = [...group.instances].sort((a, b) => HEALTH_FACES[a.health].order - HEALTH_FACES[b.health].order);
  const step = Math.ceil(instances.length / DOTS) || 1;
  const version = group.image?.version ?? group.image?.name ?? group.image?.id;
  return (
    <div className="border-line border-b last:border-b-0">
      <div className="cluster-line">
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
          <span className="min-w-0">
            <GroupTraffic group={group} />
            <GroupShare group={group} />
          </span>
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
        <Menu label={`Actions for ${group.name}`} entries={groupEntries(group, onAsk)}>
          <IconButton label={`Actions for ${group.name}`}>
            <EllipsisVertical size={16} aria-hidden />
          </IconButton>
        </Menu>
      </div>
      {isOpen ? <ServerGroupDetails app={app} group={group} /> : null}
    </div>
  );
}
