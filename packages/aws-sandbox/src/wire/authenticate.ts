import type { Identity } from '../services/service.ts';
import type { World } from '../world/world.ts';
import { ServiceError } from './service-error.ts';
import { bodyHashMatches, type Credential, type SignedRequest, signatureMatches } from './signature.ts';

const toleranceMs = 5 * 60 * 1000;

/**
 * Answers who signed the request, or throws the refusal AWS would give. `clocks` are times a client may have signed
 * with: the server's own first, and the real time when the virtual clock was moved and nothing pretends to be skewed.
 * Whether a presigned address of S3 is still good is decided by the server's own time alone.
 */
export function authenticate(
  world: World,
  request: SignedRequest,
  credential: Credential,
  clocks: [number, ...number[]],
): Identity {
  const [now] = clocks;
  const say = refusalsFor(credential.service);
  const found = lookUp(world, credential);
  if (found === null) throw say.unknownKey();
  checkTime(credential, credential.presigned && credential.service === 's3' ? [now] : clocks, say);
  if (!bodyHashMatches(request)) throw say.wrongBody();
  if (!signatureMatches(request, credential, found.secret)) throw say.wrongSignature();
  if (found.expiresAt !== null && now >= found.expiresAt) throw say.expiredSession();
  return found.identity;
}

interface Refusals {
  unknownKey(): ServiceError;
  wrongSignature(): ServiceError;
  wrongBody(): ServiceError;
  expiredSession(): ServiceError;
  /** Signed too long ago, or in the future; clients read the time from the header. */
  wrongTime(headers: Record<string, string>, presigned: boolean): ServiceError;
}

const wrongSignature = (): ServiceError =>
  new ServiceError(
    'SignatureDoesNotMatch',
    'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method.',
    403,
  );

const tooSkewed = (headers: Record<string, string>): ServiceError =>
  new ServiceError(
    'RequestTimeTooSkewed',
    'The difference between the request time and the current time is too large.',
    403,
    headers,
  );

const general: Refusals = {
  unknownKey: () =>
    new ServiceError('InvalidClientTokenId', 'The security token included in the request is invalid.', 403),
  wrongSignature,
  wrongBody: wrongSignature,
  expiredSession: () => new ServiceError('ExpiredToken', 'The security token included in the request is expired', 403),
  wrongTime: tooSkewed,
};

const refusals: Record<string, Refusals> = {
  ec2: {
    ...general,
    unknownKey: () =>
      new ServiceError('AuthFailure', 'AWS was not able to validate the provided access credentials', 401),
    expiredSession: () => new ServiceError('RequestExpired', 'Request has expired.', 400),
    wrongTime: (headers) => new ServiceError('RequestExpired', 'Request has expired.', 400, headers),
  },
  s3: {
    ...general,
    unknownKey: () =>
      new ServiceError('InvalidAccessKeyId', 'The AWS Access Key Id you provided does not exist in our records.', 403),
    wrongBody: () =>
      new ServiceError(
        'XAmzContentSHA256Mismatch',
        "The provided 'x-amz-content-sha256' header does not match what was computed.",
      ),
    expiredSession: () => new ServiceError('ExpiredToken', 'The provided token has expired.', 400),
    wrongTime: (headers, presigned) =>
      presigned ? new ServiceError('AccessDenied', 'Request has expired', 403, headers) : tooSkewed(headers),
  },
};

const refusalsFor = (service: string): Refusals => refusals[service] ?? general;

interface Found {
  secret: string;
  expiresAt: number | null;
  identity: Identity;
}

function lookUp(world: World, credential: Credential): Found | null {
  const { accessKeyId, sessionToken } = credential;
  const session = world.state.sessions[accessKeyId];
  if (session !== undefined) {
    if (session.sessionToken !== sessionToken) return null;
    const role = world.state.accounts[session.account]?.roles.find((each) => each.arn === session.roleArn);
    const arn = `arn:aws:sts::${session.account}:assumed-role/${session.roleArn.split('/').at(-1)}/${session.sessionName}`;
    const identity: Identity = {
      account: session.account,
      arn,
      userId: `${session.roleId}:${session.sessionName}`,
      accessKeyId,
      session: true,
      allow: role?.allow ?? [],
    };
    return { secret: session.secretAccessKey, expiresAt: session.expiresAt, identity };
  }
  for (const account of Object.values(world.state.accounts)) {
    const key = account.keys.find((each) => each.accessKeyId === accessKeyId);
    if (key === undefined) continue;
    const arn = `arn:aws:iam::${account.id}:user/${key.user}`;
    const identity: Identity = {
      account: account.id,
      arn,
      userId: `AIDA${accessKeyId}`,
      accessKeyId,
      session: false,
      allow: ['*'],
    };
    return { secret: key.secretAccessKey, expiresAt: null, identity };
  }
  return null;
}

function checkTime(credential: Credential, clocks: [number, ...number[]], say: Refusals): void {
  const signedAt = parseAmzDate(credential.amzDate);
  const late = credential.presigned ? (credential.expiresSeconds ?? 900) * 1000 : toleranceMs;
  const fits = (now: number) => signedAt !== null && signedAt <= now + toleranceMs && now <= signedAt + late;
  if (clocks.some(fits)) return;
  throw say.wrongTime({ date: new Date(clocks[0]).toUTCString() }, credential.presigned);
}

function parseAmzDate(text: string): number | null {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text);
  if (match === null) return null;
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = match.slice(1).map(Number);
  return Date.UTC(year, month - 1, day, hour, minute, second);
}
