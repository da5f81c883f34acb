import { isJsonObject, type JsonObject } from '@gennaker/pipeline-dsl';
import type { TrafficShare } from '../kit/ports/index.ts';
import type { LeftoverAction } from './actions.ts';
import { halfChanged } from './half-changed.ts';
import {
  beforeOf,
  EXECUTION_TAG,
  type Eyes,
  GONE,
  isAsBefore,
  type Leftover,
  type Look,
  placeOf,
  type Sight,
  succeededIn,
  type Thing,
} from './thing.ts';
import { loadBalancerPicture, securityGroupPicture, vpcOf } from './undo.ts';

const NOT_MADE = 'It was there before this execution.';

const NOUNS: Readonly<Record<string, string>> = {
  securityGroup: 'security group',
  loadBalancer: 'load balancer',
  targetGroup: 'target group',
};

/** What was made on purpose stays; what a stage began and did not finish goes, if it carries our mark. */
async function judged(
  eyes: Eyes,
  thing: Thing,
  tags: Readonly<Record<string, string>>,
  picture: JsonObject,
  action: LeftoverAction,
  inUse: string | null = null,
): Promise<Sight> {
  const { kind, maker, name, executionId } = thing;
  const told = (why: string, leftovers: readonly Leftover[] = []): Sight => ({ there: true, picture, why, leftovers });
  if (!maker || succeededIn(maker)) {
    const { why, leftovers } = await halfChanged(eyes, thing);
    return told(why ?? (maker ? `Stage ${maker.name} was to make it.` : NOT_MADE), leftovers);
  }
  if (tags[EXECUTION_TAG] !== executionId) return told('It does not carry the mark of this execution.');
  if (inUse) return told(`${inUse}, so it stays.`);
  const why = `Stage ${maker.name}, which made it, did not succeed.`;
  const what = `Delete ${NOUNS[kind] ?? kind} ${name} if nothing uses it`;
  return told(why, [{ kind, ...placeOf(thing), executionId, action, what, why }]);
}

export const lookAtSecurityGroup: Look = async (eyes, thing) => {
  const group = await eyes.ports.securityGroups.read({ ...placeOf(thing), vpcId: vpcOf(beforeOf(thing) ?? {}) });
  if (!group) return GONE;
  return judged(eyes, thing, group.tags, securityGroupPicture(group), 'deleteSecurityGroup');
};

export const lookAtLoadBalancer: Look = async (eyes, thing) => {
  const balancer = await eyes.ports.loadBalancers.read(placeOf(thing));
  if (!balancer) return GONE;
  const attributes = await eyes.ports.loadBalancers.readAttributes(placeOf(thing));
  const picture = { ...loadBalancerPicture(balancer), attributes };
  return judged(eyes, thing, balancer.tags, picture, 'deleteLoadBalancer');
};

export const lookAtTargetGroup: Look = async (eyes, thing) => {
  const { account, region, name: targetGroup } = thing;
  const group = await eyes.ports.loadBalancers.readTargetGroup({ account, region, targetGroup });
  if (!group) return GONE;
  const { healthCheck, attributes, tags, targets, loadBalancers } = group;
  const inUse =
    loadBalancers.length > 0
      ? `${loadBalancers.join(', ')} sends to it`
      : targets.length > 0
        ? `It has ${targets.length} targets`
        : null;
  return judged(eyes, thing, tags, { healthCheck: { ...healthCheck }, attributes }, 'deleteTargetGroup', inUse);
};

/** `web-alb:443`, `web-alb:443 rule 10`. */
export function listenerNamed(words: string) {
  const match = /^([^:]+):(\d+)(?: rule (.+))?$/.exec(words);
  return match ? { loadBalancer: match[1] ?? '', port: Number(match[2]), rule: match[3] ?? null } : null;
}

interface Saved {
  readonly shares: readonly TrafficShare[];
  readonly actions: JsonObject;
}

/** How the requests were divided before the first change; null when the ledger does not say. */
function savedBy({ rows }: Thing): Saved | null {
  const before = rows.find((row) => row.before)?.before;
  return before && Array.isArray(before['shares']) && isJsonObject(before['actions'])
    ? (before as unknown as Saved)
    : null;
}

