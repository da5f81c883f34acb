import type * as z from 'zod';
import { changeChosen } from '../../clusters/settings.ts';
import { determineTargets } from '../../clusters/target.ts';
import { executeStage, minutes } from '../../kit/index.ts';
import { upsertServerGroupTagsStage } from './definition.ts';

type Context = z.output<typeof upsertServerGroupTagsStage.context>;

const tagsOf = ({ tags }: Context): Readonly<Record<string, string>> =>
  Array.isArray(tags) ? Object.fromEntries(tags.map(({ key, name, value }) => [key || name || '', value])) : tags;

export const upsertServerGroupTags = executeStage(upsertServerGroupTagsStage, {
  needs: ['serverGroups', 'scaling'],
  tasks: [
    determineTargets<Context>({ whenAbsent: 'fail' }),
    {
      name: 'upsertServerGroupTags',
      timeoutMs: minutes(10),
      run: (run) =>
        changeChosen(
          run,
          (ref, operation) => run.ports.scaling.tag(ref, tagsOf(run.context), operation),
          async (ref) => {
            const tags = (await run.ports.scaling.readTags(ref)) ?? {};
            return {
              tags: Object.fromEntries(Object.keys(tagsOf(run.context)).map((key) => [key, tags[key] ?? null])),
              wanted: { tags: tagsOf(run.context) },
            };
          },
        ),
    },
  ],
});
