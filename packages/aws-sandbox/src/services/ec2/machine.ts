import { type Machine, nextAfter, type World } from '../../world/world.ts';
import { endBootScript } from './boot-script.ts';
import { beginStop, beginTermination, instanceMoments, instanceState, nextFlap } from './instance-states.ts';
import type { Instance } from './state.ts';

/** Lets faults break instances and forgets those terminated long ago. */
export const ec2Machine: Machine = ({ world, store, now, changed }) => {
  let due = Number.POSITIVE_INFINITY;
  for (const instance of Object.values(store.instances)) {
    const goneAt =
      instance.terminatedAt === null ? null : instance.terminatedAt + world.profile.terminatedVisible * 1000;
    if (goneAt !== null && now >= goneAt) {
      delete store.instances[instance.id];
      changed();
      continue;
    }
    const running = instanceState(instance, now) === 'running';
    const fate = running ? world.faults.fateOf(instance) : null;
    if (fate !== null && now >= fate.at && instance.impairedAt === null) {
      if (fate.how === 'impaired') instance.impairedAt = now;
      else if (fate.how === 'stop')
        beginStop(world, instance, now, {
          code: 'Server.ScheduledStop',
          message: 'Stopped due to scheduled retirement',
        });
      else
        beginTermination(world, instance, now, {
          code: 'Server.InternalError',
          message: 'Server.InternalError: Internal error on launch',
        });
      changed();
    }
    if (running && endScript(world, instance, now)) changed();
    due = Math.min(
      due,
      nextAfter(
        now,
        ...instanceMoments(world, instance),
        instance.script?.ended === false ? instance.script.endsAt : null,
        fate?.at ?? null,
        nextFlap(instance, now),
        ...world.faults.healthCheckMoments(instance, now),
      ),
    );
  }
  for (const image of Object.values(store.images)) due = Math.min(due, nextAfter(now, image.availableAt));
  return due;
};

/** Shuts an instance down from the inside when its script has run; true when it did. */
function endScript(world: World, instance: Instance, now: number): boolean {
  const { script } = instance;
  // Snapshots from before scripts were played lack the field.
  if (!script || script.ended || now < script.endsAt) return false;
  endBootScript(world, script, now);
  const reason = {
    code: 'Client.InstanceInitiatedShutdown',
    message: 'Client.InstanceInitiatedShutdown: Instance initiated shutdown',
  };
  if (instance.shutdownBehavior === 'terminate') beginTermination(world, instance, now, reason);
  else beginStop(world, instance, now, reason);
  return true;
}
