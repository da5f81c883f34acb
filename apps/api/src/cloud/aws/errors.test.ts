import { describe, expect, it } from 'vitest';
import { type AwsMeaning, failureOf, isFailure, MEANINGS, meaningOf } from './errors.ts';

const error = (name: string, extra: Record<string, unknown> = {}) =>
  Object.assign(new Error(String(extra['message'] ?? 'said AWS')), {
    name,
    $metadata: { httpStatusCode: 400 },
    ...extra,
  });

const CALL = {
  service: 'autoScaling',
  operation: 'updateAutoScalingGroup',
  doing: 'resizing',
  resource: 'server group web-v003',
  account: 'test',
  region: 'us-east-1',
  attempts: 3,
};

describe('the meaning of an AWS error', () => {
  const everyCode = (Object.keys(MEANINGS) as AwsMeaning[]).flatMap((meaning) =>
    MEANINGS[meaning].codes.map((code) => [code, meaning] as const),
  );

  it.each(everyCode)('%s means %s', (code, meaning) => {
    expect(meaningOf(error(code))).toBe(meaning);
  });

  it('no code has two meanings', () => {
    const codes = everyCode.map(([code]) => code);
    expect(new Set(codes).size).toBe(codes.length);
  });

  it.each([
    [error('AlreadyExistsFault', { Code: 'AlreadyExists' }), 'aws.exists'],
    [error('TargetGroupNotFoundException', { Code: 'TargetGroupNotFound' }), 'aws.gone'],
    [error('ResourceContentionFault', { Code: 'ResourceContention' }), 'aws.try-again'],
    [error('LimitExceededFault', { Code: 'LimitExceeded' }), 'aws.quota'],
    [error('LimitExceededException'), 'aws.throttled'],
    [error('ThrottlingException'), 'aws.throttled'],
    [error('TooManyTargetsException', { Code: 'TooManyTargets' }), 'aws.quota'],
    [error('AddressLimitExceeded'), 'aws.quota'],
    [error('InvalidLaunchTemplateName.NotFoundException'), 'aws.gone'],
    [error('InvalidVolume.NotFound'), 'aws.gone'],
    [error('InvalidParameterValue'), 'aws.wrong-input'],
    [error('ValidationError', { message: 'Desired capacity:5 must be between 0 and 1' }), 'aws.wrong-input'],
    [error('ValidationError', { message: 'AutoScalingGroup name not found' }), 'aws.gone'],
    [error('ValidationError', { message: 'No warm pool found for Auto Scaling group web-v001' }), 'aws.gone'],
    [error('Whatever', { $metadata: { httpStatusCode: 429 } }), 'aws.throttled'],
    [error('Whatever', { $metadata: { httpStatusCode: 503 } }), 'aws.try-again'],
    [error('InsufficientInstanceCapacity', { $metadata: { httpStatusCode: 500 } }), 'aws.no-capacity'],
    [error('Error', { code: 'ECONNRESET', $metadata: {} }), 'aws.no-answer'],
    [error('Error', { code: 'ECONNREFUSED', $metadata: {} }), 'aws.unreachable'],
    [error('Error', { message: 'XML parse error', $metadata: {} }), 'aws.no-answer'],
    [error('SignatureDoesNotMatch', { $metadata: { clockSkewCorrected: true } }), 'aws.clock-skewed'],
    [error('InvalidAMIName.Duplicate', { $metadata: { clockSkewCorrected: true } }), 'aws.exists'],
    [error('UnauthorizedOperation', { $metadata: { clockSkewCorrected: true } }), 'aws.denied'],
    [error('Unknown', { $metadata: { httpStatusCode: 502 } }), 'aws.try-again'],
    [error('Unknown', { $metadata: { httpStatusCode: 404 } }), 'aws.unclassified'],
    [error('Whatever'), 'aws.unclassified'],
    ['not even an error', 'aws.unclassified'],
  ] as const)('%s → %s', (thrown, meaning) => {
    expect(meaningOf(thrown)).toBe(meaning);
  });
});

describe('a failure for people', () => {
  it('names the deed, the resource, the place, AWS’s own words and the request', () => {
    const thrown = error('ScalingActivityInProgressFault', {
      Code: 'ScalingActivityInProgress',
      message: 'activity running',
      $metadata: { httpStatusCode: 400, requestId: 'req-1' },
    });
    const { failure } = failureOf(thrown, CALL);
    expect(failure.message).toBe(
      'Failed resizing server group web-v003 in test us-east-1: it is busy with another change or still in use (ScalingActivityInProgress: activity running; request req-1)',
    );
    expect(failure).toMatchObject({ code: 'aws.busy', retry: true });
    expect(failure.advice).toBeTruthy();
    expect(failure.details).toMatchObject({
      providerCode: 'ScalingActivityInProgress',
      requestId: 'req-1',
      operation: 'updateAutoScalingGroup',
      resource: 'server group web-v003',
      attempts: 3,
    });
  });

  it('says something of its own for every meaning', () => {
    const sentences = Object.values(MEANINGS).map((row) => row.what);
    expect(new Set(sentences).size).toBe(sentences.length);
  });

  it('caps what AWS says', () => {
    const { failure } = failureOf(error('Whatever', { message: 'x'.repeat(5000) }), CALL);
    expect(failure.message.length).toBeLessThan(800);
  });

  it('is told apart by its code', () => {
    const failure = failureOf(error('AlreadyExists'), CALL);
    expect(isFailure(failure, 'aws.gone', 'aws.exists')).toBe(true);
    expect(isFailure(failure, 'aws.gone')).toBe(false);
    expect(isFailure(new Error('no'), 'aws.exists')).toBe(false);
  });
});
