import { isJsonObject, type JsonObject, type Stage } from '@gennaker/pipeline-dsl';
import type { CloudTrace, Ports, RegionRef } from '../kit/ports/index.ts';
import type { LeftoverAction } from './actions.ts';

/** A row of the ledger. */
export interface LedgerFacts {
  readonly kind: string;
  readonly account: string;
  readonly region: string;
  readonly name: string;
  readonly action: string;
  readonly state: string;
  readonly stageId: string;
  readonly before: JsonObject | null;
}

/** One object of the cloud and all that an ended execution did to it. */
export interface Thing {
  readonly kind: string;
  readonly account: string;
  readonly region: string;
  readonly name: string;
  readonly executionId: string;
  /** Oldest first. */
  readonly rows: readonly LedgerFacts[];
  /** The stage that made it, if this execution did. */
  readonly maker: Stage | undefined;
  /** The stage that changed it last. */
  readonly changer: Stage | undefined;
  /** The stage of the pipeline that the last change was made for: a deploy, where the changer is one of its steps. */
  readonly purpose: Stage | undefined;
  /** Those of its rows that are younger than all of stages which have succeeded. */
  readonly open: readonly LedgerFacts[];
  /** Another execution that has changed it since, by its id. */
  readonly changedBy: string | null;
}

/** What may be done about something that an execution left, by a stage of the clean-up. */
export interface Leftover {
  readonly kind: string;
  readonly account: string;
  readonly region: string;
  readonly name: string;
  readonly action: LeftoverAction;
  /** What is done, as a sentence without its end: "Destroy web-v003". */
  readonly what: string;
  readonly why: string;
  /** Least size from before, for `unpin`. */
  readonly min?: number;
  /** Ids, for `terminate`, `deleteImage` and `register`. */
  readonly ids?: readonly string[];
  /** For `register`: names. */
  readonly targetGroups?: readonly string[];
  /** For `restoreShares`: the saved actions, and who serves by them. */
  readonly actions?: JsonObject;
  readonly giving?: string;
  /** For `restoreShares`: who gets part of the requests now. */
  readonly receiving?: string;
  /** For `restore` and `resize`: what it was, and what the change was to make of it. */
  readonly before?: JsonObject;
  readonly wanted?: JsonObject;
  /** Execution whose mark the thing must carry. */
  readonly executionId?: string;
  /** Nobody else may be at the thing that this lease stands for. */
  readonly lease?: string;
}

/** What the cloud shows of a thing now. */
export interface Sight {
  readonly there: boolean;
  /** In the words of the picture from before; empty when it is gone. */
  readonly picture: JsonObject;
  /** Why it is still there, as a sentence. */
  readonly why: string;
  readonly leftovers: readonly Leftover[];
}

export type LookPorts = Pick<
  Ports,
  'serverGroups' | 'scaling' | 'instances' | 'images' | 'loadBalancers' | 'securityGroups' | 'stacks' | 'traces'
>;

/** Looks at the cloud, and at each region's marks once. */
export interface Eyes {
  readonly ports: LookPorts;
  traces(place: RegionRef): Promise<readonly CloudTrace[]>;
}

export const openEyes = (ports: LookPorts): Eyes => {
  const seen = new Map<string, Promise<readonly CloudTrace[]>>();
  return {
    ports,
    traces({ account, region }) {
      const key = `${account}/${region}`;
      const known = seen.get(key) ?? ports.traces.find({ account, region });
      seen.set(key, known);
      return known;
    },
  };
};

/** How one kind of thing is looked at. */
export type Look = (eyes: Eyes, thing: Thing) => Promise<Sight>;

export const GONE: Sight = { there: false, picture: {}, why: '', leftovers: [] };

export const succeededIn = (stage: Stage | undefined): boolean => stage?.status === 'SUCCEEDED';

export const placeOf = ({ account, region, name }: Thing) => ({ account, region, name });

/** Picture of the thing before its first change; null when it was not changed, or nothing is known. */
export const beforeOf = ({ rows }: Thing): JsonObject | null =>
  rows.find(({ action, state, before }) => action === 'change' && state !== 'absent' && before)?.before ?? null;

/** The tag that says which execution made a thing. Without it nothing is taken away. */
export const EXECUTION_TAG = 'cd:execution';

/** Does the thing look as in the picture, as far as the picture goes? */
export function isAsBefore(before: JsonObject | null, picture: JsonObject): boolean {
  return Object.entries(before ?? {}).every(
    ([key, value]) => !(key in picture) || canonical(value) === canonical(picture[key]),
  );
}

const plain = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(plain);
  if (!isJsonObject(value)) return value ?? null;
  const keys = Object.keys(value).sort();
  return Object.fromEntries(keys.map((key) => [key, plain(value[key])]));
};

/** Lists of words are sets: AWS answers them in any order. */
function canonical(value: unknown): string {
  const words = Array.isArray(value) && value.every((item) => typeof item === 'string');
  return JSON.stringify(words ? [...value].sort() : plain(value));
}
