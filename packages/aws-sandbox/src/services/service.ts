import type { Protocol } from '../wire/protocol.ts';
import type { RegionStore } from '../world/state.ts';
import type { Machine, World } from '../world/world.ts';

/** Who signed a request. */
export interface Identity {
  account: string;
  arn: string;
  userId: string;
  accessKeyId: string;
  session: boolean;
  /** Action globs (`ec2:Describe*`) this identity may call. */
  allow: string[];
}

/** One call being served. */
export interface Call {
  world: World;
  /** The region as it is: writes go here. */
  store: RegionStore;
  /** The region as this caller can see it: the same as `store` unless a fault makes reads lag. */
  view: RegionStore;
  /** Another region or account as this caller can see it. */
  look(other: RegionStore): RegionStore;
  identity: Identity;
  now: number;
  action: string;
  /** Says that an earlier call did it already: this one counts as without effect. */
  repeats(): void;
}

/** Serves one action: decoded SDK input in, SDK output (or nothing) out. Refusals are thrown. */
export type Handler = (call: Call, input: never) => unknown;

/** One pretended AWS service. */
export interface Service {
  /** The name in the credential scope. */
  signingName: string;
  /** How its calls may be written; the first one answers what none of them speaks. */
  protocols: [Protocol, ...Protocol[]];
  /** The SDK package's operation schemas, loaded at the first call. */
  loadSchemas(): Promise<Record<string, unknown>>;
  handlers: Record<string, Handler>;
  /** Its part of the passing of time, if it has any. */
  machine?: Machine;
}

/** Actions that only read: not counted as changes, and the ones that may see the past. */
export const isRead = (action: string): boolean => /^(Describe|Get|List|Head)/.test(action);
