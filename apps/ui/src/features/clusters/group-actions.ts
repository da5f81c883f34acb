import { clusterOf, type ServerGroupView, shareTexts } from './server-group.ts';

/** What can be done with one server group besides rolling back. */
export type GroupAction = 'resize' | 'enable' | 'disable' | 'clone' | 'destroy';

export interface Sizes {
  readonly min: number;
  readonly desired: number;
  readonly max: number;
}

interface ActionWords {
  readonly title: (name: string) => string;
  readonly button: string;
  readonly danger: boolean;
}

export const ACTION_WORDS: Readonly<Record<GroupAction, ActionWords>> = {
  resize: { title: (name) => `Resize ${name}`, button: 'Resize server group', danger: false },
  enable: { title: (name) => `Put ${name} into traffic`, button: 'Enable server group', danger: false },
  disable: { title: (name) => `Take ${name} out of traffic`, button: 'Disable server group', danger: true },
  clone: { title: (name) => `Clone ${name}`, button: 'Clone server group', danger: false },
  destroy: { title: (name) => `Destroy ${name}`, button: 'Destroy server group', danger: true },
};

const TYPES: Readonly<Record<GroupAction, string>> = {
  resize: 'resizeServerGroup',
  enable: 'enableServerGroup',
  disable: 'disableServerGroup',
  clone: 'cloneServerGroup',
  destroy: 'destroyServerGroup',
};

/** The one stage that an action runs as. */
export function jobOf(action: GroupAction, group: ServerGroupView, more: { sizes?: Sizes; reason?: string }) {
  const { name, account, region } = group;
  return {
    type: TYPES[action],
    name: ACTION_WORDS[action].title(name),
    cloudProvider: 'aws',
    credentials: account,
    region,
    regions: [region],
    cluster: clusterOf(group),
    serverGroupName: name,
    ...(action === 'resize' && more.sizes ? { action: 'scale_exact', capacity: more.sizes } : {}),
    ...(action === 'clone' ? { source: { account, region, asgName: name } } : {}),
    ...(more.reason ? { comments: more.reason } : {}),
  };
}

/** Why an action makes no sense for the group now; null when it does. */
export function offBecause(action: GroupAction, group: ServerGroupView): string | undefined {
  if (group.beingDeleted) return 'It is being removed';
  if (action === 'enable' && group.traffic === 'enabled') return 'It is in traffic already';
  if (action === 'disable' && group.traffic === 'disabled') return 'It is out of traffic already';
  return undefined;
}

/** What the action will do, what refuses it, and how to undo it, as sentences. */
export function planOf(action: GroupAction, group: ServerGroupView): string[] {
  const { name } = group;
  const there = group.instances.length === 1 ? 'only instance' : `${group.instances.length} instances`;
  const [are, leave] = group.instances.length === 1 ? ['is', 'leaves'] : ['are', 'leave'];
  const targets = group.targetGroups.join(', ');
  const shares = shareTexts(group).filter((text) => !text.startsWith('0 %'));
  const gets = shares.length > 0 ? [`It gets ${shares.join(' and ')} now.`] : [];
  const guard = 'It is refused when nothing else of the cluster would serve.';
  switch (action) {
    case 'resize':
      return ['Instances are started or ended until the size is met; the execution ends when all are healthy.'];
    case 'enable':
      return [
        `Its ${there} ${targets ? `${are} registered with ${targets}` : `${are} used again`}, and scaling goes on. The execution ends when all is healthy.`,
        'Other server groups of the cluster stay as they are. To undo: disable it.',
      ];
    case 'disable':
      return [
        ...gets,
        `Its ${there} ${targets ? `${leave} ${targets} after the last requests` : `${are} used no more`}; nothing is stopped.`,
        `${guard} To undo: enable it.`,
      ];
    case 'clone':
      return [
        `A new server group with the next number is made of the settings of ${name}: image ${group.image?.name ?? group.image?.id ?? 'unknown'}${group.capacity ? `, ${group.capacity.desired} wanted` : ''}.`,
        `It serves beside ${name} as soon as it is healthy. To undo: destroy the new one.`,
      ];
    case 'destroy':
      return [
        ...gets,
        `It is taken out of traffic first; then it is removed with its ${there}.`,
        `${guard} This cannot be undone.`,
      ];
  }
}

/** What is wrong with a size, or null. */
export function sizesProblem({ min, desired, max }: Sizes): string | null {
  if (![min, desired, max].every((size) => Number.isInteger(size) && size >= 0))
    return 'Give whole numbers, 0 or more.';
  if (min > desired) return `Wanted is ${desired}, under the least of ${min}.`;
  return desired > max ? `Wanted is ${desired}, over the greatest of ${max}.` : null;
}
