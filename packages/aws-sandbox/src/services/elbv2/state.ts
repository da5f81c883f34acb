import type { Action, RuleCondition } from '@aws-sdk/client-elastic-load-balancing-v2';

export type TargetState = 'initial' | 'healthy' | 'unhealthy' | 'unused' | 'draining' | 'unavailable';

export interface Target {
  id: string;
  port: number;
  registeredAt: number;
  state: TargetState;
  reason: string | null;
  /** Time of the first health check of the current run of checks; null while nothing is checked. */
  checksFrom: number | null;
  passing: boolean;
  passingSince: number;
  everHealthy: boolean;
  drainingUntil: number | null;
}

export interface HealthCheck {
  enabled: boolean;
  protocol: string;
  port: string;
  path: string | null;
  intervalSeconds: number;
  timeoutSeconds: number;
  healthyThreshold: number;
  unhealthyThreshold: number;
  matcher: string | null;
}

export interface TargetGroup {
  arn: string;
  name: string;
  protocol: string;
  port: number;
  vpcId: string | null;
  targetType: string;
  ipAddressType: string;
  protocolVersion: string | null;
  healthCheck: HealthCheck;
  attributes: Record<string, string>;
  tags: Record<string, string>;
  targets: Record<string, Target>;
}

export interface LoadBalancer {
  arn: string;
  name: string;
  dnsName: string;
  type: 'application' | 'network' | 'gateway';
  scheme: string;
  vpcId: string;
  subnetIds: string[];
  securityGroups: string[];
  ipAddressType: string;
  createdAt: number;
  activeAt: number;
  attributes: Record<string, string>;
  tags: Record<string, string>;
}

export interface Listener {
  arn: string;
  loadBalancerArn: string;
  port: number;
  protocol: string;
  certificates: string[];
  sslPolicy: string | null;
  actions: Action[];
  attributes: Record<string, string>;
  tags: Record<string, string>;
}

export interface Rule {
  arn: string;
  listenerArn: string;
  priority: number;
  conditions: RuleCondition[];
  actions: Action[];
  tags: Record<string, string>;
}

export interface Elbv2State {
  loadBalancers: Record<string, LoadBalancer>;
  listeners: Record<string, Listener>;
  rules: Record<string, Rule>;
  targetGroups: Record<string, TargetGroup>;
}
