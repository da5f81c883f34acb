import type { CreateStackInput, Parameter, Tag, UpdateStackInput } from '@aws-sdk/client-cloudformation';
import { refuse } from '../../wire/service-error.ts';
import type { RegionStore } from '../../world/state.ts';
import type { World } from '../../world/world.ts';
import type { Call } from '../service.ts';
import { conditionHolds, type Scope } from './evaluate.ts';
import type { Stack, StackSpec } from './state.ts';
import { readTemplate, type Template } from './template.ts';

const invalid = (message: string): never => refuse('ValidationError', message);

type Asked = Pick<
  UpdateStackInput & CreateStackInput,
  | 'TemplateBody'
  | 'TemplateURL'
  | 'UsePreviousTemplate'
  | 'Parameters'
  | 'Tags'
  | 'Capabilities'
  | 'RoleARN'
  | 'NotificationARNs'
>;

/** What a request asks a stack to become, checked; `previous` is the stack as it is. */
export function specFrom(call: Call, input: Asked, previous: StackSpec | null): StackSpec {
  const template = templateText(call, input, previous);
  const read = readTemplate(template);
  const spec: StackSpec = {
    template,
    parameters: parametersFrom(call, read, input.Parameters ?? [], previous),
    tags: input.Tags === undefined ? (previous?.tags ?? {}) : tagsFrom(input.Tags),
    capabilities: input.Capabilities ?? [],
    roleArn: input.RoleARN ?? previous?.roleArn ?? null,
    notificationArns: input.NotificationARNs ?? previous?.notificationArns ?? [],
  };
  checkCapabilities(read, spec.capabilities);
  return spec;
}

function tagsFrom(tags: Tag[]): Record<string, string> {
  const found = Object.fromEntries(tags.map(({ Key = '', Value = '' }) => [Key, Value]));
  for (const key of Object.keys(found))
    if (key.startsWith('aws:')) invalid('aws: prefixed tag key names are not allowed for external use.');
  return found;
}

/** The template of a request: as text, from a bucket, or the one the stack has. */
export function templateText(call: Call, input: Asked, previous: StackSpec | null): string {
  const given = [input.TemplateBody, input.TemplateURL, input.UsePreviousTemplate === true ? true : undefined];
  if (given.filter((each) => each !== undefined).length !== 1)
    invalid('Either Template URL or Template Body must be specified.');
  if (input.TemplateBody !== undefined) {
    const size = Buffer.byteLength(input.TemplateBody);
    if (size > 51_200)
      invalid(
        `1 validation error detected: Value at 'templateBody' failed to satisfy constraint: Member must have length less than or equal to 51200`,
      );
    return input.TemplateBody;
  }
  if (input.TemplateURL !== undefined) return templateAt(call, input.TemplateURL);
  return previous?.template ?? invalid('Template has to be given for a stack that has none yet.');
}

function templateAt(call: Call, address: string): string {
  const url = new URL(address);
  const [, inHost] = /^(.+)\.s3[.-].*amazonaws\.com$/.exec(url.hostname) ?? [];
  const path = url.pathname.slice(1).split('/').map(decodeURIComponent);
  const [bucket = '', key] = inHost === undefined ? [path[0], path.slice(1).join('/')] : [inHost, path.join('/')];
  const found = call.world.state.buckets[bucket];
  const object = found?.account === call.identity.account ? found.objects[key] : undefined;
  if (object === undefined)
    return invalid(
      'S3 error: Access Denied\nFor more information check http://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html',
    );
  return Buffer.from(object.body, 'base64').toString('utf8');
}

