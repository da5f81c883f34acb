import { FailureError, isJsonObject } from '@gennaker/pipeline-dsl';
import type {
  ChangeSet,
  ChangeSetRef,
  Operation,
  Stack,
  StackAnswer,
  StackProgress,
  StackRef,
  StackResource,
  StackResourceChange,
  StackSpec,
  Stacks,
  StackTrouble,
} from '../ports/index.ts';
import type { VirtualClock } from './clock.ts';
import { Trouble } from './trouble.ts';

/** What a stack was last told, in the form it is compared by. */
interface Wish {
  readonly template: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
}

interface Held {
  readonly ref: StackRef;
  readonly id: string;
  wish: Wish | null;
  status: string;
  /** When the change under way ends; null when none is. */
  endsAt: number | null;
  endsAs: string;
  operationKey: string | null;
  troubles: readonly StackTrouble[];
  readonly changeSets: Map<string, HeldChangeSet>;
}

interface HeldChangeSet {
  readonly wish: Wish;
  readonly operationKey: string;
  readonly readyAt: number;
  readonly changes: readonly StackResourceChange[];
  executedBy: string | null;
}

const keyOf = ({ account, region, name }: StackRef): string => `${account}/${region}/${name}`;

/** Logical names and types in a template of JSON; of any other text nothing is known. */
function resourcesOf(template: string): ReadonlyMap<string, { type: string; text: string }> {
  try {
    const parsed: unknown = JSON.parse(template);
    const resources = isJsonObject(parsed) && isJsonObject(parsed['Resources']) ? parsed['Resources'] : {};
    return new Map(
      Object.entries(resources).map(([name, one]) => [
        name,
        { type: isJsonObject(one) ? String(one['Type']) : '', text: JSON.stringify(one) },
      ]),
    );
  } catch {
    return new Map();
  }
}

/** CloudFormation in memory: stacks take a while, fail as told, and put their parameters out. */
export class FakeStacks implements Stacks {
  readonly trouble = new Trouble();
  /** Every change begun, in order: "create shop-db". */
  readonly changes: string[] = [];
  /** What goes wrong with the next change of a stack, by its name. */
  readonly nextTroubles = new Map<string, readonly StackTrouble[]>();
  /** Resources that a change would replace, by logical name. */
  readonly replaced = new Set<string>();
  /** What resources are called outside, by their names in the template; default: the name and "-1". */
  readonly physicalIds = new Map<string, string>();
  changeMs = 60_000;
  changeSetMs = 5_000;
  private readonly stacks = new Map<string, Held>();
  private readonly clock: VirtualClock;
  private made = 0;

  constructor(clock: VirtualClock) {
    this.clock = clock;
  }

  async read(ref: StackRef): Promise<Stack | null> {
    return this.trouble.run('read', () => {
      const held = this.find(ref);
      if (!held) return null;
      const { template: _template, ...told } = held.wish ?? { template: '', parameters: {}, tags: {} };
      return { ...held.ref, id: held.id, status: held.status, statusReason: null, outputs: told.parameters, ...told };
    });
  }

  async readResources(ref: StackRef): Promise<readonly StackResource[]> {
    return this.trouble.run('readResources', () =>
      [...resourcesOf(this.find(ref)?.wish?.template ?? '')].map(([resource, { type }]) => ({
        resource,
        resourceType: type,
        physicalId: this.physicalIds.get(resource) ?? `${resource}-1`,
      })),
    );
  }

  async deploy(spec: StackSpec, operation: Operation): Promise<StackAnswer> {
    return this.trouble.run('deploy', () => {
      const held = this.find(spec);
      if (!held) {
        this.begin(this.add(spec), 'CREATE', wishOf(spec), operation);
        return 'begun';
      }
      if (held.operationKey === operation.key) return 'begun';
      if (held.endsAt !== null) return 'busy';
      if (/^(ROLLBACK_COMPLETE|DELETE_FAILED|REVIEW_IN_PROGRESS)$/.test(held.status))
        throw new FailureError({ code: 'aws.stack-unusable', message: `Stack ${spec.name} is in ${held.status}.` });
      if (JSON.stringify(held.wish) === JSON.stringify(wishOf(spec))) return 'unchanged';
      this.begin(held, 'UPDATE', wishOf(spec), operation);
      return 'begun';
    });
  }

  async progress(ref: StackRef, operation: Operation): Promise<StackProgress | null> {
    return this.trouble.run('progress', () => {
      const held = this.find(ref);
      if (held?.operationKey !== operation.key) return null;
      const { status, troubles } = held;
      if (held.endsAt !== null) return { state: 'going', status, troubles: [] };
      return { state: troubles.length > 0 ? 'failed' : 'done', status, troubles };
    });
  }

  async createChangeSet(spec: StackSpec & ChangeSetRef, operation: Operation): Promise<'begun' | 'busy'> {
    return this.trouble.run('createChangeSet', () => {
      const held = this.find(spec) ?? this.add(spec);
      const known = held.changeSets.get(spec.changeSet);
      if (known?.operationKey === operation.key) return 'begun';
      if (known)
        throw new FailureError({ code: 'aws.exists', message: `Change set ${spec.changeSet} already exists.` });
      if (held.endsAt !== null) return 'busy';
      this.changes.push(`change set ${spec.changeSet} of ${spec.name}`);
      held.changeSets.set(spec.changeSet, {
        wish: wishOf(spec),
        operationKey: operation.key,
        readyAt: this.clock.now() + this.changeSetMs,
        changes: this.changesBetween(held.wish?.template ?? '', wishOf(spec).template),
        executedBy: null,
      });
      return 'begun';
    });
  }

