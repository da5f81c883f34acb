import {
  type ClusterRef,
  type DeploymentRecord,
  type Deployments,
  handOverLease,
  type LeaseAnswer,
  type LeaseHolder,
  type LeaseState,
  type LeaseStep,
  type Leases,
  noteOnLease,
  releaseLease,
  takeLease,
} from '@gennaker/catalog/kit';
import { isJsonObject, type JsonObject } from '@gennaker/pipeline-dsl';
import type { MemoryStore } from '../../engine/in-memory/index.ts';
import type { Ids } from '../../engine/ports.ts';

/** Leases by the rules of all leases, kept in memory. */
export class MemoryLeases implements Leases {
  private readonly states = new Map<string, LeaseState>();
  private readonly now: () => number;

  constructor(now: () => number) {
    this.now = now;
  }

  /** Keys that somebody holds. */
  get held(): readonly string[] {
    return [...this.states].filter(([, state]) => state.holder !== null).map(([key]) => key);
  }

  /** Leases of their own that begin as these are. */
  copy(now: () => number): MemoryLeases {
    const copy = new MemoryLeases(now);
    for (const [key, state] of this.states) copy.states.set(key, state);
    return copy;
  }

  async take(key: string, asker: LeaseHolder): Promise<LeaseAnswer> {
    return this.step(key, (state) => takeLease(state, asker, this.now()));
  }

  async note(key: string, holder: LeaseHolder, facts: JsonObject): Promise<boolean> {
    return this.step(key, (state) => noteOnLease(state, holder, facts));
  }

  async handOver(key: string, holder: LeaseHolder): Promise<boolean> {
    return this.step(key, (state) => handOverLease(state, holder, this.now()));
  }

  async release(key: string, holder: LeaseHolder, facts?: JsonObject): Promise<JsonObject | null> {
    return this.step(key, (state) => releaseLease(state, holder, this.now(), facts));
  }

  private step<Answer>(key: string, change: (state: LeaseState | null) => LeaseStep<Answer>): Answer {
    const { state, answer } = change(this.states.get(key) ?? null);
    if (state) this.states.set(key, state);
    else this.states.delete(key);
    return answer;
  }
}

const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);

/** What the ledger and the stages in memory remember of deployments. */
export function memoryDeployments(store: MemoryStore): Deployments {
  const recordOf = async ({ account, region }: ClusterRef, name: string): Promise<DeploymentRecord | null> => {
    const row = store.ledger.findLast(
      (each) =>
        each.kind === 'serverGroup' &&
        each.action === 'create' &&
        each.state === 'done' &&
        each.account === account &&
        each.region === region &&
        each.name === name,
    );
    const execution = row ? await store.read(row.executionId) : null;
    const stage = execution?.stages.find(({ id }) => id === row?.stageId);
    if (!execution || !stage) return null;
    const { context, status } = stage;
    const image = isJsonObject(context['sourceServerGroupImage']) ? context['sourceServerGroupImage'] : {};
    const imageId = text(image['imageId']);
    return {
      serverGroup: name,
      executionId: execution.id,
      user: execution.authentication?.user ?? '',
      cameUp: typeof context['neededInstances'] === 'number' || status === 'SUCCEEDED',
      replaced: text(context['sourceServerGroup']),
      replacedImage: imageId ? { id: imageId, name: text(image['imageName']) } : null,
    };
  };
  return {
    async of(cluster, serverGroups) {
      const records = await Promise.all(serverGroups.map((name) => recordOf(cluster, name)));
      return records.flatMap((record) => record ?? []).sort((a, b) => (a.executionId < b.executionId ? 1 : -1));
    },
  };
}

/** Ids that sort by creation, and that are the same in every world that goes on from the same moment. */
export class CountedIds implements Ids {
  private count: number;

  constructor(count = 0) {
    this.count = count;
  }

  /** Ids of their own that go on from here. */
  copy(): CountedIds {
    return new CountedIds(this.count);
  }

  next(): string {
    this.count += 1;
    return `01MATRX${String(this.count).padStart(19, '0')}`;
  }
}
