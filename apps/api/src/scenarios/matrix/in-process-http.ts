import type { Sandbox } from '@gennaker/aws-sandbox';
import type { RequestHandler } from '../../cloud/aws/clients.ts';

/** A request as SDK clients hand it over, written and signed. */
interface WrittenRequest {
  readonly method: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, string | readonly string[] | null>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

const lowerCase = (headers: WrittenRequest['headers']): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));

const queryOf = (query: WrittenRequest['query']): string =>
  Object.entries(query ?? {})
    .flatMap(([name, value]) => [value ?? ''].flat().map((each) => [name, each]))
    .map((pair) => pair.map((part) => encodeURIComponent(part)).join('='))
    .join('&');

/** Carries what SDK clients wrote and signed to a sandbox in this process, and its answers back, without sockets. */
export function inProcessHttp(sandbox: Sandbox): RequestHandler {
  return {
    metadata: { handlerProtocol: 'http/1.1' },
    destroy: () => undefined,
    handle: async (request: WrittenRequest, options: { readonly abortSignal?: AbortSignal } = {}) => {
      if (options.abortSignal?.aborted) throw Object.assign(new Error('Request aborted'), { name: 'AbortError' });
      const { method, path, query, headers, body = '' } = request;
      const { status, drop, silent, truncate, ...answer } = await sandbox.answer({
        method,
        path,
        query: queryOf(query),
        headers: lowerCase(headers),
        body: Buffer.from(body),
      });
      if (silent) return new Promise(() => undefined);
      if (drop) throw Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
      const whole = Buffer.from(answer.body);
      const bytes = truncate === null ? whole : whole.subarray(0, truncate);
      return { response: { statusCode: status, headers: answer.headers, body: bytes } };
    },
  };
}
