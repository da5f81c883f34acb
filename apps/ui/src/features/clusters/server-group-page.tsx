import { Ago, Button, Chip, GoneState, IconButton, Menu, Tabs } from '@gennaker/ui-kit';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { EllipsisVertical, LogIn, LogOut, MinusCircle, RefreshCw, Unlink, XCircle } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { Loaded } from '../../app/query-states.tsx';
import { AskDialog } from './ask-dialog.tsx';
import { Asked, type Asking, groupEntries } from './group-menu.tsx';
import { GroupTraffic } from './group-traffic.tsx';
import { INSTANCE_ACTIONS, type InstanceAction, instanceJob, instanceOff, instancePlan } from './instance-actions.ts';
import { InstancesTable } from './instances-table.tsx';
import { healthLine, type InstanceView, type ServerGroupView } from './server-group.ts';
import { GroupFacts } from './server-group-details.tsx';
import { type GroupRef, type GroupSettings, serverGroupSettingsQuery } from './server-group-query.ts';
import { Activities, LaunchSettings, Scaling } from './server-group-settings.tsx';
import { inventoryQuery } from './server-groups-query.ts';

const route = getRouteApi('/apps/$app/clusters/$account/$region/$name');

type GroupTab = 'launch' | 'scaling' | 'activities';

/** One server group: where its requests come from, each instance, what it is made of, what scales it, what was done to it. */
export function ServerGroupPage() {
  const { app, ...ref } = route.useParams();
  const query = useQuery(inventoryQuery(app));
  return (
    <Loaded query={query} what="this server group">
      {({ serverGroups }) => {
        const group = serverGroups.find(
          (one) => one.name === ref.name && one.account === ref.account && one.region === ref.region,
        );
        return group ? <Group app={app} group={group} readAt={query.dataUpdatedAt} /> : <Gone app={app} at={ref} />;
      }}
    </Loaded>
  );
}

function Gone({ app, at }: { readonly app: string; readonly at: GroupRef }) {
  return (
    <GoneState
      title={`${at.name} does not exist`}
      message={`There is no such server group of ${app} in ${at.account} ${at.region} now. It may have been destroyed.`}
      action={
        <Link to="/apps/$app/clusters" params={{ app }}>
          Clusters of {app}
        </Link>
      }
    />
  );
}

interface GroupProps {
  readonly app: string;
  readonly group: ServerGroupView;
  readonly readAt: number;
}

/** Actions that have a button of their own. */
const BUTTONS = ['resize', 'enable', 'disable'];

function Group({ app, group, readAt }: GroupProps) {
  const [asking, setAsking] = useState<Asking | null>(null);
  const entries = groupEntries(group, setAsking);
  const buttons = entries.filter(({ id, offBecause }) => BUTTONS.includes(id) && (id === 'resize' || !offBecause));
  const { account, region, name, capacity } = group;
  return (
    <div className="page">
      <div className="page-head">
        <h1 className="gk-title row-name min-w-0">
          <span className="gk-clip">{name}</span>
        </h1>
        <span className="gk-label">
          read <Ago at={readAt} />
        </span>
        {buttons.map((one) => (
          <Button key={one.id} onPress={one.onAction} offBecause={one.offBecause}>
            {one.icon} {one.label}
          </Button>
        ))}
        <Menu label={`Actions for ${name}`} entries={entries.filter((one) => !buttons.includes(one))}>
          <IconButton label={`Actions for ${name}`} look="plain">
            <EllipsisVertical size={16} aria-hidden />
          </IconButton>
        </Menu>
      </div>
      <div className="mb-4 flex flex-wrap items-center gap-x-4 gap-y-1">
        <GroupTraffic group={group} />
        <Chip>{account}</Chip>
        <Chip>{region}</Chip>
        {group.image?.version ? <Chip>version {group.image.version}</Chip> : null}
        <span>{healthLine(group.instances)}</span>
        {capacity ? (
          <span className="gk-muted">
            {capacity.desired} wanted, least {capacity.min}, greatest {capacity.max}
          </span>
        ) : null}
        <span className="gk-muted">
          made <Ago at={group.createdTime} />
        </span>
      </div>
      <GroupFacts group={group} />
      <Details app={app} group={group} />
      <Asked app={app} asking={asking} onClose={() => setAsking(null)} />
    </div>
  );
}

