import { type Failure, FailureError } from '@gennaker/pipeline-dsl';
import { consoleLink } from './console-link.ts';

/** What an answer of AWS means to us. Every member has a heading in docs.md beside this file. */
export type AwsMeaning =
  | 'aws.throttled'
  | 'aws.try-again'
  | 'aws.no-answer'
  | 'aws.unreachable'
  | 'aws.not-there-yet'
  | 'aws.gone'
  | 'aws.exists'
  | 'aws.busy'
  | 'aws.no-capacity'
  | 'aws.quota'
  | 'aws.denied'
  | 'aws.no-credentials'
  | 'aws.session-ended'
  | 'aws.clock-skewed'
  | 'aws.wrong-input'
  | 'aws.not-offered'
  | 'aws.unclassified';

/** The call that failed, in words a person reads. */
export interface FailedCall {
  readonly service: string;
  readonly operation: string;
  readonly doing: string;
  readonly resource: string;
  readonly account: string;
  readonly region: string;
  readonly attempts: number;
}

interface MeaningRow {
  readonly codes: readonly string[];
  /** Would sending the same call again help? */
  readonly retry: boolean;
  readonly what: string;
  readonly advice: string;
}

/** The one place that knows AWS error codes. Order matters only for the patterns below it. */
export const MEANINGS: Readonly<Record<AwsMeaning, MeaningRow>> = {
  'aws.throttled': {
    codes: [
      'BandwidthLimitExceeded',
      'EC2Throttled',
      'LimitExceededException',
      'ProvisionedThroughputExceeded',
      'RequestLimitExceeded',
      'RequestThrottled',
      'SlowDown',
      'Throttled',
      'Throttling',
      'TooManyRequests',
      'TransactionInProgress',
    ],
    retry: true,
    what: 'AWS is limiting how often this account may call',
    advice:
      'Nothing to do now: it is tried again with longer pauses. If it lasts, find what else calls AWS in this account.',
  },
  'aws.try-again': {
    codes: [
      'InternalError',
      'InternalFailure',
      'InternalServiceFault',
      'ServiceUnavailable',
      'Unavailable',
      'RequestTimeout',
      'ResourceContention',
      'PriorRequestNotComplete',
      'IdempotentCallInProgress',
    ],
    retry: true,
    what: 'AWS had trouble of its own',
    advice: 'Nothing to do now: it is tried again. If it lasts, look at the AWS Health Dashboard of the region.',
  },
  'aws.no-answer': {
    codes: ['TimeoutError', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ERR_STREAM_PREMATURE_CLOSE'],
    retry: true,
    what: 'the connection ended before AWS answered, so the change may or may not have happened',
    advice: 'It is looked up and tried again. If it lasts, check the network between this installation and AWS.',
  },
  'aws.unreachable': {
    codes: ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'],
    retry: true,
    what: 'AWS could not be reached',
    advice: 'Check DNS, proxy and firewall between this installation and AWS, and the configured endpoint.',
  },
  'aws.not-there-yet': {
    codes: ['InvocationDoesNotExist'],
    retry: true,
    what: 'AWS does not see yet what was made a moment ago',
    advice: 'Nothing to do: new things take up to two minutes to be seen everywhere, and it is tried again.',
  },
  'aws.gone': {
    codes: [
      'InvalidInstanceID.NotFound',
      'InvalidAMIID.NotFound',
      'InvalidLaunchTemplateId.NotFound',
      'InvalidLaunchTemplateName.NotFound',
      'InvalidGroup.NotFound',
      'InvalidGroupId.NotFound',
      'InvalidPermission.NotFound',
      'InvalidSubnetID.NotFound',
      'InvalidKeyPair.NotFound',
      'InvalidSnapshot.NotFound',
      'TargetGroupNotFound',
      'LoadBalancerNotFound',
      'ListenerNotFound',
      'RuleNotFound',
      'ResourceNotFound',
      'NoSuchBucket',
      'NoSuchKey',
      'NoSuchUpload',
      'NoSuchEntity',
      'QueueDoesNotExist',
    ],
    retry: false,
    what: 'it does not exist',
    advice: 'Check the name, the account and the region; another person or tool may have removed it.',
  },
  'aws.exists': {
    codes: [
      'AlreadyExists',
      'InvalidLaunchTemplateName.AlreadyExists',
      'InvalidAMIName.Duplicate',
      'InvalidGroup.Duplicate',
      'InvalidPermission.Duplicate',
      'DuplicateLoadBalancerName',
      'DuplicateTargetGroupName',
      'DuplicateListener',
      'PriorityInUse',
      'QueueNameExists',
      'ParameterAlreadyExists',
      'BucketAlreadyExists',
      'BucketAlreadyOwnedByYou',
    ],
    retry: false,
    what: 'the name is already used',
    advice: 'Choose another name, or remove the thing that has it.',
  },
  'aws.busy': {
    codes: [
      'ScalingActivityInProgress',
      'ResourceInUse',
      'InstanceRefreshInProgress',
      'DependencyViolation',
      'IncorrectInstanceState',
      'InvalidAMIID.Unavailable',
      'InvalidSnapshot.InUse',
      'IrreversibleInstanceRefresh',
      'BucketNotEmpty',
      'QueueDeletedRecently',
      'PurgeQueueInProgress',
    ],
    retry: true,
    what: 'it is busy with another change or still in use',
    advice: 'It is tried again. If it lasts, look at what is still using it in the AWS console.',
  },
  'aws.no-capacity': {
    codes: [
      'InsufficientInstanceCapacity',
      'InsufficientHostCapacity',
      'InsufficientReservedInstanceCapacity',
      'InsufficientFreeAddressesInSubnet',
      'SpotMaxPriceTooLow',
      'MaxSpotInstanceCountExceeded',
      'Unsupported',
    ],
    retry: false,
    what: 'AWS has no room for such instances there now',
    advice: 'Add another instance type or availability zone, or wait until AWS has room again.',
  },
  'aws.quota': {
    codes: [
      'VcpuLimitExceeded',
      'InstanceLimitExceeded',
      'LimitExceeded',
      'VolumeLimitExceeded',
      'TagLimitExceeded',
      'TargetGroupAssociationLimit',
    ],
    retry: false,
    what: 'a quota of the account is used up',
    advice: 'Remove what is no longer needed, or ask for a higher quota in the Service Quotas console.',
  },
  'aws.denied': {
    codes: [
      'UnauthorizedOperation',
      'AccessDenied',
      'AuthFailure',
      'InvalidClientTokenId',
      'SignatureDoesNotMatch',
      'OptInRequired',
      'MissingAuthenticationToken',
      'UnrecognizedClient',
      'AuthorizationError',
      'Forbidden',
    ],
    retry: false,
    what: 'the credentials of this account do not allow it',
    advice:
      'Allow the named operation on the named resource in the IAM role of this account, then run the stage again.',
  },
  'aws.no-credentials': {
    codes: ['CredentialsProviderError'],
    retry: false,
    what: 'there are no AWS credentials to sign with',
    advice: 'Give this installation credentials: an instance or task role, or keys in its configuration.',
  },
  'aws.session-ended': {
    codes: ['ExpiredToken', 'RequestExpired', 'TokenRefreshRequired'],
    retry: true,
    what: 'the session with this account has ended',
    advice: 'It is renewed and tried again. If it lasts, check the trust and the session length of the role.',
  },
  'aws.clock-skewed': {
    codes: ['RequestTimeTooSkewed', 'RequestInTheFuture'],
    retry: true,
    what: 'the clock of this machine differs too much from that of AWS',
    advice: 'The difference is taken into account and it is tried again. Set the clock of this machine right.',
  },
  'aws.wrong-input': {
    codes: [
      'ValidationError',
      'IdempotentParameterMismatch',
      'TokenAlreadyExists',
      'UnknownParameter',
      'ParameterValueInvalid',
      'TooManyTags',
      'VPCIdNotSpecified',
      'OperationNotPermitted',
      'CannotDelete',
      'InsufficientCapabilities',
      'IncompatibleProtocols',
      'UnsupportedProtocol',
      'PreconditionFailed',
      'BadDigest',
      'IncompleteBody',
      'EntityTooSmall',
      'KeyTooLongError',
      'Serialization',
      'EmptyBatchRequest',
      'BatchEntryIdsNotDistinct',
      'ReceiptHandleIsInvalid',
      'MessageNotInflight',
    ],
    retry: false,
    what: 'AWS refuses what was asked',
    advice: 'Correct the field that AWS names in the stage, then run it again.',
  },
  'aws.not-offered': {
    codes: [
      'NotImplemented',
      'UnsupportedOperation',
      'UnknownOperation',
      'UnknownService',
      'InvalidAction',
      'PermanentRedirect',
      'IllegalLocationConstraint',
    ],
    retry: false,
    what: 'the service does not offer this operation there',
    advice: 'Check the region of the stage and the configured endpoint: not every region has every service.',
  },
  'aws.unclassified': {
    codes: [],
    retry: false,
    what: 'AWS answered with an error we do not know',
    advice: 'Look the code up in the AWS documentation of the service; the request id helps AWS support.',
  },
};

const bare = (code: string): string => code.replace(/(Exception|Fault)$/, '');

const BY_CODE: ReadonlyMap<string, AwsMeaning> = new Map(
  (Object.keys(MEANINGS) as AwsMeaning[]).flatMap((meaning) =>
    MEANINGS[meaning].codes.map((code) => [code, meaning] as const),
  ),
);

/** Texts of the unmodelled `ValidationError` of Auto Scaling, which has no other way to say "not found". */
const NOT_FOUND_TEXT = /not found|does not exist|no such|^no warm pool found/i;

interface AwsErrorFacts {
  readonly names: readonly string[];
  readonly message: string;
  readonly status: number | null;
  readonly requestId: string | null;
  readonly skewCorrected: boolean;
}

const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);

