import { isJsonObject, type Stage } from '@gennaker/pipeline-dsl';
import type { LooseTemplate, MarkedServerGroup, ServerGroup } from '../kit/ports/index.ts';
import { halfChanged, undoOf } from './half-changed.ts';
import { beforeOf, GONE, type Leftover, type Look, placeOf, type Sight, succeededIn, type Thing } from './thing.ts';
import { settingsNow, type Undo } from './undo.ts';

const isEmpty = ({ capacity, instances }: ServerGroup): boolean => capacity.max === 0 && instances.length === 0;

/** Nobody uses it: it takes no traffic, or has nothing that could. */
export const isUnused = (group: ServerGroup): boolean => group.traffic === 'disabled' || isEmpty(group);

const cameUp = (maker: Stage): boolean => succeededIn(maker) || typeof maker.context['neededInstances'] === 'number';

function whyThere(group: ServerGroup, { maker }: Thing): string {
  if (!isUnused(group)) {
    const up = group.instances.filter(({ health }) => health === 'Up').length;
    return `It is in traffic: ${up} of ${group.instances.length} instances are healthy.`;
  }
  if (maker && cameUp(maker)) return 'It is out of traffic and came up once: a rollback may restore it.';
  return `It is ${isEmpty(group) ? 'empty' : 'out of traffic'} and never came up; cleaning up removes it.`;
}

/** Ids of the instances that a stage was taking out of traffic by itself. */
function takenOut({ changer, region, name }: Thing): readonly string[] {
  const all = changer?.context['disabledInstances'];
  const ids = isJsonObject(all) ? all[`${region}:${name}`] : null;
  return Array.isArray(ids) ? ids.map(String) : [];
}

/** A stage that did not succeed took it out of traffic, and not all of the way. */
function isHalfOut(thing: Thing, group: ServerGroup, marks: MarkedServerGroup | undefined): boolean {
  const before = beforeOf(thing)?.['traffic'];
  if (succeededIn(thing.changer) || before === undefined || before === 'disabled') return false;
  if (group.traffic === 'disabled') return false;
  const ids = takenOut(thing);
  const isOut = group.instances.some(
    ({ id, health }) => ids.includes(id) && (health === 'OutOfService' || health === 'Draining'),
  );
  return group.traffic === 'partial' || Boolean(marks?.frozen) || isOut;
}

/** The least size from before, when it was raised and not given back. */
function raisedFrom(thing: Thing, { capacity, intendedCapacity }: ServerGroup): number | null {
  const before = beforeOf(thing)?.['capacity'];
  const min = isJsonObject(before) ? Number(before['min']) : Number.NaN;
  return intendedCapacity !== null && capacity.max > 0 && min < capacity.min ? min : null;
}

function leftoversOf(thing: Thing, group: ServerGroup, marks: MarkedServerGroup | undefined): readonly Leftover[] {
  const { maker, kind, name } = thing;
  const place = { kind, ...placeOf(thing) };
  if (group.beingDeleted) return [];
  if (maker && isUnused(group) && !cameUp(maker))
    return [{ ...place, action: 'destroy', what: `Destroy ${name}`, why: 'It takes no traffic and never came up.' }];
  const found: Leftover[] = [];
  if (isHalfOut(thing, group, marks)) {
    const why = 'It was being taken out of traffic when its stage ended, and is neither in nor out.';
    found.push({ ...place, action: 'enable', what: `Put ${name} back into traffic`, why });
  }
  const min = maker ? null : raisedFrom(thing, group);
  if (min !== null) {
    const what = `Give ${name} its least size of ${min} back`;
    const why = `Its least size was raised to ${group.capacity.min} and not given back.`;
    found.push({ ...place, action: 'unpin', what, min, why });
  }
  if (marks?.unsettled && group.traffic !== 'disabled') {
    const why = `The policies and schedules that it took over are still held back (${marks.unsettled.join(', ')}).`;
    found.push({ ...place, action: 'settle', what: `Let the scaling of ${name} act`, why });
  }
  return found;
}

/** What was made for a server group that is gone. */
function remains(thing: Thing, templates: readonly LooseTemplate[]): Sight {
  const { kind, maker, name } = thing;
  if (!maker || templates.length === 0) return GONE;
  const why = `Launch template ${templates.map((each) => each.name).join(', ')} is left, and its server group is gone.`;
  const what = `Remove what was made for ${name}`;
  return { ...GONE, leftovers: [{ kind, ...placeOf(thing), action: 'sweep', what, why }] };
}

export const lookAtServerGroup: Look = async (eyes, thing) => {
  const [group, traces] = await Promise.all([eyes.ports.serverGroups.read(placeOf(thing)), eyes.traces(thing)]);
  if (!group)
    return remains(
      thing,
      traces.filter((each): each is LooseTemplate => each.kind === 'launchTemplate' && each.serverGroup === thing.name),
    );
  const marks = traces.find(
    (each): each is MarkedServerGroup => each.kind === 'serverGroup' && each.name === thing.name,
  );
  const { traffic, capacity, suspendedProcesses } = group;
  const pictures = thing.rows.flatMap(({ before }) => (before ? [before] : []));
  const settings = await settingsNow(eyes.ports, placeOf(thing), pictures);
  const picture = { traffic, capacity, suspendedProcesses: [...suspendedProcesses], ...settings };
  const found = leftoversOf(thing, group, marks);
  const isGoing = group.beingDeleted || found.some(({ action }) => action === 'destroy');
  const changes = isGoing ? [] : await Promise.all(undosOf(thing, group).map((undo) => halfChanged(eyes, thing, undo)));
  const whys = changes.flatMap(({ why }) => why ?? []);
  return {
    there: true,
    picture,
    why: [whyThere(group, thing), ...whys].join(' '),
    leftovers: [...found, ...changes.flatMap(({ leftovers }) => leftovers)],
  };
};

/** Settings, and the size that a stage of the pipeline itself gave it; steps of a deploy bring sizes back themselves. */
function undosOf(thing: Thing, { traffic, capacity }: ServerGroup): readonly Undo[] {
  const undo = undoOf(thing);
  if (!undo) return [];
  const { capacity: wish, ...settings } = undo.wanted;
  const own = Object.keys(settings).length > 0 ? [{ ...undo, wanted: settings }] : [];
  if (!isJsonObject(wish) || traffic === 'disabled' || thing.changer !== thing.purpose) return own;
  const was = undo.before['capacity'];
  const known = [wish['desired'], isJsonObject(was) ? was['desired'] : null].includes(capacity.desired);
  const { desired: _moved, ...bounds } = wish;
  // Between its bounds a group may have been scaled since: then only the bounds are given back.
  return [...own, { ...undo, wanted: { capacity: known ? wish : bounds } }];
}

/** Policies, alarms and scheduled actions that a new server group took over. */
export const lookAtScaling: Look = async (eyes, thing) => {
  const found = await eyes.ports.scaling.read(placeOf(thing));
  if (!found) return GONE;
  const policies = found.policies.map(({ name }) => name);
  const schedules = found.schedules.map(({ name }) => name);
  if (policies.length + schedules.length === 0) return GONE;
  const why = `Its server group ${thing.name} is there; it goes with it.`;
  return { there: true, picture: { policies, schedules }, why, leftovers: [] };
};