/** The weights of a listener: half shifted by a deploy that did not succeed, they go back to the saved actions. */
export const lookAtListener: Look = async (eyes, thing) => {
  const { account, region, kind, name, purpose } = thing;
  const ref = listenerNamed(name);
  const now = ref && (await eyes.ports.loadBalancers.readShares({ account, region, ...ref }));
  if (!now) return GONE;
  const picture = { shares: now.shares, actions: now.actions } as unknown as JsonObject;
  const told = (why: string, leftovers: readonly Leftover[] = []): Sight => ({ there: true, picture, why, leftovers });
  const saved = savedBy(thing);
  if (!saved || isAsBefore({ actions: saved.actions }, picture)) return told('It is as it was before.');
  if (succeededIn(purpose)) return told(`Stage ${purpose?.name} was to divide its requests so.`);
  const served = saved.shares.filter(({ weight }) => weight > 0).map(({ targetGroup }) => targetGroup);
  const giving = now.shares.find(({ weight, targetGroup }) => weight > 0 && served.includes(targetGroup))?.targetGroup;
  if (!giving) return told('All its requests go to the new target group; sending them back is a rollback.');
  const counts = await eyes.ports.loadBalancers.targetHealth({ account, region, targetGroup: giving });
  if (counts.Up === 0) return told(`Target group ${giving}, which served before, has no healthy target now.`);
  const why = `Stage ${purpose?.name ?? 'of this execution'} did not succeed and left its requests divided.`;
  const what = `Send the requests of ${name} where they went before`;
  const receiving = now.shares.find(({ targetGroup }) => !served.includes(targetGroup))?.targetGroup ?? giving;
  const { actions } = saved;
  const rest = { action: 'restoreShares', what, why, actions, giving, receiving } as const;
  return told(why, [{ kind, ...placeOf(thing), ...rest }]);
};

/** Stacks in these states serve nobody: their creation failed, or never began. */
export const DEAD_STACKS: readonly string[] = [
  'CREATE_FAILED',
  'ROLLBACK_COMPLETE',
  'ROLLBACK_FAILED',
  'REVIEW_IN_PROGRESS',
];

/** A change set that a stage planned and that nobody executed any more. */
export const lookAtChangeSet: Look = async (eyes, thing) => {
  const { account, region, kind, name, maker } = thing;
  const [stack = '', changeSet = ''] = name.split('/');
  const found = await eyes.ports.stacks.readChangeSet({ account, region, name: stack, changeSet });
  if (!found) return GONE;
  const picture = { state: found.state };
  const told = (why: string, leftovers: readonly Leftover[] = []): Sight => ({ there: true, picture, why, leftovers });
  if (!maker) return told(NOT_MADE);
  if (succeededIn(maker)) return told(`Stage ${maker.name} was to make it.`);
  if (found.state === 'executing' || found.state === 'executed') return told('It is being carried out, or was.');
  const why = `Stage ${maker.name}, which planned it, did not succeed.`;
  return told(why, [{ kind, ...placeOf(thing), action: 'deleteChangeSet', what: `Delete change set ${name}`, why }]);
};

export const lookAtStack: Look = async (eyes, thing) => {
  const { kind, maker, name } = thing;
  const stack = await eyes.ports.stacks.read(placeOf(thing));
  if (!stack) return GONE;
  const { status, parameters, outputs } = stack;
  const picture = { status, parameters, outputs };
  const told = (why: string, leftovers: readonly Leftover[] = []): Sight => ({ there: true, picture, why, leftovers });
  if (!maker) return told(NOT_MADE);
  if (succeededIn(maker)) return told(`Stage ${maker.name} was to make it.`);
  if (!DEAD_STACKS.includes(status)) return told(`CloudFormation says ${status}: it may serve.`);
  const why = `Its creation came to nothing (${status}), and CloudFormation refuses to change it.`;
  return told(why, [{ kind, ...placeOf(thing), action: 'deleteStack', what: `Delete stack ${name}`, why }]);
};
