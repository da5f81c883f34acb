import { defineStage } from '@gennaker/pipeline-dsl';
import * as z from 'zod';
import { GUARD_FACTS, safetyFields } from '../../clusters/fields.ts';
import { FIND_SERVED, SERVED, servedLocks } from '../../clusters/served-locks.ts';
import { describeField, optionalText } from '../../kit/fields.ts';

const label = z.string().max(1_000).nullish();
const amount = z.preprocess(
  (value) => (typeof value === 'string' && value.trim() !== '' ? Number(value) : value),
  z.number().min(0).max(1_000_000).nullish(),
);
const yes = z.preprocess(
  (value) => (value === 'true' ? true : value === 'false' ? false : value),
  z.boolean().nullish(),
);
const names = z.array(z.string().max(1_000)).max(500).nullish();
const numberOrName = z.union([z.number(), z.string().max(40)]).nullish();

const actionSchema = z.looseObject({
  type: z.string().min(1).max(40),
  targetGroupName: label,
  /** Several target groups with their weights, in the place of one. */
  targetGroups: z
    .array(z.looseObject({ targetGroupName: z.string().max(100), weight: amount }))
    .max(5)
    .nullish(),
});

const ruleSchema = z.looseObject({
  priority: numberOrName,
  default: yes,
  conditions: z
    .array(z.looseObject({ field: z.string().max(100), values: names }))
    .max(100)
    .nullish(),
  actions: z.array(actionSchema).max(20).nullish(),
});

const listenerSchema = z.looseObject({
  port: amount,
  protocol: label,
  sslPolicy: label,
  certificates: z
    .array(z.looseObject({ certificateArn: label }))
    .max(100)
    .nullish(),
  defaultActions: z.array(actionSchema).max(20).nullish(),
  rules: z.array(ruleSchema).max(200).nullish(),
});

const targetGroupSchema = z.looseObject({
  name: z.string().min(1).max(100),
  protocol: label,
  port: amount,
  targetType: label,
  healthCheckProtocol: label,
  healthCheckPort: numberOrName,
  healthCheckPath: label,
  healthCheckInterval: amount,
  healthCheckTimeout: amount,
  healthyThreshold: amount,
  unhealthyThreshold: amount,
  healthCheckMatcher: numberOrName,
  attributes: z.looseObject({}).nullish(),
});

export const loadBalancerSchema = z.looseObject({
  name: label,
  loadBalancerName: label,
  credentials: label,
  account: label,
  region: label,
  loadBalancerType: label,
  isInternal: yes,
  vpcId: label,
  subnetType: label,
  subnetIds: names,
  availabilityZones: z.union([z.record(z.string(), names), z.array(z.string().max(100)).max(20)]).nullish(),
  regionZones: names,
  securityGroups: names,
  ipAddressType: label,
  dualstack: yes,
  idleTimeout: amount,
  deletionProtection: yes,
  loadBalancingCrossZone: yes,
  tags: z.record(z.string(), z.coerce.string()).nullish(),
  targetGroups: z.array(targetGroupSchema).max(100).nullish(),
  listeners: z.array(listenerSchema).max(50).nullish(),
});
export type WantedLoadBalancer = z.output<typeof loadBalancerSchema>;
export type WantedAction = z.output<typeof actionSchema>;

export const upsertLoadBalancersStage = defineStage({
  type: 'upsertLoadBalancers',
  aliases: ['upsertLoadBalancer'],
  version: 1,
  provider: 'aws',
  label: 'Save load balancers',
  description: 'Creates or changes application and network load balancers, their listeners, rules and target groups.',
  group: 'Traffic',
  icon: 'network',
  context: z.looseObject({
    loadBalancers: describeField(z.array(loadBalancerSchema).max(50).nullish(), {
      label: 'Load balancers',
      help: 'The load balancers as they shall be: listeners, rules and target groups that are not named are removed.',
      widget: 'json',
      group: 'Target',
      order: 1,
      required: true,
    }),
    credentials: optionalText({
      label: 'Account',
      help: 'Account of load balancers that name none.',
      group: 'Target',
      order: 2,
      widget: 'account',
    }),
    region: optionalText({
      label: 'Region',
      help: 'Region of load balancers that name none.',
      group: 'Target',
      order: 3,
    }),
    cloudProvider: optionalText({ label: 'Provider', help: 'Always `aws`.', widget: 'hidden' }),
    overrideTrafficGuards: safetyFields.overrideTrafficGuards,
  }),
  outputs: z.looseObject({
    loadBalancers: describeField(
      z
        .array(
          z.looseObject({
            name: z.string(),
            account: z.string(),
            region: z.string(),
            loadBalancerType: z.string(),
            dnsName: z.string(),
            targetGroups: z.array(z.string()),
          }),
        )
        .optional(),
      { label: 'Load balancers', help: 'Those that were saved, with the DNS names they answer at.' },
    ),
    left: describeField(z.array(z.string()).optional(), {
      label: 'Left',
      help: 'Target groups that are no longer named and were not removed, and why.',
    }),
  }),
  changesTheWorld: true,
  locks: servedLocks,
  locksAfter: FIND_SERVED,
  changesTraffic: true,
  clearOnRestart: [SERVED, ...GUARD_FACTS],
});
