import type { Failure } from '@gennaker/pipeline-dsl';
import type * as z from 'zod';
import { accountOf, regionsOf } from '../../clusters/place.ts';
import {
  again,
  executeStage,
  failed,
  minutes,
  seconds,
  succeeded,
  type TaskResult,
  type TaskRun,
} from '../../kit/index.ts';
import type { CloudRef, ImageUser } from '../../kit/ports/index.ts';
import { deleteImageStage } from './definition.ts';

type Context = z.output<typeof deleteImageStage.context>;
type Run = TaskRun<Context, 'images'>;

const WORDS = { serverGroup: 'server group', launchTemplate: 'launch template', instance: 'instance' } as const;

/** The images in each region of the stage. */
const refsOf = ({ context }: Run): readonly CloudRef[] => {
  const account = accountOf(context);
  return regionsOf(context).flatMap((region) => (context.imageIds ?? []).map((id) => ({ account, region, id })));
};

const inUse = ({ id, region }: CloudRef, users: readonly ImageUser[]): Failure => {
  const named = users.slice(0, 5).map(({ kind, name }) => `${WORDS[kind]} ${name}`);
  const more = users.length > named.length ? ` and ${users.length - named.length} more` : '';
  return {
    code: 'delete-image.in-use',
    message: `Refused to delete image ${id} in ${region}: ${named.join(', ')}${more} would no longer start. Nothing was deleted.`,
    advice: 'A server group without instances counts too: a rollback may grow it again. Destroy it first.',
    details: { image: id, region, users: users.map(({ kind, name }) => ({ kind, name })) },
  };
};

/** Refuses before anything is removed when one of the images is used. */
async function check(run: Run): Promise<TaskResult> {
  if ((run.context.imageIds ?? []).length === 0)
    return failed({
      code: 'delete-image.none',
      message: 'The stage names no image to delete.',
      advice: 'Set the ids of the images.',
    });
  for (const ref of refsOf(run)) {
    const users = await run.ports.images.usersOf(ref);
    if (users.length > 0) return failed(inUse(ref, users));
  }
  return succeeded();
}

async function remove(run: Run): Promise<TaskResult> {
  const known = Array.isArray(run.memory['removed']) ? run.memory['removed'].map(String) : [];
  const removed = new Set(known);
  for (const ref of refsOf(run)) {
    const image = await run.ports.images.readImage(ref);
    if (!image) continue;
    // Somebody may have begun to use it while others were removed.
    const users = await run.ports.images.usersOf(ref);
    if (users.length > 0) return failed(inUse(ref, users));
    await run.remember({ removed: [...removed.add(ref.id)] });
    const { account, region } = ref;
    const before = { id: image.id, tags: image.tags };
    const settle = await run.intend({ kind: 'image', account, region, name: image.name, action: 'remove', before });
    await run.ports.images.removeImage(ref, run.operation(`remove:${region}:${ref.id}`));
    settle('done');
  }
  return succeeded({ removedImages: [...removed] }, { removedImages: [...removed] });
}

async function awaitGone(run: Run): Promise<TaskResult> {
  const there: string[] = [];
  for (const ref of refsOf(run)) if (await run.ports.images.readImage(ref)) there.push(`${ref.id} in ${ref.region}`);
  return there.length === 0 ? succeeded() : again(seconds(5), `${there.join(', ')} to be gone`);
}

export const deleteImage = executeStage(deleteImageStage, {
  needs: ['images'],
  tasks: [
    { name: 'checkUse', timeoutMs: minutes(10), run: check },
    { name: 'deleteImage', timeoutMs: minutes(10), run: remove },
    { name: 'waitForDeletedImage', timeoutMs: minutes(10), run: awaitGone },
  ],
});
