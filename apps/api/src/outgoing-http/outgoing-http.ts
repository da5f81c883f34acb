import { lookup as systemLookup } from 'node:dns/promises';
import type { Http, HttpAnswer, HttpRequest } from '@gennaker/catalog/kit';
import { FailureError } from '@gennaker/pipeline-dsl';
import { AllowedAddresses } from './addresses.ts';
import { exchange, type Resolved } from './exchange.ts';

export interface OutgoingHttpOptions {
  readonly allowedHosts: readonly string[];
  /** Addresses of a name; default asks the system. */
  readonly lookup?: (name: string) => Promise<ReadonlyArray<Resolved>>;
}

const MAX_REDIRECTS = 5;
const DEFAULT_TIMEOUT_MS = 20_000;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
/** Headers that stay at home when a redirect leads to another origin. */
const PRIVATE_HEADERS: ReadonlySet<string> = new Set(['authorization', 'cookie', 'proxy-authorization', 'x-api-key']);

/**
 * Requests to addresses that users name. The name is resolved here, its addresses are checked, and the connection is
 * made to a checked address, at the first request and at each redirect alike.
 */
export class OutgoingHttp implements Http {
  private readonly allowed: AllowedAddresses;
  private readonly lookup: (name: string) => Promise<ReadonlyArray<Resolved>>;

  constructor(options: OutgoingHttpOptions) {
    this.allowed = new AllowedAddresses(options.allowedHosts);
    this.lookup = options.lookup ?? ((name) => systemLookup(name, { all: true, verbatim: true }));
  }

  async send(request: HttpRequest): Promise<HttpAnswer> {
    const time = AbortSignal.timeout(request.timeoutMs ?? DEFAULT_TIMEOUT_MS);
    const abort = request.abort ? AbortSignal.any([time, request.abort]) : time;
    let current: HttpRequest = { ...request, abort };
    for (let redirects = 0; ; redirects += 1) {
      const url = parseUrl(current.url);
      const answer = await exchange(current, url, await this.resolve(url, abort));
      const next = REDIRECTS.has(answer.status) ? redirected(current, url, answer) : null;
      if (next === null) return answer;
      if (redirects >= MAX_REDIRECTS)
        throw new FailureError({
          code: 'http.too-many-redirects',
          message: `${request.url} leads from one address to the next more than ${MAX_REDIRECTS} times.`,
          retry: false,
        });
      current = next;
    }
  }

  /** Addresses of the URL's host that may be connected to. */
  private async resolve(url: URL, abort: AbortSignal): Promise<ReadonlyArray<Resolved>> {
    const host = url.hostname.replace(/^\[|\]$/g, '').toLowerCase();
    const port = url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port);
    const addresses = await this.addressesOf(host, url, abort);
    const open = this.allowed.namesHost(host, port)
      ? addresses
      : addresses.filter(({ address }) => this.allowed.allows(address, port));
    if (open.length > 0) return open;
    throw new FailureError({
      code: 'http.address-refused',
      message: `${url.origin} is not reached: its address is private, of this machine, or otherwise not public.`,
      retry: false,
      advice: 'If it is meant, whoever runs this installation can add it to GENNAKER_HTTP_ALLOW.',
    });
  }

  private async addressesOf(host: string, url: URL, abort: AbortSignal): Promise<ReadonlyArray<Resolved>> {
    const family = /^\d+\.\d+\.\d+\.\d+$/.test(host) ? 4 : host.includes(':') ? 6 : 0;
    if (family !== 0) return [{ address: host, family }];
    try {
      const found = await Promise.race([this.lookup(host), rejectOn(abort)]);
      if (found.length > 0) return found;
    } catch (error) {
      if (abort.aborted)
        throw new FailureError({ code: 'http.timeout', message: `${url.origin} did not answer in time.`, retry: true });
      throw unresolved(host, error);
    }
    throw unresolved(host, undefined);
  }
}

const rejectOn = (abort: AbortSignal): Promise<never> =>
  new Promise((_, reject) => abort.addEventListener('abort', () => reject(abort.reason), { once: true }));

const unresolved = (host: string, cause: unknown): FailureError =>
  new FailureError(
    {
      code: 'http.dns',
      message: `The name ${host} leads to no address.`,
      retry: true,
      advice: 'Check the spelling of the address.',
    },
    { cause },
  );

function parseUrl(text: string): URL {
  if (URL.canParse(text)) {
    const url = new URL(text);
    if (['http:', 'https:'].includes(url.protocol) && url.username === '' && url.password === '') return url;
  }
  throw new FailureError({
    code: 'http.bad-address',
    message: `"${text.slice(0, 200)}" cannot be requested: an address begins with http:// or https:// and holds no password.`,
    retry: false,
  });
}

/** The request that follows a redirect; null when the answer names no other address. */
function redirected(request: HttpRequest, from: URL, answer: HttpAnswer): HttpRequest | null {
  const { location } = answer.headers;
  if (location === undefined || !URL.canParse(location, from.href)) return null;
  const to = new URL(location, from);
  const becomesGet = answer.status === 303 || (answer.status < 303 && request.method === 'POST');
  const headers = Object.entries(request.headers ?? {}).filter(
    ([name]) =>
      (to.origin === from.origin || !PRIVATE_HEADERS.has(name.toLowerCase())) &&
      !(becomesGet && name.toLowerCase().startsWith('content-')),
  );
  return {
    ...request,
    url: to.href,
    headers: Object.fromEntries(headers),
    ...(becomesGet && request.method !== 'HEAD' ? { method: 'GET', body: undefined } : {}),
  };
}
