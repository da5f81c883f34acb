import { refuse } from '../wire/service-error.ts';

/** One page of a list; the token is the place to go on from. */
export function page<T>(
  items: T[],
  token: string | undefined,
  size: number | undefined,
  fallback = 1000,
): { items: T[]; next: string | undefined } {
  const start = token === undefined || token === '' ? 0 : decode(token);
  const end = start + (size ?? fallback);
  const next = end < items.length ? Buffer.from(`at:${end}`).toString('base64url') : undefined;
  return { items: items.slice(start, end), next };
}

function decode(token: string): number {
  const match = /^at:(\d+)$/.exec(Buffer.from(token, 'base64url').toString());
  if (match?.[1] === undefined) refuse('InvalidNextToken', 'The token provided is not valid.');
  return Number(match[1]);
}
