import type { AssumeRoleRequest } from '@aws-sdk/client-sts';
import { queryProtocol } from '../../wire/query-protocol.ts';
import { refuse, ServiceError } from '../../wire/service-error.ts';
import { globMatches } from '../glob.ts';
import type { Call, Service } from '../service.ts';

/** AWS Security Token Service: who am I, and sessions of roles. */
export const sts: Service = {
  signingName: 'sts',
  protocols: [
    queryProtocol({
      version: '2011-06-15',
      envelope: { dialect: 'query', xmlns: 'https://sts.amazonaws.com/doc/2011-06-15/' },
    }),
  ],
  loadSchemas: () => import('./operations.ts'),
  handlers: {
    GetCallerIdentity(call: Call) {
      return { Account: call.identity.account, Arn: call.identity.arn, UserId: call.identity.userId };
    },
    AssumeRole: assumeRole,
  },
};

function assumeRole(call: Call, input: AssumeRoleRequest) {
  const { RoleArn: arn = '', RoleSessionName: name = '', DurationSeconds: seconds = 3600 } = input;
  if (!/^[\w+=,.@-]{2,64}$/.test(name)) {
    refuse(
      'ValidationError',
      `1 validation error detected: Value '${name}' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]*`,
    );
  }
  if (input.Policy !== undefined || (input.PolicyArns?.length ?? 0) > 0)
    refuse('ValidationError', 'The sandbox does not serve session policies: allow what is needed in the role.');
  const account = Object.values(call.world.state.accounts).find((each) => each.roles.some((role) => role.arn === arn));
  const role = account?.roles.find((each) => each.arn === arn);
  const trusted = role?.trust.some(
    (principal) =>
      globMatches(principal, call.identity.arn) ||
      principal === call.identity.account ||
      principal === `arn:aws:iam::${call.identity.account}:root`,
  );
  if (!account || !role || !trusted || (role.externalId !== null && role.externalId !== input.ExternalId)) {
    throw new ServiceError(
      'AccessDenied',
      `User: ${call.identity.arn} is not authorized to perform: sts:AssumeRole on resource: ${arn}`,
      403,
    );
  }
  const limit = role.maxSessionSeconds;
  if (seconds < 900 || seconds > 43200) {
    refuse(
      'ValidationError',
      `1 validation error detected: Value '${seconds}' at 'durationSeconds' failed to satisfy constraint: Member must have value between 900 and 43200`,
    );
  }
  if (call.identity.session && seconds > 3600)
    refuse(
      'ValidationError',
      'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining',
    );
  if (seconds > limit)
    refuse('ValidationError', 'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.');
  const { random, state } = call.world;
  const session = {
    accessKeyId: `ASIA${random.hex(16).toUpperCase()}`,
    secretAccessKey: random.hex(40),
    sessionToken: Buffer.from(random.hex(96)).toString('base64'),
    expiresAt: call.now + seconds * 1000,
    account: account.id,
    roleArn: arn,
    roleId: `AROA${random.hex(17).toUpperCase()}`,
    sessionName: name,
  };
  for (const [key, old] of Object.entries(state.sessions))
    if (old.expiresAt + 3600_000 < call.now) delete state.sessions[key];
  state.sessions[session.accessKeyId] = session;
  const roleName = arn.split('/').at(-1) ?? '';
  return {
    Credentials: {
      AccessKeyId: session.accessKeyId,
      SecretAccessKey: session.secretAccessKey,
      SessionToken: session.sessionToken,
      Expiration: new Date(session.expiresAt),
    },
    AssumedRoleUser: {
      AssumedRoleId: `${session.roleId}:${name}`,
      Arn: `arn:aws:sts::${account.id}:assumed-role/${roleName}/${name}`,
    },
  };
}