function parametersFrom(
  call: Call,
  template: Template,
  given: Parameter[],
  previous: StackSpec | null,
): Record<string, string> {
  const unknown = given.filter(({ ParameterKey = '' }) => template.parameters[ParameterKey] === undefined);
  if (unknown.length > 0)
    invalid(`Parameters: [${unknown.map((each) => each.ParameterKey).join(', ')}] do not exist in the template`);
  const values: Record<string, string> = {};
  const missing: string[] = [];
  for (const [name, parameter] of Object.entries(template.parameters)) {
    const asked = given.find(({ ParameterKey }) => ParameterKey === name);
    const kept = asked?.UsePreviousValue === true ? previous?.parameters[name] : asked?.ParameterValue;
    const value = kept ?? parameter.fallback;
    if (value === null) missing.push(name);
    else values[name] = value;
    if (value !== null && parameter.allowed !== null && !parameter.allowed.includes(value))
      invalid(`Parameter '${name}' must be one of AllowedValues`);
    if (value !== null && parameter.type === 'Number' && (value === '' || Number.isNaN(Number(value))))
      invalid(`Parameter '${name}' must be a number.`);
    if (value !== null && parameter.type.startsWith('AWS::SSM::Parameter::Value'))
      values[name] = ssmValue(call, name, value);
  }
  if (missing.length > 0) invalid(`Parameters: [${missing.join(', ')}] must have values`);
  return values;
}

function ssmValue(call: Call, name: string, path: string): string {
  const found = call.store.parameters[path]?.values.at(-1)?.value;
  return found ?? invalid(`Unable to fetch parameters [${path}] from parameter store for this account. (${name})`);
}

const named = ['RoleName', 'UserName', 'GroupName', 'InstanceProfileName', 'ManagedPolicyName', 'PolicyName'];

/** The capabilities a template needs, and why. */
export function capabilitiesOf(template: Template): { needed: string[]; reason: string | undefined } {
  const iam = Object.values(template.resources).filter(({ type }) => type.startsWith('AWS::IAM::'));
  const needed: string[] = [];
  if (iam.length > 0) {
    const hasName = iam.some(({ properties }) => named.some((key) => properties[key] !== undefined));
    needed.push(hasName ? 'CAPABILITY_NAMED_IAM' : 'CAPABILITY_IAM');
  }
  if (template.transforms.length > 0) needed.push('CAPABILITY_AUTO_EXPAND');
  const types = [...new Set(iam.map(({ type }) => type))];
  return {
    needed,
    reason: iam.length > 0 ? `The following resource(s) require capabilities: [${types.join(', ')}]` : undefined,
  };
}

function checkCapabilities(template: Template, given: string[]): void {
  const { needed } = capabilitiesOf(template);
  const lacking = needed.filter(
    (each) => !given.includes(each) && !(each === 'CAPABILITY_IAM' && given.includes('CAPABILITY_NAMED_IAM')),
  );
  if (lacking.length > 0)
    refuse('InsufficientCapabilitiesException', `Requires capabilities : [${lacking.join(', ')}]`);
}

/** What expressions in the template of a stack refer to, as it would be with `spec`. */
export function scopeOf(world: World, store: RegionStore, stack: Stack, spec: StackSpec = stack.spec): Scope {
  return {
    template: readTemplate(spec.template),
    account: store.account,
    region: store.region,
    zones: store.zones,
    stackId: stack.id,
    stackName: stack.name,
    parameters: spec.parameters,
    notificationArns: spec.notificationArns,
    physicalId: (name) => stack.resources[name]?.physicalId ?? null,
    exported: (name) => exportsOf(world, store).get(name),
  };
}

function exportsOf(world: World, { account, region }: RegionStore): Map<string, string> {
  const stacks = Object.values(world.region(account, region)?.stacks ?? {}).filter((each) => each.deletedAt === null);
  const outputs = stacks.flatMap((stack) => stack.outputs);
  return new Map(outputs.flatMap(({ exportName, value }) => (exportName === null ? [] : [[exportName, value]])));
}

/** The resources of a template that its conditions leave in it. */
export function wantedResources(scope: Scope): string[] {
  return Object.entries(scope.template.resources)
    .filter(([, { condition }]) => condition === null || conditionHolds(condition, scope))
    .map(([name]) => name);
}
