import type {
  DeleteParameterRequest,
  GetParameterRequest,
  GetParametersByPathRequest,
  GetParametersRequest,
  Parameter,
  PutParameterRequest,
} from '@aws-sdk/client-ssm';
import { refuse } from '../../wire/service-error.ts';
import type { RegionStore } from '../../world/state.ts';
import { page } from '../paging.ts';
import type { Call, Handler } from '../service.ts';
import type { StoredParameter } from './state.ts';

const publicPrefix = '/aws/';

function parameterArn({ account, region }: RegionStore, name: string): string {
  const owner = name.startsWith(publicPrefix) ? '' : account;
  return `arn:aws:ssm:${region}:${owner}:parameter${name.startsWith('/') ? '' : '/'}${name}`;
}

function describe(store: RegionStore, found: StoredParameter, version: number, decrypt: boolean): Parameter {
  const entry = found.values[version - 1];
  const secret = found.type === 'SecureString' && !decrypt;
  return {
    Name: found.name,
    Type: found.type,
    Value: secret ? Buffer.from(`encrypted:${entry?.value ?? ''}`).toString('base64') : entry?.value,
    Version: version,
    LastModifiedDate: new Date(entry?.at ?? 0),
    ARN: parameterArn(store, found.name),
    DataType: found.dataType,
  };
}

/** Finds a parameter by name, name and version (`name:3`) or ARN; null when there is none. */
function lookUp(store: RegionStore, asked: string, decrypt: boolean): Parameter | null {
  const path = /^arn:aws:ssm:[^:]*:[^:]*:parameter(\/.+)$/.exec(asked)?.[1] ?? asked;
  const [name = '', selector] = path.split(':');
  const found = store.parameters[name] ?? (asked === path ? undefined : store.parameters[name.slice(1)]);
  if (found === undefined) return null;
  const version = selector === undefined ? found.values.length : Number(selector);
  if (found.values[version - 1] === undefined) return null;
  const shown = describe(store, found, version, decrypt);
  return selector === undefined ? shown : { ...shown, Selector: `:${selector}` };
}

function getParameter({ view }: Call, input: GetParameterRequest) {
  const found = lookUp(view, input.Name ?? '', input.WithDecryption ?? false);
  if (found === null) refuse('ParameterNotFound', '');
  return { Parameter: found };
}

function getParameters({ view }: Call, input: GetParametersRequest) {
  const names = input.Names ?? [];
  if (names.length < 1 || names.length > 10)
    refuse(
      'ValidationException',
      `1 validation error detected: Value '[${names.join(', ')}]' at 'names' failed to satisfy constraint: Member must have length less than or equal to 10`,
    );
  const found = names.map((name) => ({ name, parameter: lookUp(view, name, input.WithDecryption ?? false) }));
  return {
    Parameters: found.flatMap(({ parameter }) => parameter ?? []),
    InvalidParameters: found.flatMap(({ name, parameter }) => (parameter === null ? [name] : [])),
  };
}

function getParametersByPath({ view }: Call, input: GetParametersByPathRequest) {
  const path = input.Path ?? '';
  if (!path.startsWith('/'))
    refuse(
      'ValidationException',
      'The parameter doesn\'t meet the parameter name requirements. The parameter name must begin with a forward slash "/".',
    );
  if ((input.ParameterFilters?.length ?? 0) > 0)
    refuse('InvalidFilterKey', 'The sandbox does not filter parameters by anything but their path.');
  const under = path.endsWith('/') ? path : `${path}/`;
  const found = Object.values(view.parameters)
    .filter(
      ({ name }) => name.startsWith(under) && (input.Recursive === true || !name.slice(under.length).includes('/')),
    )
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const { items, next } = page(found, input.NextToken, input.MaxResults, 10);
  return {
    Parameters: items.map((each) => describe(view, each, each.values.length, input.WithDecryption ?? false)),
    NextToken: next,
  };
}

const types = ['String', 'StringList', 'SecureString'] as const;

function putParameter({ store, now }: Call, input: PutParameterRequest) {
  const name = input.Name ?? '';
  if (/^\/?(?:aws|ssm)(?:\/|$)/i.test(name))
    refuse('AccessDeniedException', `No access to reserved parameter name: ${name}.`);
  if (!/^[\w./-]+$/.test(name) || (name.includes('/') && !name.startsWith('/')))
    refuse('ValidationException', `Parameter name must be a fully qualified name: '${name}'.`);
  const existing = store.parameters[name];
  if (existing !== undefined && input.Overwrite !== true)
    refuse(
      'ParameterAlreadyExists',
      'The parameter already exists. To overwrite this value, set the overwrite option in the request to true.',
    );
  const type = types.find((each) => each === (input.Type ?? existing?.type));
  if (type === undefined) refuse('ValidationException', 'A parameter type is required when you create a parameter.');
  if (input.AllowedPattern !== undefined || input.Policies !== undefined)
    refuse('ValidationException', 'The sandbox keeps no patterns and no policies of parameters.');
  if (Buffer.byteLength(input.Value ?? '') > (input.Tier === 'Advanced' ? 8192 : 4096))
    refuse(
      'ValidationException',
      'Standard tier parameters support a maximum parameter value of 4096 characters. To create a larger parameter value, upgrade the parameter to use the advanced-parameter tier.',
    );
  const parameter: StoredParameter = existing ?? emptyParameter(name);
  parameter.type = type;
  parameter.description = input.Description ?? parameter.description;
  parameter.tier = input.Tier ?? parameter.tier;
  parameter.dataType = input.DataType ?? parameter.dataType;
  parameter.values.push({ value: input.Value ?? '', at: now });
  store.parameters[name] = parameter;
  return { Version: parameter.values.length, Tier: parameter.tier };
}

/** A parameter that has no value yet. */
export const emptyParameter = (name: string): StoredParameter => ({
  name,
  type: 'String',
  description: null,
  tier: 'Standard',
  dataType: 'text',
  values: [],
});

function deleteParameter({ store }: Call, input: DeleteParameterRequest) {
  if (store.parameters[input.Name ?? ''] === undefined) refuse('ParameterNotFound', '');
  delete store.parameters[input.Name ?? ''];
  return {};
}

export const parameterHandlers: Record<string, Handler> = {
  GetParameter: getParameter,
  GetParameters: getParameters,
  GetParametersByPath: getParametersByPath,
  PutParameter: putParameter,
  DeleteParameter: deleteParameter,
};
