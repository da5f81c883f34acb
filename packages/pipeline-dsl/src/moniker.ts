/** Parts of a server group's name. `sequence` is the version number, `cluster` the name without it. */
export interface Moniker {
  readonly app: string;
  readonly stack: string | null;
  readonly detail: string | null;
  readonly cluster: string;
  readonly sequence: number | null;
}

const PUSH = /^([-a-zA-Z0-9._~^]*)-(v([0-9]{3,6}))$/;
const NAME = /^([a-zA-Z0-9._]+)(?:-([a-zA-Z0-9._]*)(?:-([-a-zA-Z0-9._~^]*?))?)?$/;
const LOOKS_LIKE_PUSH = /(^|-)v[0-9]{3,6}(-|$)/;

/** Reads `app[-stack[-detail]][-vNNN]`; null when the name is not of that form (then it is not one of ours). */
export function parseMoniker(name: string): Moniker | null {
  const push = PUSH.exec(name);
  const cluster = push ? (push[1] ?? '') : name;
  const parts = NAME.exec(cluster);
  if (!parts?.[1]) return null;
  return {
    app: parts[1],
    stack: parts[2] || null,
    detail: parts[3] || null,
    cluster,
    sequence: push?.[3] === undefined ? null : Number(push[3]),
  };
}

/** `app`, `app-stack`, `app-stack-detail` or `app--detail`. */
export function clusterName(parts: { app: string; stack?: string | null; detail?: string | null }): string {
  if (parts.detail) return `${parts.app}-${parts.stack ?? ''}-${parts.detail}`;
  return parts.stack ? `${parts.app}-${parts.stack}` : parts.app;
}

/** `cluster-v007`. */
export const serverGroupName = (cluster: string, sequence: number): string =>
  `${cluster}-v${String(sequence).padStart(3, '0')}`;

/**
 * Number of the next server group: the newest one's + 1 modulo 1000, stepping over taken ones.
 * `existing` is ordered by creation, newest last; null when all thousand are taken.
 */
export function nextSequence(existing: ReadonlyArray<number | null>): number | null {
  const taken = new Set(existing.filter((n) => n !== null));
  const newest = existing.at(-1);
  let candidate = existing.length === 0 ? 0 : ((newest ?? 0) + 1) % 1000;
  for (let tries = 0; tries < 1000; tries++) {
    if (!taken.has(candidate)) return candidate;
    candidate = (candidate + 1) % 1000;
  }
  return null;
}

/** Why a new name is refused, or null when it is fine. */
export function monikerProblem(parts: { app: string; stack?: string | null; detail?: string | null }): string | null {
  if (!/^[a-zA-Z0-9._]+$/.test(parts.app))
    return `application "${parts.app}" may hold only letters, digits, "." and "_"`;
  if (parts.stack && !/^[a-zA-Z0-9._]+$/.test(parts.stack))
    return `stack "${parts.stack}" may hold only letters, digits, "." and "_"`;
  if (parts.detail && (!/^[a-zA-Z0-9._-]*$/.test(parts.detail) || /^-|-$/.test(parts.detail)))
    return `detail "${parts.detail}" may hold only letters, digits, ".", "_" and inner "-"`;
  for (const part of [parts.stack, parts.detail])
    if (part && LOOKS_LIKE_PUSH.test(part)) return `"${part}" would read as a version number like v001`;
  return clusterName(parts).length > 240 ? 'the cluster name is longer than 240 characters' : null;
}
