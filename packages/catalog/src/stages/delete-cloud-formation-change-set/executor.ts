import { accountOf, regionsOf } from '../../clusters/place.ts';
import { executeStage, minutes, succeeded } from '../../kit/index.ts';
import { deleteCloudFormationChangeSetStage } from './definition.ts';

export const deleteCloudFormationChangeSet = executeStage(deleteCloudFormationChangeSetStage, {
  needs: ['stacks'],
  tasks: [
    {
      name: 'deleteCloudFormationChangeSet',
      timeoutMs: minutes(15),
      async run(run) {
        const { stackName: name, changeSetName: changeSet } = run.context;
        const account = accountOf(run.context);
        for (const region of regionsOf(run.context)) {
          const ref = { account, region, name, changeSet };
          const state = (await run.ports.stacks.readChangeSet(ref))?.state ?? 'gone';
          const named = `${name}/${changeSet}`;
          const what = {
            kind: 'changeSet',
            account,
            region,
            name: named,
            action: 'remove',
            before: { state },
          } as const;
          const settle = await run.intend(what);
          await run.ports.stacks.removeChangeSet(
            ref,
            run.operation(`delete:${account}/${region}/${name}/${changeSet}`),
          );
          settle('done');
        }
        return succeeded();
      },
    },
  ],
});
