import { type Column, durationText, Moment, type StatusRole, Table } from '@gennaker/ui-kit';
import { CircleCheck, LoaderCircle, OctagonX } from 'lucide-react';
import type { GroupSettings } from './server-group-query.ts';
import { hookText, launchFacts, policyText, scheduleText, warmPoolText } from './settings-words.ts';

/** What instances are started with. */
export function LaunchSettings({ launch }: { readonly launch: GroupSettings['launch'] }) {
  return (
    <dl className="facts" aria-label="Launch settings">
      {launchFacts(launch).map(([word, value]) => (
        <div key={word} className="contents">
          <dt>{word}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

type Policy = GroupSettings['policies'][number];
type Schedule = GroupSettings['schedules'][number];
type Hook = GroupSettings['lifecycleHooks'][number];
type Activity = GroupSettings['activities'][number];

const POLICIES: ReadonlyArray<Column<Policy>> = [
  { id: 'name', label: 'Policy', cell: ({ name }) => name },
  { id: 'what', label: 'What it does', cell: policyText },
  { id: 'type', label: 'Kind', cell: ({ type }) => type.replaceAll(/([a-z])([A-Z])/g, '$1 $2').toLowerCase() },
  { id: 'on', label: 'State', cell: ({ enabled }) => (enabled ? 'on' : 'off') },
];

const SCHEDULES: ReadonlyArray<Column<Schedule>> = [
  { id: 'name', label: 'Scheduled action', cell: ({ name }) => name },
  { id: 'when', label: 'When', cell: (row) => scheduleText(row).when },
  { id: 'size', label: 'Size', cell: (row) => scheduleText(row).size },
];

const HOOKS: ReadonlyArray<Column<Hook>> = [
  { id: 'name', label: 'Lifecycle hook', cell: ({ name }) => name },
  { id: 'when', label: 'Holds', cell: (hook) => hookText(hook).when },
  { id: 'waits', label: 'Waits for an answer', cell: (hook) => hookText(hook).waits },
  { id: 'then', label: 'Without one', cell: (hook) => hookText(hook).otherwise },
  {
    id: 'told',
    label: 'Told',
    cell: ({ notificationTarget }) =>
      typeof notificationTarget === 'string' ? (
        <span className="wrap-anywhere">{notificationTarget}</span>
      ) : (
        'EventBridge'
      ),
  },
];

/** What changes the size of the group by itself, and what its instances wait for as they come and go. */
export function Scaling({
  settings: { policies, schedules, warmPool, lifecycleHooks },
}: {
  readonly settings: Pick<GroupSettings, 'policies' | 'schedules' | 'warmPool' | 'lifecycleHooks'>;
}) {
  return (
    <div className="flex flex-col gap-5">
      {policies.length > 0 ? (
        <Table label="Scaling policies" columns={POLICIES} rows={policies} keyOf={({ name }) => name} />
      ) : (
        <p className="gk-muted m-0">No scaling policies: nothing measured changes its size.</p>
      )}
      {schedules.length > 0 ? (
        <Table label="Scheduled actions" columns={SCHEDULES} rows={schedules} keyOf={({ name }) => name} />
      ) : (
        <p className="gk-muted m-0">No scheduled actions: its size follows no clock.</p>
      )}
      {warmPool ? (
        <section>
          <h3 className="gk-label m-0 mb-1">Warm pool</h3>
          <p className="m-0 gk-prose">{warmPoolText(warmPool)}</p>
        </section>
      ) : (
        <p className="gk-muted m-0">No warm pool: instances are started when they are needed.</p>
      )}
      {lifecycleHooks.length > 0 ? (
        <Table label="Lifecycle hooks" columns={HOOKS} rows={lifecycleHooks} keyOf={({ name }) => name} />
      ) : (
        <p className="gk-muted m-0">No lifecycle hooks: instances come and go without waiting for an answer.</p>
      )}
    </div>
  );
}

const faceOf = ({ status }: Activity): { readonly role: StatusRole; readonly icon: typeof CircleCheck } => {
  if (status === 'Successful') return { role: 'done', icon: CircleCheck };
  return status === 'Failed' || status === 'Cancelled'
    ? { role: 'fail', icon: OctagonX }
    : { role: 'run', icon: LoaderCircle };
};

function ActivityStatus({ activity }: { readonly activity: Activity }) {
  const face = faceOf(activity);
  return (
    <span className="gk-status" data-role={face.role}>
      <face.icon size={16} className="gk-status-icon" aria-hidden />
      {activity.status.replaceAll(/([a-z])([A-Z])/g, '$1 $2')}
    </span>
  );
}

const ACTIVITIES: ReadonlyArray<Column<Activity>> = [
  { id: 'when', label: 'Begun', width: '9rem', cell: ({ startTime }) => <Moment dated at={startTime} /> },
  { id: 'status', label: 'Status', width: '8rem', cell: (activity) => <ActivityStatus activity={activity} /> },
  {
    id: 'what',
    label: 'What and why',
    cell: ({ description, cause, message }) => (
      <div className="py-1" style={{ overflowWrap: 'anywhere' }}>
        {description}
        {message ? <span className="gk-error-text">{message}</span> : null}
        <span className="gk-muted block">{cause}</span>
      </div>
    ),
  },
  {
    id: 'took',
    label: 'Took',
    numeric: true,
    width: '6rem',
    cell: ({ startTime, endTime }) => (endTime === null ? 'goes on' : durationText(endTime - startTime)),
  },
];

/** What the cloud did to the size of the group lately. */
export function Activities({ activities }: { readonly activities: readonly Activity[] }) {
  if (activities.length === 0) return <p className="gk-muted m-0">Nothing was done to its size lately.</p>;
  return <Table label="Activities" columns={ACTIVITIES} rows={activities} keyOf={({ id }) => id} />;
}
