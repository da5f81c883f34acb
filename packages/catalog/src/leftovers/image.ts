import { isJsonObject } from '@gennaker/pipeline-dsl';
import type { BakedImage, CloudTrace, MadeImage, TemporaryMachine } from '../kit/ports/index.ts';
import { halfChanged } from './half-changed.ts';
import {
  beforeOf,
  type Eyes,
  GONE,
  type Leftover,
  type Look,
  placeOf,
  type Sight,
  succeededIn,
  type Thing,
} from './thing.ts';

const bakeKeyOf = ({ maker }: Thing): string | null => {
  const plan = maker?.context['bakePlan'];
  return isJsonObject(plan) && typeof plan['bakeKey'] === 'string' ? plan['bakeKey'] : null;
};

/** The lease that stands for baking this content: another execution may have taken the bake over. */
function leaseOf(thing: Thing): { readonly lease?: string } {
  const key = bakeKeyOf(thing);
  return key ? { lease: `bake:${thing.account}:${thing.region}:${key}` } : {};
}

/** A name that belonged to something else got a number. */
const isNamed = (name: string, wanted: string): boolean =>
  name === wanted || (name.startsWith(`${wanted.slice(0, 125)}-`) && /^-\d$/.test(name.slice(-2)));

function madeImage(thing: Thing, { id, name, state }: MadeImage): Sight {
  const { kind, maker } = thing;
  const picture = { id, state };
  if (state === 'available') {
    const why = succeededIn(maker)
      ? `Stage ${maker?.name} was to make it.`
      : 'It is finished and good: the next bake of the same content finds it.';
    return { there: true, picture, why, leftovers: [] };
  }
  const why =
    state === 'failed' ? 'AWS could not make it.' : 'It is still being made, and the stage that wanted it has ended.';
  const what = `Delete image ${name} (${id}) with its snapshots`;
  const owner = { executionId: thing.executionId, ...leaseOf(thing) };
  const rest = { kind, ...placeOf(thing), ...owner, action: 'deleteImage', what, why, ids: [id] } as const;
  return { there: true, picture, why, leftovers: [rest] };
}

/** An image that was there before: only what was changed of it is compared. */
async function knownImage(eyes: Eyes, thing: Thing, image: BakedImage): Promise<Sight> {
  const tags = beforeOf(thing)?.['tags'];
  const names = isJsonObject(tags) ? Object.keys(tags) : [];
  const now = Object.fromEntries(names.map((name) => [name, image.tags[name] ?? null]));
  const { why = 'It was there before this execution.', leftovers } = await halfChanged(eyes, thing);
  return { there: true, picture: { id: image.id, tags: now }, why, leftovers };
}

/** What is left of an image that is gone, or never came to be. */
function snapshotsOf(thing: Thing, traces: readonly CloudTrace[]): readonly Leftover[] {
  const stages = new Set(thing.rows.map(({ stageId }) => stageId));
  const ids = traces
    .filter((each) => each.kind === 'snapshot' && each.executionId === thing.executionId)
    .filter(({ stageId }) => stages.has(stageId ?? ''))
    .map(({ id }) => id);
  if (ids.length === 0) return [];
  const what = `Delete ${ids.join(', ')}, which image ${thing.name} was made of`;
  const why = 'No image uses it: the image was deregistered, or never came to be.';
  const { kind, executionId } = thing;
  return [{ kind, ...placeOf(thing), executionId, ...leaseOf(thing), action: 'deleteSnapshot', what, why, ids }];
}

/** A snapshot that a clean-up was to delete. */
export const lookAtSnapshot: Look = async (eyes, thing) => {
  const found = (await eyes.traces(thing)).find(({ kind, id }) => kind === 'snapshot' && id === thing.name);
  if (!found) return GONE;
  return { there: true, picture: {}, why: 'It was not deleted; the janitor finds it again.', leftovers: [] };
};

export const lookAtImage: Look = async (eyes, thing) => {
  const { account, region, name } = thing;
  const id = thing.rows.find(({ before }) => typeof before?.['id'] === 'string')?.before?.['id'];
  if (!thing.maker && typeof id === 'string') {
    const image = await eyes.ports.images.readImage({ account, region, id });
    return image ? knownImage(eyes, thing, image) : GONE;
  }
  const traces = await eyes.traces(thing);
  const made = traces.find(
    (each): each is MadeImage =>
      each.kind === 'image' && each.executionId === thing.executionId && isNamed(each.name, name),
  );
  if (made) return madeImage(thing, made);
  // An external program makes its image without our marks.
  const found = await eyes.ports.images.find({ account, region, nameOrId: name });
  if (found) return { there: true, picture: { id: found.id }, why: 'It is finished.', leftovers: [] };
  return { ...GONE, leftovers: snapshotsOf(thing, traces) };
};

export const lookAtImagePermission: Look = async (eyes, thing) => {
  const { account, region, name } = thing;
  const id = name.split(' ')[0] ?? '';
  if (!(await eyes.ports.images.readImage({ account, region, id }))) return GONE;
  const sharedWith = await eyes.ports.images.sharedWith({ account, region, id });
  return { there: true, picture: { sharedWith: [...sharedWith] }, why: 'Sharing is never taken back.', leftovers: [] };
};

/** A machine that was started to bake. */
export const lookAtBuilder: Look = async (eyes, thing) => {
  const stages = new Set(thing.rows.map(({ stageId }) => stageId));
  const machines = (await eyes.traces(thing)).filter(
    (each): each is TemporaryMachine =>
      each.kind === 'machine' && each.executionId === thing.executionId && stages.has(each.stageId ?? ''),
  );
  const ids = machines.map(({ id }) => id);
  if (ids.length === 0) return GONE;
  const why = 'It was started to bake an image, and its stage has ended.';
  const what = `Terminate ${ids.join(', ')}, started to ${thing.name}`;
  const rest = { kind: thing.kind, ...placeOf(thing), ...leaseOf(thing), action: 'terminate', what, why, ids } as const;
  return { there: true, picture: { ids, state: machines[0]?.state ?? '' }, why, leftovers: [rest] };
};
