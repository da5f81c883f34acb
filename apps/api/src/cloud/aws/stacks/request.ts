import type { Stack as AwsStack, Capability } from '@aws-sdk/client-cloudformation';
import type { StackSpec, StackTemplate } from '@gennaker/catalog/kit';
import { isFailure, providerMessageOf } from '../errors.ts';
import type { Place } from '../place.ts';
import { refusal } from '../refusal.ts';

/** Bytes of a template that fit the call itself; a larger one has to be in S3. */
const MOST_BYTES = 51_200;

/** AWS says so when another change of the stack is under way. */
export const isBusy = (error: unknown): boolean =>
  isFailure(error, 'aws.wrong-input', 'aws.busy') &&
  /_IN_PROGRESS.*(state|status)|cannot be (updated|executed).*IN_PROGRESS/i.test(providerMessageOf(error));

export async function findStack(place: Place, name: string): Promise<AwsStack | undefined> {
  try {
    return (await place.stacks.describeStacks({ StackName: name }, { resource: `stack ${name}` })).Stacks?.[0];
  } catch (error) {
    if (isFailure(error, 'aws.gone')) return undefined;
    throw error;
  }
}

function textIn(place: Place, spec: StackSpec, text: string): { TemplateBody: string } {
  const bytes = Buffer.byteLength(text);
  if (text.trim() !== '' && bytes <= MOST_BYTES) return { TemplateBody: text };
  const message =
    bytes > MOST_BYTES
      ? `The template of stack ${spec.name} has ${bytes} bytes, and AWS takes ${MOST_BYTES} in a call.`
      : `The template of stack ${spec.name} is empty.`;
  throw refusal(place, 'aws.wrong-input', message, 'Put a large template into S3 and name it as an artifact.');
}

async function templateIn(place: Place, spec: StackSpec, template: StackTemplate) {
  if (template.kind === 'text') return textIn(place, spec, template.text);
  const [, bucket = '', key = ''] = /^s3:\/\/([^/]+)\/(.+)$/.exec(template.location) ?? [];
  if (!key) {
    const message = `The template of stack ${spec.name} is at "${template.location}", which is no address in S3.`;
    throw refusal(place, 'aws.wrong-input', message, 'Write it as `s3://bucket/key`.');
  }
  const found = await place.s3.getObject({ Bucket: bucket, Key: key }, { resource: template.location });
  const text = (await found.Body?.transformToString()) ?? '';
  if (Buffer.byteLength(text) <= MOST_BYTES) return textIn(place, spec, text);
  const path = key.split('/').map(encodeURIComponent).join('/');
  return { TemplateURL: `https://${bucket}.s3.${place.region}.amazonaws.com/${path}` };
}

/** What creating, updating and planning a stack are told alike. */
export async function requestOf(place: Place, spec: StackSpec) {
  return {
    StackName: spec.name,
    ...(await templateIn(place, spec, spec.template)),
    Parameters: Object.entries(spec.parameters).map(([ParameterKey, ParameterValue]) => ({
      ParameterKey,
      ParameterValue,
    })),
    Tags: Object.entries(spec.tags).map(([Key, Value]) => ({ Key, Value })),
    Capabilities: spec.capabilities as Capability[],
    ...(spec.roleArn ? { RoleARN: spec.roleArn } : {}),
  };
}
