import { checkStatus, instanceState } from '../services/ec2/instance-states.ts';
import { forwardTargets } from '../services/elbv2/forwarding.ts';
import { escapeXml as esc } from '../wire/encode-xml.ts';
import type { CallRecord } from '../wire/journal.ts';
import type { RegionStore } from '../world/state.ts';
import type { World } from '../world/world.ts';

const style = `
:root{color-scheme:light dark;--line:light-dark(#d5d9e0,#3a3f4a);--dim:light-dark(#5b6472,#9aa3b2)}
body{font:14px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:75rem;padding:0 1rem}
h1{font-size:1.3rem}h2{font-size:1.05rem;margin-top:2rem}h3{font-size:.95rem;margin:1.2rem 0 .3rem}p,td.dim{color:var(--dim)}
table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.3rem .6rem;border-bottom:1px solid var(--line);vertical-align:top}
th{font-weight:600}.scroll{overflow-x:auto}`;

function table(heads: string[], rows: string[][]): string {
  if (rows.length === 0) return '<p>None.</p>';
  const head = heads.map((text) => `<th scope="col">${esc(text)}</th>`).join('');
  const body = rows.map((row) => `<tr>${row.map((cell) => `<td>${esc(cell)}</td>`).join('')}</tr>`).join('');
  return `<div class="scroll"><table><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table></div>`;
}

function targetHealth(store: RegionStore, id: string): string {
  const found = Object.values(store.targetGroups).flatMap((group) =>
    Object.values(group.targets)
      .filter((target) => target.id === id)
      .map((target) => `${group.name}: ${target.state}${target.reason === null ? '' : ` (${target.reason})`}`),
  );
  return found.join(', ') || 'not registered';
}

function groupsTable(store: RegionStore): string {
  const rows = Object.values(store.groups).map((group) => [
    group.name,
    `${group.minSize} / ${group.desired} / ${group.maxSize}`,
    group.tags['cd:version']?.value ?? group.tags['cd:image-name']?.value ?? '',
    String(Object.keys(group.members).length),
    Object.keys(group.suspended).join(', '),
    group.deletingSince === null ? '' : 'Delete in progress',
  ]);
  return table(['Group', 'Min / desired / max', 'Version', 'Members', 'Suspended', 'Status'], rows);
}

function instancesTable(world: World, store: RegionStore, now: number): string {
  const rows = Object.values(store.instances).map((instance) => {
    const group = instance.tags['aws:autoscaling:groupName'] ?? '';
    const state = instanceState(instance, now);
    return [
      instance.id,
      group,
      store.images[instance.imageId]?.name ?? instance.imageId,
      instance.zone,
      state === 'running' ? `${state}, checks ${checkStatus(world, instance, now)}` : state,
      (store.groups[group]?.members[instance.id] ?? store.groups[group]?.warmPool?.members[instance.id])?.state ?? '',
      targetHealth(store, instance.id),
    ];
  });
  return table(['Instance', 'Group', 'Image', 'Zone', 'State', 'Lifecycle', 'Target health'], rows);
}

function balancersTable(store: RegionStore): string {
  const rows = Object.values(store.listeners).map((listener) => {
    const balancer = store.loadBalancers[listener.loadBalancerArn];
    const targets = forwardTargets(listener.actions).map(({ arn, weight }) => {
      const group = store.targetGroups[arn];
      const healthy = Object.values(group?.targets ?? {}).filter((target) => target.state === 'healthy').length;
      return `${group?.name ?? arn} weight ${weight}, ${healthy} healthy`;
    });
    return [
      balancer?.name ?? '',
      `${listener.protocol} :${listener.port}`,
      targets.join('; '),
      balancer?.dnsName ?? '',
    ];
  });
  return table(['Load balancer', 'Listener', 'Sends to', 'DNS name'], rows);
}

function imagesTable(store: RegionStore, now: number): string {
  const rows = Object.values(store.images).map((image) => [
    image.name,
    image.id,
    now < image.availableAt ? 'pending' : image.failure === undefined ? 'available' : `failed: ${image.failure}`,
    image.isPublic ? 'everybody' : image.launchAccounts.join(', '),
    image.tags['cd:version'] ?? image.tags['version'] ?? '',
    image.tags['sandbox:app'] ?? image.behaviour ?? '',
  ]);
  return table(['Image', 'Id', 'State', 'Shared with', 'Version', 'Behaviour'], rows);
}

