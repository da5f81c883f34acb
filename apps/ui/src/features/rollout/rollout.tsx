import type { Execution, Stage } from '@gennaker/pipeline-dsl';
import { Chip, Notice, Remaining, SkeletonRows, StatusIcon } from '@gennaker/ui-kit';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useEffect } from 'react';
import './rollout.css';
import { problemOf } from '../../client/problem.ts';
import { keys } from '../../client/queries.ts';
import { GroupShare, GroupTraffic } from '../clusters/group-traffic.tsx';
import { HEALTH_FACES, InstanceDot } from '../clusters/instance-dot.tsx';
import { InstancesTable, worstFirst } from '../clusters/instances-table.tsx';
import { clusterOf, healthLine, type ServerGroupView } from '../clusters/server-group.ts';
import { type Inventory, inventoryQuery, type LiveInventory } from '../clusters/server-groups-query.ts';
import { type ShiftStep, type Touched, touchedBy } from './touched.ts';
import { type Weight, weightsAt } from './weights.ts';

interface RolloutProps {
  readonly execution: Execution;
  readonly stage: Stage;
}

/** What happens in the clusters that a running stage changes: where requests go, and how healthy each instance is. */
export function Rollout({ execution, stage }: RolloutProps) {
  const touched = touchedBy(execution.stages, stage);
  if (touched.length === 0) return null;
  return <Live app={execution.application} touched={touched} />;
}

function Live({ app, touched }: { readonly app: string; readonly touched: readonly Touched[] }) {
  const client = useQueryClient();
  const query = useQuery(inventoryQuery(app));
  // Something has just changed: what is shown of the cloud is from before.
  const moment = JSON.stringify(touched.map(({ wait, steps, coming }) => [wait?.reason, steps, coming]));
  // biome-ignore lint/correctness/useExhaustiveDependencies: the moment is what it is read anew for
  useEffect(() => {
    void client.invalidateQueries({ queryKey: keys.inventory(app) });
  }, [app, client, moment]);
  if (query.isPending) return <SkeletonRows rows={3} />;
  if (!query.data)
    return <Notice tone="warn">The clusters cannot be read now: {problemOf(query.error).message}</Notice>;
  const { data } = query;
  return touched.map((one) => (
    <ClusterNow key={`${one.account} ${one.region} ${one.cluster}`} app={app} touched={one} inventory={data} />
  ));
}

interface ClusterNowProps {
  readonly app: string;
  readonly touched: Touched;
  readonly inventory: LiveInventory;
}

/** Groups that matter now: the two that a run names, and whatever else of the cluster takes requests. */
export function groupsShown(groups: readonly ServerGroupView[], touched: Touched): ServerGroupView[] {
  const { account, region, cluster, coming, leaving } = touched;
  return groups
    .filter((one) => one.account === account && one.region === region && clusterOf(one) === cluster)
    .filter((one) => one.name === coming || one.name === leaving || one.traffic !== 'disabled' || !coming)
    .sort((a, b) => (b.createdTime ?? 0) - (a.createdTime ?? 0));
}

function ClusterNow({ app, touched, inventory }: ClusterNowProps) {
  const { account, region, cluster, coming, steps } = touched;
  const groups = groupsShown(inventory.serverGroups, touched);
  return (
    <section className="gk-card" aria-label={`${cluster} now`}>
      <div className="gk-card-head">
        <h3 className="gk-heading m-0" style={{ fontSize: '0.875rem' }}>
          {cluster} now
        </h3>
        <Chip>{account}</Chip>
        <Chip>{region}</Chip>
      </div>
      {steps.length > 0 ? <Steps steps={steps} isGoingBack={touched.isGoingBack} /> : null}
      <Weights touched={touched} inventory={inventory} groups={groups} />
      {groups.length === 0 ? (
        <p className="gk-muted m-0 px-3 py-2">
          {coming ? `${coming} is not to be seen yet.` : 'No server group of the cluster is there.'}
        </p>
      ) : null}
      {groups.map((group) => (
        <GroupNow key={group.name} app={app} group={group} touched={touched} />
      ))}
    </section>
  );
}

function Steps({ steps, isGoingBack }: { readonly steps: readonly ShiftStep[]; readonly isGoingBack: boolean }) {
  const next = steps.find(({ status }) => status !== 'SUCCEEDED');
  return (
    <div className="border-line border-b px-3 py-2">
      <ol className="rollout-steps" aria-label="Steps of the shift">
        {steps.map((step) => (
          <li key={step.weight} aria-current={step === next && !isGoingBack ? 'step' : undefined}>
            <StatusIcon status={step.status} size={14} />
            <span className="gk-num">{step.weight} %</span>
            {step.gate ? <span className="gk-muted">{step.gate}</span> : null}
          </li>
        ))}
      </ol>
      {isGoingBack ? <p className="m-0 mt-1">The shift was given up: all requests go back.</p> : null}
    </div>
  );
}

