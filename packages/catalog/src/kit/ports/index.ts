import type { Http } from './http.ts';
import type { Images } from './images.ts';
import type { LoadBalancers } from './load-balancers.ts';
import type { Pipelines } from './pipelines.ts';
import type { ServerGroups } from './server-groups.ts';

export type * from './http.ts';
export type * from './images.ts';
export type * from './load-balancers.ts';
export type * from './pipelines.ts';
export type * from './server-groups.ts';

/** Everything an executor may ask of the world; each names the few it `needs`. */
export interface Ports {
  readonly serverGroups: ServerGroups;
  readonly images: Images;
  readonly loadBalancers: LoadBalancers;
  readonly http: Http;
  readonly pipelines: Pipelines;
}

export type PortName = keyof Ports;
