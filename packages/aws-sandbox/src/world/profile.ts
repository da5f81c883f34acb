/** Durations in seconds of virtual time; a pair is a range drawn from the seed. */
export interface Profile {
  pending: readonly [number, number];
  statusChecks: number;
  stopping: number;
  shuttingDown: number;
  terminatedVisible: number;
  image: readonly [number, number];
  loadBalancer: readonly [number, number];
  registration: readonly [number, number];
  groupHealthCheck: number;
  launchBackoff: readonly [number, number];
  attachment: number;
  groupDeletion: number;
  /** From running to a Systems Manager agent that answers. */
  agent: number;
  /** One resource of a CloudFormation stack. */
  stackResource: readonly [number, number];
}

const shared = { terminatedVisible: 3600, groupHealthCheck: 30, launchBackoff: [20, 600] } as const;

/** `real` keeps AWS's own pace, `fast` is for demos and tests. */
export const profiles = {
  real: {
    ...shared,
    pending: [15, 40],
    statusChecks: 60,
    stopping: 20,
    shuttingDown: 20,
    image: [120, 300],
    loadBalancer: [60, 120],
    registration: [2, 5],
    attachment: 5,
    groupDeletion: 15,
    agent: 45,
    stackResource: [5, 20],
  },
  fast: {
    ...shared,
    pending: [2, 2],
    statusChecks: 3,
    stopping: 2,
    shuttingDown: 2,
    image: [5, 5],
    loadBalancer: [3, 3],
    registration: [1, 1],
    attachment: 1,
    groupDeletion: 1,
    agent: 3,
    stackResource: [1, 1],
  },
} satisfies Record<string, Profile>;

export type ProfileName = keyof typeof profiles;
