import { decodeJson, encodeJson } from './json-values.ts';
import type { Schemas } from './operations.ts';
import { plainBody } from './plain-body.ts';
import type { Protocol } from './protocol.ts';
import { ServiceError } from './service-error.ts';
import type { SignedRequest } from './signature.ts';

const names = { jsonNames: false };

/**
 * AWS JSON 1.0 and 1.1: the operation in `x-amz-target`, the input as one JSON object, times as epoch seconds.
 * @param targetPrefix what stands before the operation's name, such as `AmazonSSM`
 */
export function jsonProtocol({ version, targetPrefix }: { version: '1.0' | '1.1'; targetPrefix: string }): Protocol {
  const type = `application/x-amz-json-${version}`;
  return {
    speaks: (request) => request.headers['x-amz-target'] !== undefined,
    read(request) {
      const target = request.headers['x-amz-target'] ?? '';
      const body = parseBody(request);
      return {
        action: target.slice(target.lastIndexOf('.') + 1),
        mentions: textsIn(body),
        decode(operation) {
          if (!target.startsWith(`${targetPrefix}.`)) throw unknownTarget(target);
          if (!operation.input.isStructSchema()) return {};
          return decodeJson(body, operation.input, names) as Record<string, unknown>;
        },
      };
    },
    success(operation, output) {
      const body = operation.output.isStructSchema() ? encodeJson(output, operation.output, names) : {};
      return { status: 200, headers: { 'content-type': type }, body: JSON.stringify(body) };
    },
    refusal: (error, { request, schemas }) => jsonRefusal(error, request, schemas, type),
    throttling: { code: 'ThrottlingException', message: 'Rate exceeded', status: 400 },
    denialCode: 'AccessDeniedException',
  };
}

function parseBody(request: SignedRequest): unknown {
  const text = Buffer.from(plainBody(request.headers, request.body)).toString('utf8');
  try {
    return text === '' ? {} : JSON.parse(text);
  } catch {
    throw new ServiceError('SerializationException', 'The request body is not JSON.');
  }
}

function unknownTarget(target: string): ServiceError {
  return new ServiceError('UnknownOperationException', `The target ${target} is not served here.`);
}

function jsonRefusal(error: ServiceError, request: SignedRequest, schemas: Schemas | null, type: string) {
  const shape = schemas?.errors.get(error.code);
  const status = error.status || shape?.status || 400;
  const headers: Record<string, string> = { 'content-type': type };
  if (request.headers['x-amzn-query-mode'] === 'true') {
    headers['x-amzn-query-error'] = `${shape?.queryCode ?? error.code};${status >= 500 ? 'Receiver' : 'Sender'}`;
  }
  const body = JSON.stringify({ __type: shape?.id ?? error.code, message: error.message });
  return { status, headers, body };
}

/** Every text in a value: the names and ids a call mentions. */
function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(textsIn);
}
