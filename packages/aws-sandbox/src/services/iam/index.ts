import { createHash } from 'node:crypto';
import type {
  GetInstanceProfileRequest,
  GetRoleRequest,
  GetUserRequest,
  ListInstanceProfilesRequest,
  ListRolesRequest,
} from '@aws-sdk/client-iam';
import { queryProtocol } from '../../wire/query-protocol.ts';
import { refuse } from '../../wire/service-error.ts';
import { page } from '../paging.ts';
import type { Call, Service } from '../service.ts';

/** When everything of an account was made: scenarios do not say. */
const madeAt = new Date(Date.UTC(2024, 0, 1));

/** AWS Identity and Access Management, as far as it is read: what scenarios say of users, roles and profiles. */
export const iam: Service = {
  signingName: 'iam',
  protocols: [
    queryProtocol({
      version: '2010-05-08',
      envelope: { dialect: 'query', xmlns: 'https://iam.amazonaws.com/doc/2010-05-08/' },
    }),
  ],
  loadSchemas: () => import('./operations.ts'),
  handlers: {
    GetInstanceProfile(call: Call, { InstanceProfileName: name = '' }: GetInstanceProfileRequest) {
      if (!profileNames(call).includes(name)) missing(`Instance Profile ${name} cannot be found.`);
      return { InstanceProfile: profileOut(call, name) };
    },
    ListInstanceProfiles(call: Call, input: ListInstanceProfilesRequest) {
      const names = under(input.PathPrefix) ? profileNames(call) : [];
      const { items, next } = page(names, input.Marker, input.MaxItems, 100);
      return {
        InstanceProfiles: items.map((name) => profileOut(call, name)),
        IsTruncated: next !== undefined,
        Marker: next,
      };
    },
    GetRole(call: Call, { RoleName: name = '' }: GetRoleRequest) {
      const role = rolesOf(call).find((each) => each.name === name);
      return { Role: role === undefined ? missing(`The role with name ${name} cannot be found.`) : roleOut(role) };
    },
    ListRoles(call: Call, input: ListRolesRequest) {
      const roles = rolesOf(call).filter(({ path }) => path.startsWith(input.PathPrefix ?? '/'));
      const { items, next } = page(roles, input.Marker, input.MaxItems, 100);
      return { Roles: items.map(roleOut), IsTruncated: next !== undefined, Marker: next };
    },
    GetUser: getUser,
    ListAccountAliases: () => ({ AccountAliases: [], IsTruncated: false }),
  },
};

const missing = (message: string): never => refuse('NoSuchEntity', message, 404);

const under = (prefix: string | undefined): boolean => prefix === undefined || prefix === '/';

const idOf = (kind: 'AIPA' | 'AROA' | 'AIDA', arn: string): string =>
  `${kind}${createHash('sha1').update(arn).digest('hex').slice(0, 17).toUpperCase()}`;

interface KnownRole {
  name: string;
  path: string;
  arn: string;
  trust: object;
  maxSessionSeconds: number;
}

/** Profiles are named by region in scenarios; an account has them all. */
function profileNames({ world, identity }: Call): string[] {
  const stores = Object.values(world.state.regions).filter((store) => store.account === identity.account);
  return [...new Set(stores.flatMap((store) => store.instanceProfiles))].sort();
}

/** The roles of the scenario, and one for each instance profile, named like it. */
function rolesOf(call: Call): KnownRole[] {
  const { account } = call.identity;
  const given = (call.world.state.accounts[account]?.roles ?? []).map((role): KnownRole => {
    const [, path = '/', name = ''] = /:role(\/(?:.*\/)?)([^/]+)$/.exec(role.arn) ?? [];
    const condition =
      role.externalId === null ? {} : { Condition: { StringEquals: { 'sts:ExternalId': role.externalId } } };
    const Principal = { AWS: role.trust.map((each) => (/^\d{12}$/.test(each) ? `arn:aws:iam::${each}:root` : each)) };
    const trust = { Effect: 'Allow', Principal, Action: 'sts:AssumeRole', ...condition };
    return { name, path, arn: role.arn, trust, maxSessionSeconds: role.maxSessionSeconds };
  });
  const ofInstances = profileNames(call)
    .filter((name) => given.every((role) => role.name !== name))
    .map((name): KnownRole => {
      const trust = { Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' };
      return { name, path: '/', arn: `arn:aws:iam::${account}:role/${name}`, trust, maxSessionSeconds: 3600 };
    });
  return [...given, ...ofInstances].sort((a, b) => (a.name < b.name ? -1 : 1));
}

const roleOut = ({ name, path, arn, trust, maxSessionSeconds }: KnownRole) => ({
  Path: path,
  RoleName: name,
  RoleId: idOf('AROA', arn),
  Arn: arn,
  CreateDate: madeAt,
  AssumeRolePolicyDocument: encodeURIComponent(JSON.stringify({ Version: '2012-10-17', Statement: [trust] })),
  MaxSessionDuration: maxSessionSeconds,
});

function profileOut(call: Call, name: string) {
  const arn = `arn:aws:iam::${call.identity.account}:instance-profile/${name}`;
  return {
    Path: '/',
    InstanceProfileName: name,
    InstanceProfileId: idOf('AIPA', arn),
    Arn: arn,
    CreateDate: madeAt,
    Roles: rolesOf(call)
      .filter((role) => role.name === name)
      .map(roleOut),
  };
}

function getUser(call: Call, input: GetUserRequest) {
  const { identity, world } = call;
  if (input.UserName === undefined && identity.session)
    refuse('ValidationError', 'Must specify userName when calling with non-User credentials');
  const name = input.UserName ?? identity.arn.split('/').at(-1) ?? '';
  const key = world.state.accounts[identity.account]?.keys.find((each) => each.user === name);
  if (key === undefined) missing(`The user with name ${name} cannot be found.`);
  const arn = `arn:aws:iam::${identity.account}:user/${name}`;
  return { User: { Path: '/', UserName: name, UserId: idOf('AIDA', arn), Arn: arn, CreateDate: madeAt } };
}
