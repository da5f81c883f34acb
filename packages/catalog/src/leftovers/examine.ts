import type { Execution, Stage } from '@gennaker/pipeline-dsl';
import { lookAtImage, lookAtImagePermission, lookAtSnapshot } from './image.ts';
import { lookAtInstance } from './instance.ts';
import {
  lookAtChangeSet,
  lookAtListener,
  lookAtLoadBalancer,
  lookAtSecurityGroup,
  lookAtStack,
  lookAtTargetGroup,
} from './network.ts';
import { lookAtScaling, lookAtServerGroup } from './server-group.ts';
import { type LedgerFacts, type Look, type LookPorts, openEyes, type Sight, succeededIn, type Thing } from './thing.ts';

/** How each kind of thing in the ledger is looked at. */
const LOOKS: Readonly<Record<string, Look>> = {
  serverGroup: lookAtServerGroup,
  scaling: lookAtScaling,
  instance: lookAtInstance,
  image: lookAtImage,
  imagePermission: lookAtImagePermission,
  securityGroup: lookAtSecurityGroup,
  loadBalancer: lookAtLoadBalancer,
  targetGroup: lookAtTargetGroup,
  listener: lookAtListener,
  stack: lookAtStack,
  changeSet: lookAtChangeSet,
  snapshot: lookAtSnapshot,
};

/** Kinds of things that a look knows. */
export const LOOKED_AT: ReadonlySet<string> = new Set(Object.keys(LOOKS));

/** Names one thing over all rows of the ledger. */
export const thingKey = ({ kind, account, region, name }: Pick<Thing, 'kind' | 'account' | 'region' | 'name'>) =>
  [kind, account, region, name].join(' ');

/** Ids of other executions that have changed a thing since, by `thingKey`. */
export type Later = ReadonlyMap<string, string>;

/** The stage of the pipeline that a planned stage works for. */
function purposeOf(stage: Stage | undefined, stages: ReadonlyMap<string, Stage>): Stage | undefined {
  const parent = stage?.parentStageId ? stages.get(stage.parentStageId) : undefined;
  return parent ? purposeOf(parent, stages) : stage;
}

/** Rows younger than every row of a stage that has succeeded. */
function openRows(rows: readonly LedgerFacts[], stages: ReadonlyMap<string, Stage>): readonly LedgerFacts[] {
  const settled = rows.findLastIndex(({ stageId }) => succeededIn(purposeOf(stages.get(stageId), stages)));
  return rows.slice(settled + 1);
}

/** The things that an execution touched, in the order in which it first did. `later`: others that changed them since. */
export function thingsOf(
  execution: Execution,
  rows: readonly LedgerFacts[],
  later: Later = new Map(),
): readonly Thing[] {
  const stages = new Map(execution.stages.map((stage) => [stage.id, stage]));
  const found = new Map<string, LedgerFacts[]>();
  for (const row of rows) found.set(thingKey(row), [...(found.get(thingKey(row)) ?? []), row]);
  return [...found.values()].map((own) => {
    const { kind, account, region, name } = own[0]!;
    const made = own.find(({ action, state }) => action === 'create' && state !== 'absent');
    const changer = stages.get(own.at(-1)?.stageId ?? '');
    return {
      ...{ kind, account, region, name, executionId: execution.id, rows: own, changer },
      maker: made && stages.get(made.stageId),
      purpose: purposeOf(changer, stages),
      open: openRows(own, stages),
      changedBy: later.get(thingKey({ kind, account, region, name })) ?? null,
    };
  });
}

/** Looks at each thing once; what cannot be read, or is of a kind nobody looks at, is left out. */
export async function examine(
  ports: LookPorts,
  execution: Execution,
  rows: readonly LedgerFacts[],
  later: Later = new Map(),
): Promise<ReadonlyMap<string, Sight>> {
  const eyes = openEyes(ports);
  const seen = await Promise.all(
    thingsOf(execution, rows, later).map(async (thing): Promise<readonly [string, Sight | undefined]> => {
      const look = LOOKS[thing.kind];
      return [thingKey(thing), await look?.(eyes, thing).catch(() => undefined)];
    }),
  );
  return new Map(seen.flatMap(([key, sight]) => (sight ? [[key, sight] as const] : [])));
}