interface WeightsProps {
  readonly touched: Touched;
  readonly inventory: Pick<Inventory, 'loadBalancers'>;
  readonly groups: readonly ServerGroupView[];
}

/** Where each listener sends its requests now, and where after the next step. */
function Weights({ touched, inventory, groups }: WeightsProps) {
  const { shift, isGoingBack } = touched;
  if (!shift) return null;
  const steps = isGoingBack ? [] : touched.steps;
  return shift.listeners.map((listener) => {
    const weights = weightsAt(inventory.loadBalancers ?? [], touched, listener, shift, steps);
    if (!weights) return null;
    const name = `${listener.loadBalancer}:${listener.port}${listener.rule === null ? '' : ` rule ${listener.rule}`}`;
    return (
      <table key={name} className="gk-table gk-table-bare rollout-weights" aria-label={`Requests of ${name}`}>
        <thead>
          <tr>
            <th scope="col">{name} sends to</th>
            <th scope="col">Now</th>
            <th scope="col">Next</th>
          </tr>
        </thead>
        <tbody>
          {weights.map((weight) => (
            <WeightRow key={weight.targetGroup} weight={weight} groups={groups} />
          ))}
        </tbody>
      </table>
    );
  });
}

function WeightRow({ weight, groups }: { readonly weight: Weight; readonly groups: readonly ServerGroupView[] }) {
  const members = groups.filter(({ targetGroups }) => targetGroups.includes(weight.targetGroup));
  return (
    <tr>
      <td>
        {weight.targetGroup}
        <span className="gk-muted block">{members.map(({ name }) => name).join(', ') || 'no server group'}</span>
      </td>
      <td>
        <span className="weight-line">
          <span className="weight-bar" data-role-of={weight.role} aria-hidden>
            <span style={{ width: `${weight.now}%` }} />
          </span>
          <span className="gk-num whitespace-nowrap">{weight.now} %</span>
        </span>
      </td>
      <td className="gk-num gk-muted whitespace-nowrap">
        {weight.next === null || weight.next === weight.now ? '–' : `${weight.next} %`}
      </td>
    </tr>
  );
}

interface GroupNowProps {
  readonly app: string;
  readonly group: ServerGroupView;
  readonly touched: Touched;
}

/** One server group: in traffic or not, its instances as marks, and why they are not healthy while that is waited for. */
function GroupNow({ app, group, touched: { coming, needed, wait } }: GroupNowProps) {
  const { account, region, name } = group;
  const up = group.instances.filter(({ health }) => health === 'Up').length;
  const target = name === coming && needed !== null ? needed : (group.capacity?.desired ?? group.instances.length);
  const isLeaving = group.beingDeleted || group.traffic === 'disabled';
  const isAwaited = name === coming && wait?.kind === 'resource' && up < target && !isLeaving;
  const version = group.image?.version ?? group.image?.name ?? group.image?.id;
  return (
    <div className="border-line border-t px-3 py-2">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <Link
          className="row-link"
          to="/apps/$app/clusters/$account/$region/$name"
          params={{ app, account, region, name }}
        >
          {name}
        </Link>
        <span className="gk-muted">{version ?? 'image unknown'}</span>
        <span className="ml-auto">
          <GroupTraffic group={group} />
        </span>
      </div>
      <div className="mt-1 flex flex-wrap items-center gap-x-3 gap-y-1">
        <span className="flex flex-wrap gap-1">
          {worstFirst(group.instances)
            .slice(0, 40)
            .map(({ id, health }) => (
              <InstanceDot key={id} health={health} label={`${id}: ${HEALTH_FACES[health].word}`} />
            ))}
        </span>
        <span className="gk-muted gk-row-text">
          {healthLine(group.instances)} of {target} wanted
        </span>
        <span className="gk-row-text ml-auto min-w-0">
          <GroupShare group={group} />
        </span>
      </div>
      {isAwaited ? (
        <p className="m-0 mt-1 font-medium" role="status">
          {up} of {target} healthy
          {wait.until === undefined ? null : (
            <span className="gk-muted font-normal">
              , gives up <Remaining until={wait.until} />
            </span>
          )}
        </p>
      ) : null}
      <details className="mt-1" open={isAwaited ? true : undefined}>
        <summary className="gk-muted gk-row-text cursor-pointer">Instances</summary>
        <InstancesTable narrow of={name} instances={group.instances} />
      </details>
    </div>
  );
}
