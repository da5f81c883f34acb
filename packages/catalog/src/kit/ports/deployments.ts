import type { ClusterRef } from './server-groups.ts';

/** What is recorded of one server group's life. Another tool's groups, and very old ones, have none. */
export interface DeploymentRecord {
  /** Name of the server group. */
  readonly serverGroup: string;
  readonly executionId: string;
  readonly user: string;
  /** It was healthy once, as its deploy asked; false when the deploy ended before it was. */
  readonly cameUp: boolean;
  /** Name of the group that served when it was deployed; null when none did. */
  readonly replaced: string | null;
  /** Image of the group that it replaced. */
  readonly replacedImage: { readonly id: string; readonly name: string | null } | null;
}

/** What this installation remembers of deployments, newest first. It decides nothing: what is there is read live. */
export interface Deployments {
  /** Records of these server groups of a cluster; those without one are left out. */
  of(cluster: ClusterRef, serverGroups: readonly string[]): Promise<readonly DeploymentRecord[]>;
}
