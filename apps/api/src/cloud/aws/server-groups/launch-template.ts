import { createHash } from 'node:crypto';
import type { TagSpecification } from '@aws-sdk/client-ec2';
import type { Operation, ServerGroupSpec } from '@gennaker/catalog/kit';
import { FailureError } from '@gennaker/pipeline-dsl';
import { isFailure } from '../errors.ts';
import type { Place } from '../place.ts';
import { tagSpecification, templateData } from './launch-data.ts';
import type { Network } from './network.ts';
import { descriptionTags, ownerTags, TAG } from './tags.ts';

const LONGEST_NAME = 128;

/** First characters of the operation's fingerprint: lower case hex, safe in names and tokens. */
export const fingerprint = (text: string, length: number): string =>
  createHash('sha256').update(text).digest('hex').slice(0, length);

/** One template per group and operation: `web-v003-1f2e3d4c`. */
export function launchTemplateName(groupName: string, operation: Operation): string {
  const suffix = `-${fingerprint(operation.key, 8)}`;
  return `${groupName.slice(0, LONGEST_NAME - suffix.length)}${suffix}`;
}

export interface TemplateRef {
  readonly id: string;
  /** Epoch ms. */
  readonly createdTime: number;
}

/** Finds the template an earlier try of this operation made; fails with `aws.name-taken` when it is another's. */
async function adoptTemplate(place: Place, name: string, operation: Operation): Promise<TemplateRef> {
  const answer = await place.ec2.describeLaunchTemplates({ LaunchTemplateNames: [name] }, { abort: operation.abort });
  const found = answer.LaunchTemplates?.[0];
  const owner = (found?.Tags ?? []).find((tag) => tag.Key === TAG.operation)?.Value;
  if (found?.LaunchTemplateId && owner === operation.key)
    return { id: found.LaunchTemplateId, createdTime: found.CreateTime?.getTime() ?? 0 };
  throw new FailureError({
    code: 'aws.name-taken',
    message: `Launch template ${name} in ${place.account.name} ${place.region} was made by somebody else`,
    retry: false,
    advice: 'Delete that launch template, or run the stage again to get another name.',
    details: { provider: 'aws', resource: `launch template ${name}`, owner: owner ?? null },
  });
}

/** Makes the group's launch template, or finds the one an earlier try of the same operation made. */
export async function ensureTemplate(
  place: Place,
  spec: ServerGroupSpec,
  operation: Operation,
  network: Network,
  imageName: string | null,
): Promise<TemplateRef> {
  const name = launchTemplateName(spec.name, operation);
  const tags = descriptionTags(spec, imageName);
  const own = [...tags, ...ownerTags(operation), { key: TAG.serverGroup, value: spec.name }];
  try {
    const answer = await place.ec2.createLaunchTemplate(
      {
        LaunchTemplateName: name,
        ClientToken: `${fingerprint(operation.key, 32)}-template`,
        LaunchTemplateData: templateData(spec, operation, network, tags),
        TagSpecifications: [tagSpecification('launch-template', own) as TagSpecification],
      },
      { abort: operation.abort },
    );
    const warnings = (answer.Warning?.Errors ?? []).map((one) => `${one.Code}: ${one.Message}`);
    if (warnings.length > 0) place.logger.warn('AWS warns about a launch template', { name, warnings });
    const made = answer.LaunchTemplate;
    return { id: made?.LaunchTemplateId ?? '', createdTime: made?.CreateTime?.getTime() ?? place.clock.now() };
  } catch (error) {
    const mismatch =
      isFailure(error, 'aws.wrong-input') && error.failure.details?.['providerCode'] === 'IdempotentParameterMismatch';
    if (mismatch || isFailure(error, 'aws.exists')) return adoptTemplate(place, name, operation);
    throw error;
  }
}

/** Deletes the templates made for a server group by us, but none that another group launches from; answers how many went. */
export async function deleteTemplatesOf(place: Place, groupName: string, abort?: AbortSignal): Promise<number> {
  const answer = await place.ec2.describeLaunchTemplates(
    { Filters: [{ Name: `tag:${TAG.serverGroup}`, Values: [groupName] }] },
    { abort, resource: `launch templates of ${groupName}` },
  );
  const ids = (answer.LaunchTemplates ?? []).flatMap((template) => template.LaunchTemplateId ?? []);
  let gone = 0;
  for (const id of ids) {
    const others = (await place.groupNames.using(id)).filter((name) => name !== groupName);
    if (others.length === 0) {
      await deleteTemplate(place, id, abort);
      gone += 1;
    } else place.logger.warn('A launch template stays: other groups launch from it', { id, groups: others });
  }
  return gone;
}

export async function deleteTemplate(place: Place, id: string, abort?: AbortSignal): Promise<void> {
  try {
    await place.ec2.deleteLaunchTemplate({ LaunchTemplateId: id }, { abort });
  } catch (error) {
    if (!isFailure(error, 'aws.gone')) throw error;
  }
}
