import { refuse } from '../../wire/service-error.ts';
import type { Json, Template } from './template.ts';

/** What expressions may refer to. */
export interface Scope {
  template: Template;
  account: string;
  region: string;
  zones: string[];
  stackId: string;
  stackName: string;
  parameters: Record<string, string>;
  notificationArns: string[];
  /** The physical id of a resource that exists; null when it does not yet. */
  physicalId(name: string): string | null;
  /** The value another stack exports; undefined when none does. */
  exported(name: string): string | undefined;
}

const nothing = Symbol('AWS::NoValue');
type Value = Json | typeof nothing;

/** Fills the expressions of a value in. What a condition takes away is left out. */
export function evaluate(value: Json, scope: Scope): Json {
  const found = fill(value, scope);
  return found === nothing ? null : found;
}

/** True when a condition of the template holds. */
export function conditionHolds(name: string, scope: Scope): boolean {
  const condition = scope.template.conditions[name];
  if (condition === undefined)
    refuse('ValidationError', `Template format error: Unresolved condition dependency ${name} in the template`);
  return test(condition, scope);
}

function test(value: Json, scope: Scope): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return String(value) === 'true';
  const [name = '', operand = null] = Object.entries(value)[0] ?? [];
  const list = Array.isArray(operand) ? operand : [operand];
  if (name === 'Condition') return conditionHolds(String(operand), scope);
  if (name === 'Fn::And') return list.every((each) => test(each, scope));
  if (name === 'Fn::Or') return list.some((each) => test(each, scope));
  if (name === 'Fn::Not') return !test(list[0] ?? null, scope);
  if (name === 'Fn::Equals') return text(list[0] ?? null, scope) === text(list[1] ?? null, scope);
  return String(evaluate(value, scope)) === 'true';
}

const text = (value: Json, scope: Scope): string => {
  const found = evaluate(value, scope);
  return typeof found === 'object' && found !== null ? JSON.stringify(found) : String(found ?? '');
};

function fill(value: Json, scope: Scope): Value {
  if (Array.isArray(value)) return value.map((each) => fill(each, scope)).filter((each) => each !== nothing);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const [first] = entries;
  if (entries.length === 1 && first !== undefined) {
    const apply = functions[first[0]];
    if (apply !== undefined) return apply(first[1], scope);
  }
  const filled = entries
    .map(([key, each]): [string, Value] => [key, fill(each, scope)])
    .filter((entry): entry is [string, Json] => entry[1] !== nothing);
  return Object.fromEntries(filled);
}

type Apply = (operand: Json, scope: Scope) => Value;

const at = (operand: Json, index: number): Json => (Array.isArray(operand) ? (operand[index] ?? null) : null);

const functions: Record<string, Apply> = {
  Ref: (name, scope) => reference(String(name), scope),
  'Fn::GetAtt': (operand, scope) => {
    const [name = '', ...rest] = Array.isArray(operand)
      ? operand.map((each) => text(each, scope))
      : String(operand).split('.');
    return attribute(name, rest.join('.'), scope);
  },
  'Fn::Sub': (operand, scope) => {
    const pattern = String(Array.isArray(operand) ? operand[0] : operand);
    const own = at(operand, 1);
    return pattern.replaceAll(/\$\{(!?)([^}]+)\}/g, (_whole, literal: string, name: string) => {
      if (literal !== '') return `\${${name}}`;
      const key = name.trim();
      if (typeof own === 'object' && own !== null && !Array.isArray(own) && own[key] !== undefined)
        return text(own[key], scope);
      const dot = key.indexOf('.');
      const found = dot < 0 ? reference(key, scope) : attribute(key.slice(0, dot), key.slice(dot + 1), scope);
      return found === nothing ? '' : String(found);
    });
  },
  'Fn::Join': (operand, scope) => {
    const parts = evaluate(at(operand, 1), scope);
    return (Array.isArray(parts) ? parts : [parts]).map(String).join(String(at(operand, 0)));
  },
  'Fn::Select': (operand, scope) => {
    const list = evaluate(at(operand, 1), scope);
    const index = Number(text(at(operand, 0), scope));
    const found = Array.isArray(list) ? list[index] : undefined;
    return (
      found ?? refuse('ValidationError', `Template error: Fn::Select cannot select nonexistent value at index ${index}`)
    );
  },
  'Fn::Split': (operand, scope) => text(at(operand, 1), scope).split(String(at(operand, 0))),
  'Fn::If': (operand, scope) => fill(at(operand, conditionHolds(String(at(operand, 0)), scope) ? 1 : 2), scope),
  'Fn::FindInMap': (operand, scope) => {
    const path = [0, 1, 2].map((index) => text(at(operand, index), scope));
    const found = path.reduce<Json | undefined>(
      (value, key) => (typeof value === 'object' && value !== null && !Array.isArray(value) ? value[key] : undefined),
      scope.template.mappings,
    );
    return found ?? refuse('ValidationError', `Template error: Unable to get mapping for ${path.join('::')}`);
  },
  'Fn::Base64': (operand, scope) => Buffer.from(text(operand, scope)).toString('base64'),
  'Fn::GetAZs': (_operand, { zones }) => zones,
  'Fn::ImportValue': (operand, scope) => {
    const name = text(operand, scope);
    return scope.exported(name) ?? refuse('ValidationError', `No export named ${name} found.`);
  },
};