function Details({ app, group }: Pick<GroupProps, 'app' | 'group'>) {
  const { tab } = route.useSearch();
  const navigate = route.useNavigate();
  const settings = useQuery(serverGroupSettingsQuery(app, group));
  const loaded = (what: string, draw: (found: GroupSettings) => ReactNode) => (
    <Loaded query={settings} what={what}>
      {draw}
    </Loaded>
  );
  const tabs = [
    { id: 'instances', label: `Instances (${group.instances.length})`, content: <Instances app={app} group={group} /> },
    {
      id: 'launch',
      label: 'Launch settings',
      content: loaded('launch settings', ({ launch }) => <LaunchSettings launch={launch} />),
    },
    { id: 'scaling', label: 'Scaling', content: loaded('scaling', (found) => <Scaling settings={found} />) },
    {
      id: 'activities',
      label: 'Activities',
      content: loaded('activities', ({ activities }) => <Activities activities={activities} />),
    },
  ];
  return (
    <Tabs
      label={`Details of ${group.name}`}
      tabs={tabs}
      selected={tab ?? 'instances'}
      onSelect={(id) =>
        void navigate({ search: (old) => ({ ...old, tab: id === 'instances' ? undefined : (id as GroupTab) }) })
      }
      panelClassName="pt-3"
    />
  );
}

const ICONS: Readonly<Record<InstanceAction, typeof LogOut>> = {
  deregister: LogOut,
  register: LogIn,
  reboot: RefreshCw,
  detach: Unlink,
  terminate: XCircle,
  terminateAndShrink: MinusCircle,
};

interface AskedInstance {
  readonly action: InstanceAction;
  readonly id: string;
}

function Instances({ app, group }: Pick<GroupProps, 'app' | 'group'>) {
  const [asked, setAsked] = useState<AskedInstance | null>(null);
  if (group.instances.length === 0) return <p className="gk-muted m-0">It has no instances.</p>;
  const words = asked ? INSTANCE_ACTIONS[asked.action] : null;
  return (
    <>
      <InstancesTable
        of={group.name}
        instances={group.instances}
        actions={(instance) => (
          <InstanceMenu group={group} instance={instance} onAsk={(action) => setAsked({ action, id: instance.id })} />
        )}
      />
      {asked && words ? (
        <AskDialog
          app={app}
          title={words.title(asked.id)}
          button={words.button}
          danger={words.danger}
          plan={instancePlan(asked.action, group)}
          account={group.account}
          jobFor={(reason) => instanceJob(asked.action, group, asked.id, reason)}
          onClose={() => setAsked(null)}
        />
      ) : null}
    </>
  );
}

interface InstanceMenuProps {
  readonly group: ServerGroupView;
  readonly instance: InstanceView;
  readonly onAsk: (action: InstanceAction) => void;
}

function InstanceMenu({ group, instance, onAsk }: InstanceMenuProps) {
  const entries = (Object.keys(INSTANCE_ACTIONS) as InstanceAction[]).map((action) => {
    const Icon = ICONS[action];
    return {
      id: action,
      label: INSTANCE_ACTIONS[action].label,
      icon: <Icon size={14} aria-hidden />,
      danger: action === 'terminate' || action === 'terminateAndShrink',
      offBecause: instanceOff(action, group, instance),
      onAction: () => onAsk(action),
    };
  });
  return (
    <Menu label={`Actions for ${instance.id}`} entries={entries}>
      <IconButton label={`Actions for ${instance.id}`}>
        <EllipsisVertical size={16} aria-hidden />
      </IconButton>
    </Menu>
  );
}
