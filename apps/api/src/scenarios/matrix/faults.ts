import type { FaultRule } from '@gennaker/aws-sandbox';

/** What goes wrong in AWS while something is deployed or changed. */
export interface FaultRow {
  readonly name: string;
  readonly rules: readonly FaultRule[];
  /** What the failure says when a new server group cannot come up with it; absent: all ends well. */
  readonly fails?: RegExp;
}

/** The group that a deploy makes. */
const NEW = 'shop-web-v002';

const deletionOf = (group: string): FaultRule['effect'] => ({
  kind: 'external',
  call: {
    account: '210987654321',
    call: {
      service: 'autoscaling',
      action: 'DeleteAutoScalingGroup',
      input: { AutoScalingGroupName: group, ForceDelete: true },
    },
  },
});

const vanish: FaultRule = {
  // While its instances boot.
  match: { action: 'DescribeAutoScalingGroups', resource: NEW, nth: 4 },
  effect: deletionOf(NEW),
};

/** Faults of the machines that an operation starts: `newcomers` are their ids. */
export const ofNewcomers = (newcomers: readonly string[]): readonly FaultRow[] => {
  const each = (effect: FaultRule['effect']) => newcomers.map((resource) => ({ match: { resource }, effect }));
  return [
    { name: 'machines that boot slowly', rules: [{ effect: { kind: 'boot', seconds: 200 } }] },
    { name: 'no capacity', rules: [{ effect: { kind: 'capacity' } }], fails: /capacity/i },
    { name: 'machines that never become healthy', rules: each({ kind: 'unhealthy' }), fails: /./ },
    { name: 'flapping machines', rules: each({ kind: 'unhealthy', flap: 15, after: 8 }), fails: /./ },
  ];
};

/** Somebody deletes a server group at the nth call of an operation. */
export const vanishing = (group: string, nth: number): FaultRow => ({
  name: `${group} vanishing`,
  rules: [{ match: { nth }, effect: deletionOf(group) }],
  // Named is the group, or what of it was chosen.
  fails: new RegExp(`${group}|server group of shop-web in us-east-1|instance i-[0-9a-f]+|i-[0-9a-f]+ is [a-z-]+`),
});

/** Faults that any operation must stand. */
export const TRANSIENT: readonly FaultRow[] = [
  { name: 'nothing wrong', rules: [] },
  { name: '30 % of calls throttled', rules: [{ effect: { kind: 'throttle' }, probability: 0.3 }] },
  { name: '8 % of answers lost', rules: [{ effect: { kind: 'dropAfter' }, probability: 0.08 }] },
  { name: 'reads that lag 10 s', rules: [{ effect: { kind: 'lag', ms: 10_000 } }] },
];

export const FAULTS: readonly FaultRow[] = [
  ...TRANSIENT,
  { name: 'machines that boot slowly', rules: [{ match: { resource: NEW }, effect: { kind: 'boot', seconds: 200 } }] },
  {
    name: 'no capacity',
    rules: [{ effect: { kind: 'capacity', type: 'm7g.large' } }],
    fails: /shop-web-v002.*(capacity|InsufficientInstanceCapacity)/s,
  },
  {
    name: 'an unhealthy version',
    rules: [{ match: { resource: NEW }, effect: { kind: 'unhealthy' } }],
    fails: /shop-web-v002/,
  },
  {
    name: 'a flapping version',
    rules: [{ match: { resource: NEW }, effect: { kind: 'unhealthy', flap: 15, after: 8 } }],
    fails: /shop-web-v002/,
  },
  { name: 'a group that somebody deletes', rules: [vanish], fails: /shop-web-v002/ },
];
