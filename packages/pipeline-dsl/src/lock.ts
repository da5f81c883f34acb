/** Key of the right to change one cluster: one stage at a time has it, over all executions. */
export const clusterLock = (account: string, region: string, cluster: string): string =>
  `cluster:${account}:${region}:${cluster}`;

/** Account that a key belongs to; null for a key of another kind. */
export function accountOfLock(key: string): string | null {
  const [kind, account] = key.split(':');
  return kind === 'cluster' && account ? account : null;
}

/** What a key stands for, in words: "cluster shop-web in us-east-1 of account prod". */
export function describeLock(key: string): string {
  const [kind, account, region, ...rest] = key.split(':');
  return kind === 'cluster' && rest.length > 0 ? `cluster ${rest.join(':')} in ${region} of account ${account}` : key;
}
