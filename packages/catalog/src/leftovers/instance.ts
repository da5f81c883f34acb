import { isJsonObject } from '@gennaker/pipeline-dsl';
import { lookAtBuilder } from './image.ts';
import { beforeOf, GONE, type Leftover, type Look, placeOf, succeededIn, type Thing } from './thing.ts';

/** Target groups that it was in before it was taken out of them, with what they said of it. */
function targetsBefore(thing: Thing): Readonly<Record<string, unknown>> {
  const targets = beforeOf(thing)?.['targets'];
  return isJsonObject(targets) ? targets : {};
}

/** Those that it served in, and that a stage which did not succeed took it out of. */
function leftoversOf(thing: Thing, now: Readonly<Record<string, string>>): readonly Leftover[] {
  const served = Object.entries(targetsBefore(thing)).flatMap(([name, health]) =>
    health === 'Up' || health === 'Starting' ? [name] : [],
  );
  const left = served.filter((name) => now[name] === 'OutOfService' || now[name] === 'Draining');
  if (left.length === 0 || succeededIn(thing.changer)) return [];
  return [
    {
      kind: thing.kind,
      ...placeOf(thing),
      action: 'register',
      what: `Register ${thing.name} with ${left.join(', ')} again`,
      why: 'It was being taken out of traffic when its stage ended.',
      ids: [thing.name],
      targetGroups: left,
    },
  ];
}

/** A single machine: one that bakes, or one that a stage rebooted, detached, registered or ended. */
export const lookAtInstance: Look = async (eyes, thing) => {
  const { account, region, name } = thing;
  if (!/^i-/.test(name)) return lookAtBuilder(eyes, thing);
  const place = { account, region };
  const [machine] = await eyes.ports.instances.find(place, [name]);
  if (!machine || machine.state === 'terminated') return GONE;
  const targetGroups = Object.keys(targetsBefore(thing));
  const targets = targetGroups.length > 0 ? await eyes.ports.instances.targets(place, targetGroups, [name]) : [];
  const now = Object.fromEntries(targets.map(({ targetGroup, health }) => [targetGroup, health]));
  return {
    there: true,
    picture: {
      state: machine.state,
      serverGroup: machine.serverGroup,
      ...(targets.length > 0 ? { targets: now } : {}),
    },
    why: machine.serverGroup ? `It is a member of ${machine.serverGroup}.` : 'It runs on, a member of no server group.',
    leftovers: leftoversOf(thing, now),
  };
};
