type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** Headers in which senders put their own id of a message; a repeated delivery carries the same. */
const ID_HEADERS = ['idempotency-key', 'x-github-delivery', 'x-gitlab-event-uuid', 'x-request-uuid'] as const;
const KEPT = /^(content-type|user-agent|x-(github|gitlab|bitbucket|event|hook|request)[\w-]*|idempotency-key)$/;
const SECRET = /token|secret|signature|authorization|cookie|key$/;

const textOf = (value: string | string[] | undefined): string =>
  Array.isArray(value) ? value.join(', ') : (value ?? '');

/** The sender's own id of the message under its kind and source; null when it gives none. */
export function dedupeKeyOf(arrival: { kind: string; source: string; headers: Headers }): string | null {
  const header = ID_HEADERS.find((name) => textOf(arrival.headers[name]).trim() !== '');
  if (!header) return null;
  return `${arrival.kind}/${arrival.source}/${textOf(arrival.headers[header]).trim().slice(0, 200)}`;
}

/** Headers worth keeping with a delivery; nothing that may be a credential. */
export function keptHeaders(headers: Headers): Record<string, string> {
  const entries = Object.entries(headers)
    .filter(([name]) => KEPT.test(name) && (!SECRET.test(name) || name === 'idempotency-key'))
    .map(([name, value]) => [name, textOf(value).slice(0, 1_000)]);
  return Object.fromEntries(entries);
}
