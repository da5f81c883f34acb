/** What cleaning up can do about a thing that was left. */
export const LEFTOVER_ACTIONS = [
  'destroy',
  'sweep',
  'unpin',
  'enable',
  'settle',
  'register',
  'restoreShares',
  'restore',
  'resize',
  'deleteChangeSet',
  'deleteSnapshot',
  'terminate',
  'deleteImage',
  'deleteSecurityGroup',
  'deleteLoadBalancer',
  'deleteTargetGroup',
  'deleteStack',
] as const;
export type LeftoverAction = (typeof LEFTOVER_ACTIONS)[number];