function activitiesTable(store: RegionStore): string {
  const rows = Object.values(store.groups)
    .flatMap((group) => group.activities.slice(0, 8).map((activity) => ({ group, activity })))
    .sort((a, b) => b.activity.startedAt - a.activity.startedAt)
    .slice(0, 20)
    .map(({ group, activity }) => [
      new Date(activity.startedAt).toISOString(),
      group.name,
      activity.description,
      activity.status,
      activity.message ?? activity.cause,
    ]);
  return table(['Time', 'Group', 'Activity', 'Status', 'Why'], rows);
}

/** What changes a group by itself: policies, schedules, hooks, a refresh under way. */
function plansTable(store: RegionStore): string {
  const rows = Object.values(store.groups).flatMap((group) => [
    ...Object.values(group.policies).map((policy) => [
      group.name,
      'Policy',
      policy.PolicyName ?? '',
      policy.PolicyType ?? '',
    ]),
    ...Object.values(group.scheduled).map((action) => [
      group.name,
      'Schedule',
      action.name,
      action.recurrence === null ? 'once' : `${action.recurrence} ${action.timeZone ?? 'UTC'}`,
    ]),
    ...Object.values(group.hooks).map((hook) => [
      group.name,
      'Hook',
      hook.name,
      `${hook.heartbeatSeconds} s, then ${hook.defaultResult}`,
    ]),
    ...(group.refreshes ?? []).map((refresh) => [group.name, 'Refresh', refresh.id, refresh.status]),
  ]);
  return table(['Group', 'Kind', 'Name', 'Says'], rows);
}

function faultsTable(faults: object[]): string {
  return table(
    ['Fault'],
    faults.map((rule) => [JSON.stringify(rule)]),
  );
}

/** One kind of thing, left out where there is none of it. */
const section = (title: string, html: string): string =>
  html === '<p>None.</p>' ? '' : `<h3>${esc(title)}</h3>${html}`;

function callsTable(calls: CallRecord[]): string {
  const rows = calls
    .slice(-40)
    .reverse()
    .map((call) => [
      call.time,
      call.region,
      `${call.service}:${call.action}`,
      call.outcome,
      JSON.stringify(call.parameters).slice(0, 160),
    ]);
  return table(['Time', 'Region', 'Call', 'Outcome', 'Parameters'], rows);
}

/** A plain page that shows what the pretended account holds right now. */
export function statePage(world: World, calls: CallRecord[]): string {
  const now = world.settle();
  const regions = Object.values(world.state.regions).map((store) => {
    const title = `<h2>Account ${esc(store.account)}, ${esc(store.region)}</h2>`;
    const counts = `<p>${Object.keys(store.images).length} images, ${Object.keys(store.launchTemplates).length} launch templates, ${Object.keys(store.subnets).length} subnets</p>`;
    const busy =
      Object.keys(store.groups).length + Object.keys(store.instances).length + Object.keys(store.listeners).length > 0;
    if (!busy) return title + counts;
    const parts = [
      section('Groups', groupsTable(store)),
      section('Instances', instancesTable(world, store, now)),
      section('Load balancers', balancersTable(store)),
      section('Policies, schedules, hooks', plansTable(store)),
      section('Activities', activitiesTable(store)),
      section('Images', imagesTable(store, now)),
    ];
    return title + counts + parts.join('');
  });
  const { now: time, speed, frozen } = world.clock.describe();
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta http-equiv="refresh" content="5"><title>AWS sandbox</title><style>${style}</style></head><body><main><h1>AWS sandbox</h1><p>Scenario ${esc(world.state.scenario)}, time ${esc(time)}, ${frozen ? 'frozen' : `speed ${speed}`}</p><h2>Faults in force</h2>${faultsTable(world.faults.list())}${regions.join('')}<h2>Recent calls</h2>${callsTable(calls)}</main></body></html>`;
}
