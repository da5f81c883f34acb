import { type Machine, nextAfter } from '../../world/world.ts';
import { putOutput } from '../s3/objects.ts';
import { seen } from './commands.ts';

/** Writes the output of commands into the buckets they were given, when they have ended. */
export const ssmMachine: Machine = ({ world, store, now }) => {
  let due = Number.POSITIVE_INFINITY;
  for (const command of Object.values(store.commands)) {
    for (const invocation of Object.values(command.invocations)) {
      const { outputTo } = invocation;
      if (outputTo === null) continue;
      const { ended, status } = seen(store, command, invocation, now);
      if (!ended) {
        due = Math.min(due, nextAfter(now, invocation.startsAt, invocation.endsAt, command.expiresAt + 3_600_000));
        continue;
      }
      invocation.outputTo = null;
      const bucket = world.state.buckets[outputTo.bucket];
      if (status !== 'TimedOut' && bucket?.account === store.account)
        putOutput(bucket, outputTo.key, invocation.output, now);
    }
  }
  return due;
};
