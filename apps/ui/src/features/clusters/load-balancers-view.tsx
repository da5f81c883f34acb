import { Chip, EmptyState } from '@gennaker/ui-kit';
import { Split } from 'lucide-react';
import { HEALTH_FACES, healthOf, InstanceDot } from './instance-dot.tsx';
import { healthLine } from './server-group.ts';
import type { LoadBalancerView } from './server-groups-query.ts';

type Listener = LoadBalancerView['listeners'][number];
type TargetGroup = LoadBalancerView['targetGroups'][number];
type Action = Listener['actions'][number];

/** Load balancers: what each listener does with a request, and how healthy the targets behind it are. */
export function LoadBalancersView({ balancers }: { readonly balancers: readonly LoadBalancerView[] }) {
  if (balancers.length === 0)
    return (
      <EmptyState title="No load balancer sends requests here" icon={<Split size={20} aria-hidden />}>
        Load balancers that carry the name or a tag of this application, or send to its server groups, appear here with
        their listeners and the health of their targets.
      </EmptyState>
    );
  return balancers.map((one) => <Balancer key={`${one.account} ${one.region} ${one.name}`} balancer={one} />);
}

function Balancer({ balancer }: { readonly balancer: LoadBalancerView }) {
  return (
    <section className="gk-card mb-4 overflow-hidden" aria-label={balancer.name}>
      <div className="gk-card-head">
        <h2 className="gk-heading m-0" style={{ fontSize: '0.875rem' }}>
          {balancer.name}
        </h2>
        <Chip>{balancer.account}</Chip>
        <Chip>{balancer.region}</Chip>
        <Chip>{balancer.type}</Chip>
        <Chip>{balancer.internal ? 'internal' : 'public'}</Chip>
        {balancer.state === 'active' ? null : <Chip>{balancer.state}</Chip>}
        <span className="gk-muted gk-row-text gk-mono gk-clip ml-auto" title={balancer.dnsName}>
          {balancer.dnsName}
        </span>
      </div>
      <table className="gk-table" aria-label={`Listeners of ${balancer.name}`}>
        <thead>
          <tr>
            <th scope="col" style={{ width: '9rem' }}>
              Listener
            </th>
            <th scope="col" style={{ width: '32%' }}>
              When
            </th>
            <th scope="col">Then</th>
          </tr>
        </thead>
        <tbody>{balancer.listeners.flatMap(listenerRows)}</tbody>
      </table>
      <div className="border-line flex flex-col gap-3 border-t px-4 py-3">
        {balancer.targetGroups.length === 0 ? <span className="gk-muted">Sends to no target group.</span> : null}
        {balancer.targetGroups.map((group) => (
          <Targets key={group.name} group={group} />
        ))}
      </div>
    </section>
  );
}

const conditionText = ({ field, values }: { field: string; values: readonly string[] }): string =>
  `${field.replaceAll('-', ' ')} is ${values.join(' or ')}`;

function listenerRows(listener: Listener) {
  const rules = listener.rules.map(({ priority, conditions, actions }) => ({
    key: priority,
    when: conditions.map(conditionText).join(', ') || 'always',
    actions,
  }));
  const last = { key: 'default', when: rules.length > 0 ? 'otherwise' : 'always', actions: listener.actions };
  return [...rules, last].map(({ key, when, actions }, i) => (
    <tr key={`${listener.port} ${key}`}>
      <td className="gk-num">{i === 0 ? `${listener.protocol} ${listener.port}` : ''}</td>
      <td>
        {when}
        {key === 'default' ? null : <span className="gk-muted"> (rule {key})</span>}
      </td>
      <td>
        <Then actions={actions} />
      </td>
    </tr>
  ));
}

function Then({ actions }: { readonly actions: readonly Action[] }) {
  const words = actions.filter(({ shares }) => !shares?.length).map(({ type }) => type.replaceAll('-', ' '));
  const shares = actions.flatMap((action) => action.shares ?? []);
  const sum = shares.reduce((total, { weight }) => total + weight, 0);
  return (
    <span className="flex flex-col gap-1 py-1">
      {words.length > 0 ? <span>{words.join(', then ')}</span> : null}
      {shares.map(({ targetGroup, weight }) => {
        const percent = shares.length === 1 ? 100 : sum === 0 ? 0 : Math.round((100 * weight) / sum);
        return (
          <span key={targetGroup} className="weight-line">
            <span className="weight-bar" aria-hidden>
              <span style={{ width: `${percent}%` }} />
            </span>
            <span className="gk-num w-12 text-right">{percent} %</span>
            <span className="gk-clip">{targetGroup}</span>
            {shares.length > 1 ? <span className="gk-muted">weight {weight}</span> : null}
          </span>
        );
      })}
    </span>
  );
}

function Targets({ group }: { readonly group: TargetGroup }) {
  const targets = group.targets
    .map((target) => ({ ...target, health: healthOf(target.health) }))
    .sort((a, b) => HEALTH_FACES[a.health].order - HEALTH_FACES[b.health].order);
  return (
    <details>
      <summary className="cursor-pointer">
        <span className="inline-flex flex-wrap items-center gap-2 align-middle">
          <strong className="font-medium">{group.name}</strong>
          <span className="gk-muted gk-row-text">
            {group.protocol} {group.port}
          </span>
          <span className="flex gap-1">
            {targets.slice(0, 40).map((one) => (
              <InstanceDot key={`${one.id} ${one.port}`} health={one.health} label="" />
            ))}
          </span>
          <span className="gk-muted gk-row-text">{targets.length > 0 ? healthLine(targets) : 'no targets'}</span>
        </span>
      </summary>
      <table className="gk-table gk-table-bare mt-2" aria-label={`Targets of ${group.name}`}>
        <thead>
          <tr>
            <th scope="col">Target</th>
            <th scope="col">Server group</th>
            <th scope="col">Health</th>
            <th scope="col">Zone</th>
            <th scope="col">Why</th>
          </tr>
        </thead>
        <tbody>
          {targets.map((one) => (
            <tr key={`${one.id} ${one.port}`}>
              <td className="gk-mono">{one.port ? `${one.id}:${one.port}` : one.id}</td>
              <td>{one.serverGroup ?? <span className="gk-muted">none of this application</span>}</td>
              <td>
                <span className="flex items-center gap-2">
                  <InstanceDot health={one.health} label="" />
                  {HEALTH_FACES[one.health].word}
                </span>
              </td>
              <td>{one.zone}</td>
              <td className="gk-muted">{[one.description ?? one.state, one.code].filter(Boolean).join(': ')}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}
