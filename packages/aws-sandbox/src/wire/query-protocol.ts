import { decodeForm, parseForm } from './decode-form.ts';
import { type Envelope, errorBody, successBody } from './envelope.ts';
import { plainBody } from './plain-body.ts';
import type { Protocol } from './protocol.ts';
import { ServiceError } from './service-error.ts';
import type { SignedRequest } from './signature.ts';

/** The form-encoded protocols: AWS Query and its EC2 dialect, in one version of an interface. */
export function queryProtocol({ version, envelope }: { version: string; envelope: Envelope }): Protocol {
  const ec2 = envelope.dialect === 'ec2';
  return {
    speaks: (request) => request.headers['x-amz-target'] === undefined,
    read(request) {
      const form = parseForm(
        request.method === 'GET'
          ? request.query
          : Buffer.from(plainBody(request.headers, request.body)).toString('utf8'),
      );
      const action = form.find(([key]) => key === 'Action')?.[1] ?? '';
      const asked = form.find(([key]) => key === 'Version')?.[1];
      const parameters = form.filter(([key]) => key !== 'Action' && key !== 'Version' && !key.startsWith('X-Amz-'));
      return {
        action,
        mentions: parameters.map(([, value]) => value),
        decode(operation) {
          if (asked !== version) throw wrongVersion(action, asked);
          return decodeForm(parameters, operation.input, envelope.dialect);
        },
      };
    },
    success(operation, output, { requestId, request }) {
      if (wantsJson(request)) {
        const result = { [`${operation.name}Result`]: output, ResponseMetadata: { RequestId: requestId } };
        const body = JSON.stringify({ [`${operation.name}Response`]: result });
        return { status: 200, headers: { 'content-type': 'application/json' }, body };
      }
      return {
        status: 200,
        headers: { 'content-type': 'text/xml;charset=UTF-8' },
        body: successBody(envelope, operation, output, requestId),
      };
    },
    refusal: (error, { requestId }) => ({
      status: error.status || 400,
      headers: { 'content-type': 'text/xml;charset=UTF-8' },
      body: errorBody(envelope.dialect, error, requestId),
    }),
    throttling: ec2
      ? { code: 'RequestLimitExceeded', message: 'Request limit exceeded.', status: 503 }
      : { code: 'Throttling', message: 'Rate exceeded', status: 400 },
    denialCode: ec2 ? 'UnauthorizedOperation' : 'AccessDenied',
  };
}

function wrongVersion(action: string, asked: string | undefined): ServiceError {
  const version = asked ?? 'NO_VERSION_SPECIFIED';
  return new ServiceError('InvalidAction', `Could not find operation ${action} for version ${version}`);
}

/** Presigned GETs, as tokens for clusters are, may ask for JSON. */
const wantsJson = (request: SignedRequest): boolean =>
  request.method === 'GET' && (request.headers['accept'] ?? '').includes('application/json');