function reference(name: string, scope: Scope): Value {
  const pseudo: Record<string, Value> = {
    'AWS::AccountId': scope.account,
    'AWS::Region': scope.region,
    'AWS::StackId': scope.stackId,
    'AWS::StackName': scope.stackName,
    'AWS::Partition': 'aws',
    'AWS::URLSuffix': 'amazonaws.com',
    'AWS::NotificationARNs': scope.notificationArns,
    'AWS::NoValue': nothing,
  };
  if (pseudo[name] !== undefined) return pseudo[name];
  const parameter = scope.template.parameters[name];
  const given = scope.parameters[name];
  if (parameter !== undefined && given !== undefined)
    return /^List<|^CommaDelimitedList$/.test(parameter.type) ? given.split(',').map((each) => each.trim()) : given;
  return scope.physicalId(name) ?? '';
}

const arnServices: Record<string, string> = {
  'AWS::SNS::Topic': 'sns',
  'AWS::SQS::Queue': 'sqs',
  'AWS::S3::Bucket': 's3',
  'AWS::Lambda::Function': 'lambda',
};

/** Attributes of resources: names and addresses are made up from the physical id, in the shape they have at AWS. */
function attribute(name: string, key: string, scope: Scope): string {
  const id = scope.physicalId(name) ?? '';
  const type = scope.template.resources[name]?.type ?? '';
  const last = id.split(/[/:]/).at(-1) ?? id;
  if (key === 'Arn' || key === 'TopicArn' || key === 'QueueArn') {
    if (id.startsWith('arn:')) return id;
    if (type.startsWith('AWS::IAM::'))
      return `arn:aws:iam::${scope.account}:${type === 'AWS::IAM::InstanceProfile' ? 'instance-profile' : type.slice(10).toLowerCase()}/${id}`;
    if (type === 'AWS::S3::Bucket') return `arn:aws:s3:::${id}`;
    const service = arnServices[type] ?? (type.split('::')[1] ?? 'custom').toLowerCase();
    return `arn:aws:${service}:${scope.region}:${scope.account}:${last}`;
  }
  if (key === 'GroupId' || key === 'VpcId') return id;
  if (key.endsWith('Name')) return key === 'DNSName' ? `${last}.${scope.region}.elb.amazonaws.com` : last;
  if (key === 'DomainName') return `${id}.s3.amazonaws.com`;
  return `${last}.${key}`;
}

/** The id a new resource gets, in the shape its type has at AWS; an unknown type is named like its stack. */
export function newPhysicalId(
  type: string,
  logicalId: string,
  properties: Json,
  scope: Scope,
  hex: (length: number) => string,
): string {
  const given = (key: string): string | undefined => {
    const value =
      typeof properties === 'object' && properties !== null && !Array.isArray(properties) ? properties[key] : undefined;
    return typeof value === 'string' ? value : undefined;
  };
  const named = `${scope.stackName}-${logicalId}-${hex(12).toUpperCase()}`;
  switch (type) {
    case 'AWS::EC2::SecurityGroup':
      return `sg-${hex(17)}`;
    case 'AWS::EC2::Instance':
      return `i-${hex(17)}`;
    case 'AWS::EC2::LaunchTemplate':
      return `lt-${hex(17)}`;
    case 'AWS::EC2::VPC':
      return `vpc-${hex(17)}`;
    case 'AWS::EC2::Subnet':
      return `subnet-${hex(17)}`;
    case 'AWS::S3::Bucket':
      return given('BucketName') ?? named.toLowerCase();
    case 'AWS::SNS::Topic':
      return `arn:aws:sns:${scope.region}:${scope.account}:${given('TopicName') ?? named}`;
    case 'AWS::SQS::Queue':
      return `https://sqs.${scope.region}.amazonaws.com/${scope.account}/${given('QueueName') ?? named}`;
    case 'AWS::ElasticLoadBalancingV2::LoadBalancer':
      return `arn:aws:elasticloadbalancing:${scope.region}:${scope.account}:loadbalancer/app/${given('Name') ?? named.slice(0, 32)}/${hex(16)}`;
    case 'AWS::ElasticLoadBalancingV2::TargetGroup':
      return `arn:aws:elasticloadbalancing:${scope.region}:${scope.account}:targetgroup/${given('Name') ?? named.slice(0, 32)}/${hex(16)}`;
    default:
      return given('RoleName') ?? given('FunctionName') ?? given('TableName') ?? given('Name') ?? named;
  }
}

/** Properties that name a resource or say where it lies: it cannot be changed into one with another value. */
const fixed = [
  'BucketName',
  'CidrBlock',
  'FunctionName',
  'GroupDescription',
  'GroupName',
  'InstanceProfileName',
  'Name',
  'QueueName',
  'RoleName',
  'TableName',
  'TopicName',
  'VpcId',
];

/** True when a resource has to be made anew to have these properties. */
export function isReplaced(held: { type: string; properties: string }, type: string, properties: Json): boolean {
  const before = JSON.parse(held.properties === '' ? '{}' : held.properties) as Record<string, Json>;
  const after = (properties ?? {}) as Record<string, Json>;
  return held.type !== type || fixed.some((key) => JSON.stringify(before[key]) !== JSON.stringify(after[key]));
}
