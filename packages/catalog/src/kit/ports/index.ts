import type { DeploymentMonitors } from './deployment-monitors.ts';
import type { Deployments } from './deployments.ts';
import type { Http } from './http.ts';
import type { Images } from './images.ts';
import type { Instances } from './instances.ts';
import type { Judge } from './judge.ts';
import type { Leases } from './leases.ts';
import type { LoadBalancers } from './load-balancers.ts';
import type { Metrics } from './metrics.ts';
import type { Packer } from './packer.ts';
import type { Pipelines } from './pipelines.ts';
import type { Recoveries } from './recoveries.ts';
import type { Scaling } from './scaling.ts';
import type { SecurityGroups } from './security-groups.ts';
import type { ServerGroups } from './server-groups.ts';
import type { Stacks } from './stacks.ts';
import type { Traces } from './traces.ts';
import type { TrafficGuards } from './traffic-guards.ts';

export type * from './deployment-monitors.ts';
export type * from './deployments.ts';
export type * from './http.ts';
export type * from './images.ts';
export type * from './instances.ts';
export type * from './judge.ts';
export type * from './leases.ts';
export type * from './load-balancers.ts';
export type * from './metrics.ts';
export type * from './packer.ts';
export type * from './pipelines.ts';
export type * from './recoveries.ts';
export type * from './scaling.ts';
export type * from './security-groups.ts';
export type * from './server-group-spec.ts';
export type * from './server-groups.ts';
export type * from './stacks.ts';
export type * from './traces.ts';
export type * from './traffic-guards.ts';

/** Everything an executor may ask of the world; each names the few it `needs`. */
export interface Ports {
  readonly serverGroups: ServerGroups;
  readonly scaling: Scaling;
  readonly instances: Instances;
  readonly images: Images;
  readonly packer: Packer;
  readonly loadBalancers: LoadBalancers;
  readonly stacks: Stacks;
  readonly securityGroups: SecurityGroups;
  readonly leases: Leases;
  readonly guards: TrafficGuards;
  readonly http: Http;
  readonly pipelines: Pipelines;
  readonly traces: Traces;
  readonly recoveries: Recoveries;
  readonly deployments: Deployments;
  readonly monitors: DeploymentMonitors;
  readonly metrics: Metrics;
  readonly judge: Judge;
}

export type PortName = keyof Ports;
