import type { AutoScalingState } from '../services/auto-scaling/state.ts';
import type { CloudFormationState } from '../services/cloudformation/state.ts';
import type { CloudWatchState } from '../services/cloudwatch/state.ts';
import type { Ec2State } from '../services/ec2/state.ts';
import type { Elbv2State } from '../services/elbv2/state.ts';
import type { EventBridgeState } from '../services/eventbridge/state.ts';
import type { BucketState } from '../services/s3/state.ts';
import type { SnsState } from '../services/sns/state.ts';
import type { SqsState } from '../services/sqs/state.ts';
import type { SsmState } from '../services/ssm/state.ts';
import type { Session } from '../services/sts/state.ts';
import { emptyTraffic, type TrafficState } from '../traffic/state.ts';

export interface AccessKey {
  accessKeyId: string;
  secretAccessKey: string;
  user: string;
}

export interface Role {
  arn: string;
  trust: string[];
  externalId: string | null;
  allow: string[];
  maxSessionSeconds: number;
}

export interface Account {
  id: string;
  keys: AccessKey[];
  roles: Role[];
}

/** Everything one account has in one region. */
export interface RegionStore
  extends CloudFormationState,
    EventBridgeState,
    SnsState,
    SqsState,
    SsmState,
    Ec2State,
    AutoScalingState,
    CloudWatchState,
    Elbv2State {
  account: string;
  region: string;
  zones: string[];
}

/** The whole pretended AWS: plain JSON, so that it can be saved, shown and put back. */
export interface WorldState {
  seed: number;
  randomState: number;
  now: number;
  scenario: string;
  accounts: Record<string, Account>;
  sessions: Record<string, Session>;
  regions: Record<string, RegionStore>;
  buckets: BucketState;
  traffic: TrafficState;
}

export function emptyRegion(account: string, region: string): RegionStore {
  return {
    account,
    region,
    zones: ['a', 'b', 'c'].map((letter) => `${region}${letter}`),
    vpcs: {},
    subnets: {},
    securityGroups: {},
    images: {},
    snapshots: {},
    instances: {},
    launchTemplates: {},
    keyPairs: {},
    instanceProfiles: [],
    clientTokens: {},
    groups: {},
    loadBalancers: {},
    listeners: {},
    rules: {},
    targetGroups: {},
    metrics: {},
    alarms: {},
    stacks: {},
    eventRules: {},
    eventMemory: null,
    topics: {},
    queues: {},
    deletedQueues: {},
    parameters: {},
    commands: {},
  };
}

/** A state from a file or from elsewhere, with what it may lack because it was saved by an older version. */
export function completeState(state: WorldState): WorldState {
  const regions = Object.entries(state.regions).map(([key, store]) => [
    key,
    { ...emptyRegion(store.account, store.region), ...store },
  ]);
  const traffic = { ...emptyTraffic(), ...state.traffic };
  return { ...state, traffic, buckets: state.buckets ?? {}, regions: Object.fromEntries(regions) };
}

export const regionKey = (account: string, region: string): string => `${account}/${region}`;