function factsOf(error: unknown): AwsErrorFacts {
  const shape = (typeof error === 'object' && error !== null ? error : {}) as Record<string, unknown>;
  const meta = (shape['$metadata'] ?? {}) as Record<string, unknown>;
  const names = [text(shape['Code']), text(shape['code']), text(shape['name'])].filter((name) => name !== null);
  return {
    names,
    message: text(shape['message']) ?? String(error),
    status: typeof meta['httpStatusCode'] === 'number' ? meta['httpStatusCode'] : null,
    requestId: text(meta['requestId']),
    skewCorrected: meta['clockSkewCorrected'] === true,
  };
}

function meaningByName(facts: AwsErrorFacts): AwsMeaning | undefined {
  for (const name of facts.names) {
    const known = BY_CODE.get(name) ?? BY_CODE.get(bare(name));
    if (known === 'aws.wrong-input' && NOT_FOUND_TEXT.test(facts.message)) return 'aws.gone';
    if (known) return known;
  }
  return undefined;
}

function meaningByPattern(facts: AwsErrorFacts): AwsMeaning {
  const code = bare(facts.names[0] ?? '');
  if (facts.status === 429) return 'aws.throttled';
  // Before any guess from the name: a proxy's error page says nothing about what exists.
  if (facts.status !== null && facts.status >= 500) return 'aws.try-again';
  if (/NotFound$/.test(code)) return 'aws.gone';
  if (/LimitExceeded$|^TooMany/.test(code)) return 'aws.quota';
  if (/^(Invalid|Malformed|Missing|Validation)/.test(code)) return 'aws.wrong-input';
  const unreadable = facts.status === null || facts.status < 300;
  return unreadable && /pars|Unexpected|aborted|hang up/i.test(facts.message) ? 'aws.no-answer' : 'aws.unclassified';
}

