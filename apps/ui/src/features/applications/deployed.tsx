import { Ago, Chip } from '@gennaker/ui-kit';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { InstanceDot } from '../clusters/instance-dot.tsx';
import { type ClusterView, clustersOf, healthLine } from '../clusters/server-group.ts';
import { serverGroupsQuery } from '../clusters/server-groups-query.ts';

/** What is where: the serving version of every cluster. Says nothing while nothing is deployed. */
export function Deployed({ app }: { readonly app: string }) {
  const query = useQuery(serverGroupsQuery(app));
  const clusters = clustersOf(query.data ?? []);
  if (clusters.length === 0) return null;
  return (
    <section className="section">
      <h2>Deployed</h2>
      <div className="gk-card">
        {clusters.map((cluster) => (
          <ClusterLine key={cluster.key} app={app} cluster={cluster} />
        ))}
      </div>
    </section>
  );
}

function ClusterLine({ app, cluster }: { readonly app: string; readonly cluster: ClusterView }) {
  const serving = cluster.groups.filter((group) => group.traffic !== 'disabled');
  const others = cluster.groups.length - serving.length;
  return (
    <div className="deployed-line">
      <span className="flex min-w-0 items-center gap-2">
        <Link to="/apps/$app/clusters" params={{ app }} search={{ q: cluster.cluster }} className="row-link gk-clip">
          {cluster.cluster}
        </Link>
        <Chip>{cluster.account}</Chip>
        <Chip>{cluster.region}</Chip>
      </span>
      <span className="flex flex-col gap-1">
        {serving.map((group) => (
          <span key={group.name} className="flex flex-wrap items-center gap-x-3">
            <strong className="font-medium">{group.image?.version ?? group.image?.name ?? 'version unknown'}</strong>
            <span className="gk-muted">
              {group.name}, <Ago at={group.createdTime} />
            </span>
            <span className="flex items-center gap-1">
              {group.instances.slice(0, 12).map((one) => (
                <InstanceDot key={one.id} health={one.health} label="" />
              ))}
              <span className="gk-muted ml-1">{healthLine(group.instances)}</span>
            </span>
          </span>
        ))}
        {serving.length === 0 ? <span className="gk-muted">Nothing serves here</span> : null}
      </span>
      <span className="gk-muted text-right">{others > 0 ? `${others} disabled` : ''}</span>
    </div>
  );
}
