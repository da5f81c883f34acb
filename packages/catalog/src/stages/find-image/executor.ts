import type { Failure } from '@gennaker/pipeline-dsl';
import { RE2JS } from 're2js';
import type * as z from 'zod';
import { deploymentDetail, imageArtifact } from '../../clusters/images.ts';
import { clusterRefsOf } from '../../clusters/place.ts';
import { executeStage, failed, minutes, succeeded, type TaskResult, type TaskRun } from '../../kit/index.ts';
import type { ClusterRef, Image, ServerGroup } from '../../kit/ports/index.ts';
import { findImageStage } from './definition.ts';

type Context = z.output<typeof findImageStage.context>;
type Run = TaskRun<Context, 'serverGroups' | 'images'>;

/** The server group whose image counts; a list when there are several and the stage wants exactly one. */
export function selectServerGroup(
  groups: readonly ServerGroup[],
  strategy: 'NEWEST' | 'OLDEST' | 'LARGEST' | 'FAIL',
): ServerGroup | readonly ServerGroup[] | null {
  if (strategy === 'OLDEST') return groups[0] ?? null;
  if (strategy === 'LARGEST')
    return groups.reduce<ServerGroup | null>(
      (best, group) => (!best || group.instances.length >= best.instances.length ? group : best),
      null,
    );
  if (strategy === 'FAIL' && groups.length > 1) return groups;
  return groups.at(-1) ?? null;
}

const noneFound = ({ cluster, region }: ClusterRef, onlyEnabled: boolean): Failure => ({
  code: 'find-image.none',
  message: `Cluster ${cluster} has no ${onlyEnabled ? 'enabled ' : ''}server group in ${region} to take an image from.`,
  advice: 'Check the cluster, or look at disabled server groups too.',
});

const several = ({ cluster, region }: ClusterRef, groups: readonly ServerGroup[]): Failure => ({
  code: 'find-image.several',
  message: `Cluster ${cluster} has ${groups.length} server groups in ${region} (${groups.map((group) => group.name).join(', ')}); exactly one was expected.`,
  advice: 'Choose newest, oldest or largest, or leave one server group only.',
});

async function findIn(run: Run, ref: ClusterRef): Promise<{ image: Image; group: ServerGroup } | Failure> {
  const { context } = run;
  const onlyEnabled = context.onlyEnabled !== false;
  const all = (await run.ports.serverGroups.list(ref)).filter((group) => !group.beingDeleted);
  const eligible = onlyEnabled ? all.filter((group) => group.traffic !== 'disabled') : all;
  const selected = selectServerGroup(eligible, context.selectionStrategy ?? 'NEWEST');
  if (!selected) return noneFound(ref, onlyEnabled);
  if (!('image' in selected)) return several(ref, selected);
  const image = await run.ports.images.find({ account: ref.account, region: ref.region, nameOrId: selected.image.id });
  if (!image)
    return {
      code: 'find-image.gone',
      message: `Image ${selected.image.id} of ${selected.name} no longer exists in ${ref.region}.`,
      advice: 'Bake or find another image.',
    };
  const pattern = context.imageNamePattern;
  if (pattern && !RE2JS.compile(pattern).matcher(image.name).find())
    return {
      code: 'find-image.name-differs',
      message: `Image ${image.name} of ${selected.name} does not match ${pattern}.`,
      advice: 'Check the pattern, or the server group that was chosen.',
    };
  return { image, group: selected };
}

async function find(run: Run): Promise<TaskResult> {
  const found: Array<{ image: Image; group: ServerGroup }> = [];
  for (const ref of clusterRefsOf(run.context)) {
    const one = await findIn(run, ref);
    if ('code' in one) return failed(one);
    found.push(one);
  }
  const details = found.map(({ image, group }) => deploymentDetail(image, { sourceServerGroup: group.name }));
  return succeeded({
    amiDetails: details,
    deploymentDetails: details,
    artifacts: found.map(({ image }) => imageArtifact(image)),
  });
}

export const findImage = executeStage(findImageStage, {
  needs: ['serverGroups', 'images'],
  tasks: [{ name: 'findImage', timeoutMs: minutes(10), run: find }],
});