  async readChangeSet(ref: ChangeSetRef): Promise<ChangeSet | null> {
    return this.trouble.run('readChangeSet', () => {
      const held = this.find(ref);
      const set = held?.changeSets.get(ref.changeSet);
      if (!held || !set) return null;
      const same = JSON.stringify(held.wish) === JSON.stringify(set.wish);
      const { account, region, name, changeSet } = ref;
      const base = { account, region, name, changeSet, id: `${held.id}/${changeSet}`, changes: set.changes };
      if (set.executedBy) return { ...base, state: held.endsAt === null ? 'executed' : 'executing', reason: null };
      if (this.clock.now() < set.readyAt) return { ...base, state: 'making', reason: null };
      return same
        ? { ...base, state: 'empty', reason: "The submitted information didn't contain changes." }
        : { ...base, state: 'ready', reason: null };
    });
  }

  async executeChangeSet(ref: ChangeSetRef, operation: Operation): Promise<'begun' | 'busy'> {
    return this.trouble.run('executeChangeSet', () => {
      const held = this.find(ref);
      const set = held?.changeSets.get(ref.changeSet);
      if (!held || !set)
        throw new FailureError({ code: 'aws.gone', message: `Change set ${ref.changeSet} does not exist.` });
      if (set.executedBy === operation.key) return 'begun';
      if (held.endsAt !== null) return 'busy';
      if (set.executedBy)
        throw new FailureError({ code: 'aws.wrong-input', message: `Change set ${ref.changeSet} was executed.` });
      set.executedBy = operation.key;
      this.begin(held, held.wish ? 'UPDATE' : 'CREATE', set.wish, operation);
      return 'begun';
    });
  }

  async removeChangeSet(ref: ChangeSetRef, _operation: Operation): Promise<void> {
    return this.trouble.run('removeChangeSet', () => {
      if (this.find(ref)?.changeSets.delete(ref.changeSet))
        this.changes.push(`remove change set ${ref.changeSet} of ${ref.name}`);
    });
  }

  async remove(ref: StackRef, operation: Operation): Promise<'gone' | 'going' | 'failed'> {
    return this.trouble.run('remove', () => {
      const held = this.find(ref);
      if (!held) return 'gone';
      if (held.operationKey === operation.key) return held.endsAt === null ? 'failed' : 'going';
      if (held.endsAt === null) this.begin(held, 'DELETE', held.wish, operation);
      return 'going';
    });
  }

  private add({ account, region, name }: StackRef): Held {
    const held: Held = {
      ref: { account, region, name },
      id: `arn:fake:stack/${name}/${++this.made}`,
      wish: null,
      status: 'REVIEW_IN_PROGRESS',
      endsAt: null,
      endsAs: '',
      operationKey: null,
      troubles: [],
      changeSets: new Map(),
    };
    this.stacks.set(keyOf(held.ref), held);
    return held;
  }

  private begin(held: Held, what: 'CREATE' | 'UPDATE' | 'DELETE', wish: Wish | null, operation: Operation): void {
    const { name } = held.ref;
    const troubles = this.nextTroubles.get(name) ?? [];
    this.nextTroubles.delete(name);
    this.changes.push(`${what.toLowerCase()} ${name}`);
    const failed = { CREATE: 'ROLLBACK_COMPLETE', UPDATE: 'UPDATE_ROLLBACK_COMPLETE', DELETE: 'DELETE_FAILED' }[what];
    if (troubles.length === 0) held.wish = wish;
    held.status = `${what}_IN_PROGRESS`;
    held.endsAt = this.clock.now() + this.changeMs;
    held.endsAs = troubles.length > 0 ? failed : `${what}_COMPLETE`;
    held.operationKey = operation.key;
    held.troubles = troubles;
  }

  private find(ref: StackRef): Held | undefined {
    const held = this.stacks.get(keyOf(ref));
    if (!held || held.endsAt === null || held.endsAt > this.clock.now()) return held;
    held.status = held.endsAs;
    held.endsAt = null;
    if (held.status !== 'DELETE_COMPLETE') return held;
    this.stacks.delete(keyOf(ref));
    return undefined;
  }

  private changesBetween(before: string, after: string): readonly StackResourceChange[] {
    const [old, wanted] = [resourcesOf(before), resourcesOf(after)];
    const change = (action: string, resource: string, resourceType: string): StackResourceChange => ({
      ...{ action, resource, resourceType, physicalId: action === 'Add' ? null : `${resource}-1` },
      replacement: action === 'Modify' && this.replaced.has(resource) ? 'yes' : 'no',
    });
    return [
      ...[...wanted].flatMap(([name, { type, text }]) =>
        old.get(name)?.text === text ? [] : [change(old.has(name) ? 'Modify' : 'Add', name, type)],
      ),
      ...[...old].flatMap(([name, { type }]) => (wanted.has(name) ? [] : [change('Remove', name, type)])),
    ];
  }
}

const wishOf = ({ template, parameters, tags }: StackSpec): Wish => ({
  template: template.kind === 'text' ? template.text : template.location,
  parameters,
  tags,
});