/** What AWS says of a signature whose time is off. */
const ABOUT_TIME = /Signature|Skew|AuthFailure|RequestExpired|InTheFuture/;

/** What an error thrown by the SDK means. */
export function meaningOf(error: unknown): AwsMeaning {
  const facts = factsOf(error);
  // On a machine with a wrong clock the SDK marks every error so, also those that have nothing to do with it.
  if (facts.skewCorrected && facts.names.some((name) => ABOUT_TIME.test(name))) return 'aws.clock-skewed';
  return meaningByName(facts) ?? meaningByPattern(facts);
}

const capped = (message: string): string => (message.length > 500 ? `${message.slice(0, 499)}…` : message);

/**
 * An SDK error as the failure that crosses the port: one sentence with the resource, AWS's code, words and request id,
 * and in `details` the same one by one, with operation, place and resource.
 */
export function failureOf(error: unknown, call: FailedCall): FailureError {
  const facts = factsOf(error);
  const meaning = meaningOf(error);
  const row = MEANINGS[meaning];
  const code = facts.names[0] ?? 'Error';
  const failure: Failure = {
    code: meaning,
    message: `Failed ${call.doing} ${call.resource} in ${call.account} ${call.region}: ${row.what} (${code}: ${capped(facts.message)}${facts.requestId ? `; request ${facts.requestId}` : ''})`,
    retry: row.retry,
    advice: row.advice,
    details: {
      provider: 'aws',
      providerCode: code,
      providerMessage: capped(facts.message),
      requestId: facts.requestId,
      httpStatus: facts.status,
      service: call.service,
      operation: call.operation,
      resource: call.resource,
      console: consoleLink(call.region, call.resource),
      account: call.account,
      region: call.region,
      attempts: call.attempts,
    },
  };
  return new FailureError(failure, { cause: error });
}

/** Is it a failure of one of these meanings? */
export const isFailure = (error: unknown, ...codes: readonly string[]): error is FailureError =>
  error instanceof FailureError && codes.includes(error.failure.code);

/** AWS's own words inside a failure; empty for anything else. */
export const providerMessageOf = (error: unknown): string =>
  error instanceof FailureError ? String(error.failure.details?.['providerMessage'] ?? '') : '';
