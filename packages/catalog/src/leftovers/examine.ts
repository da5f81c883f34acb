import type { Execution, Stage } from '@gennaker/pipeline-dsl';
import { lookAtImage, lookAtImagePermission } from './image.ts';
import { lookAtInstance } from './instance.ts';
import { lookAtListener, lookAtLoadBalancer, lookAtSecurityGroup, lookAtStack, lookAtTargetGroup } from './network.ts';
import { lookAtScaling, lookAtServerGroup } from './server-group.ts';
import { type LedgerFacts, type Look, type LookPorts, openEyes, type Sight, type Thing } from './thing.ts';

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
};

/** Names one thing over all rows of the ledger. */
export const thingKey = ({ kind, account, region, name }: Pick<Thing, 'kind' | 'account' | 'region' | 'name'>) =>
  [kind, account, region, name].join(' ');

/** The stage of the pipeline that a planned stage works for. */
function purposeOf(stage: Stage | undefined, stages: ReadonlyMap<string, Stage>): Stage | undefined {
  const parent = stage?.parentStageId ? stages.get(stage.parentStageId) : undefined;
  return parent ? purposeOf(parent, stages) : stage;
}

/** The things that an execution touched, in the order in which it first did. */
export function thingsOf(execution: Execution, rows: readonly LedgerFacts[]): readonly Thing[] {
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
    };
  });
}

/** Looks at each thing once; what cannot be read, or is of a kind nobody looks at, is left out. */
export async function examine(
  ports: LookPorts,
  execution: Execution,
  rows: readonly LedgerFacts[],
): Promise<ReadonlyMap<string, Sight>> {
  const eyes = openEyes(ports);
  const seen = await Promise.all(
    thingsOf(execution, rows).map(async (thing): Promise<readonly [string, Sight | undefined]> => {
      const look = LOOKS[thing.kind];
      return [thingKey(thing), await look?.(eyes, thing).catch(() => undefined)];
    }),
  );
  return new Map(seen.flatMap(([key, sight]) => (sight ? [[key, sight] as const] : [])));
}
