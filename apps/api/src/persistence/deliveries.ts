import type { JsonObject } from '@gennaker/pipeline-dsl';
import type { Pool } from 'pg';
import { Group } from './execution-store/group.ts';

/** A received webhook, as it is stored before it is answered. */
export interface NewDelivery {
  readonly id: string;
  readonly kind: string;
  readonly source: string;
  /** Sender's own id of the message; null when it gives none. */
  readonly dedupeKey: string | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly payload: JsonObject;
  readonly bytes: number;
  /** Epoch ms. */
  readonly receivedAt: number;
}

export interface Delivery extends NewDelivery {
  /** What came of it; null while it is worked on. */
  readonly verdict: JsonObject | null;
}

/** A trigger that listens for this kind and source, with the pipeline it belongs to. */
export interface Candidate {
  readonly pipelineId: string;
  readonly version: number;
  readonly application: string;
  readonly name: string;
  readonly disabled: boolean;
  readonly trigger: JsonObject;
}

/** What storing found: the triggers that listen, or the earlier delivery with the same key. */
export type Stored =
  | { readonly fresh: true; readonly candidates: readonly Candidate[] }
  | { readonly fresh: false; readonly earlier: Delivery };

interface CandidateRow extends Candidate {
  readonly type: string;
  readonly source: string;
}

interface DeliveryRow {
  id: string;
  kind: string;
  source: string;
  dedupe_key: string | null;
  headers: Record<string, string>;
  payload: JsonObject;
  bytes: number;
  received_at: string;
  verdict: JsonObject | null;
}

const toDelivery = (row: DeliveryRow): Delivery => ({
  id: row.id,
  kind: row.kind,
  source: row.source,
  dedupeKey: row.dedupe_key,
  headers: row.headers,
  payload: row.payload,
  bytes: row.bytes,
  receivedAt: Number(row.received_at),
  verdict: row.verdict,
});

/** Most triggers one delivery is compared with. */
const MOST_CANDIDATES = 1_000;

const CANDIDATES = `select t.type, t.source, p.id as "pipelineId", p.version, p.application, p.name, p.disabled,
    t.config as trigger
  from pipeline_trigger t join pipeline p on p.id = t.pipeline_id and p.deleted_at is null`;

/** Webhooks as rows. What arrives together is stored, and judged, in one statement each. */
export class Deliveries {
  private readonly pool: Pool;
  private readonly news: Group<NewDelivery, Stored>;
  private readonly underWay = new Set<Promise<void>>();
  private readonly verdicts: Group<{ id: string; verdict: JsonObject }, undefined>;

  constructor(pool: Pool) {
    this.pool = pool;
    this.news = new Group((items) => this.storeAll(items), 1, 100);
    this.verdicts = new Group((items) => this.judgeAll(items), 1, 500, 30);
  }

  /** Stores it and finds the triggers that listen, as they are saved now. What nobody listens for is judged at once. */
  store(delivery: NewDelivery): Promise<Stored> {
    return this.news.submit(delivery);
  }

  judge(id: string, verdict: JsonObject): Promise<void> {
    const written = this.verdicts.submit({ id, verdict }).then(() => undefined);
    const settled = written.catch(() => undefined).finally(() => this.underWay.delete(settled));
    this.underWay.add(settled);
    return written;
  }

  async candidates(kind: string, source: string): Promise<readonly Candidate[]> {
    const { rows } = await this.pool.query<CandidateRow>(
      `${CANDIDATES} where t.type = $1 and t.source = $2 order by p.id, t.ordinal limit ${MOST_CANDIDATES}`,
      [kind, source],
    );
    return rows;
  }

  /** With its verdict, also when that is just being written by this process. */
  async find(id: string): Promise<Delivery | null> {
    await Promise.all(this.underWay);
    const { rows } = await this.pool.query<DeliveryRow>('select * from delivery where id = $1', [id]);
    return rows[0] ? toDelivery(rows[0]) : null;
  }

  /** Newest first, before the given id. */
  async list(query: { source?: string; before?: string; limit: number }): Promise<readonly Delivery[]> {
    await Promise.all(this.underWay);
    const { rows } = await this.pool.query<DeliveryRow>(
      `select id, kind, source, dedupe_key, headers, '{}'::jsonb as payload, bytes, received_at, verdict from delivery
       where ($1::text is null or source = $1) and ($2::text is null or id < $2) order by id desc limit $3`,
      [query.source ?? null, query.before ?? null, query.limit],
    );
    return rows.map(toDelivery);
  }

  /** Deliveries nobody has come to an end with, received before a moment (epoch ms), oldest first. */
  async unjudged(before: number, limit: number): Promise<readonly Delivery[]> {
    const { rows } = await this.pool.query<DeliveryRow>(
      'select * from delivery where verdict is null and received_at < $1 order by id limit $2',
      [before, limit],
    );
    return rows.map(toDelivery);
  }

  /** The frozen document of a pipeline's version. */
  async config(pipelineId: string, version: number): Promise<JsonObject | null> {
    const { rows } = await this.pool.query<{ config: JsonObject }>(
      'select config from pipeline_version where pipeline_id = $1 and version = $2',
      [pipelineId, version],
    );
    return rows[0]?.config ?? null;
  }

  private async storeAll(items: readonly NewDelivery[]): Promise<readonly Stored[]> {
    const { rows } = await this.pool.query<{ stored: string[] | null; candidates: CandidateRow[] | null }>({
      name: 'store-deliveries',
      text: `with i as (select * from jsonb_to_recordset($1::jsonb) as i(id text, kind text, source text, "dedupeKey" text,
            headers jsonb, payload jsonb, bytes int, "receivedAt" bigint)),
          s as (insert into delivery (id, kind, source, dedupe_key, headers, payload, bytes, received_at, verdict)
            select id, kind, source, "dedupeKey", headers, payload, bytes, "receivedAt",
              case when not exists (select 1 from pipeline_trigger t where t.type = i.kind and t.source = i.source)
                then '{"matched": []}'::jsonb end from i
            on conflict (dedupe_key) do nothing returning id)
        select (select json_agg(id) from s) as stored, (select json_agg(c) from (
          ${CANDIDATES} where (t.type, t.source) in (select kind, source from i) order by p.id, t.ordinal limit ${MOST_CANDIDATES}) c) as candidates`,
      values: [JSON.stringify(items)],
    });
    const stored = new Set(rows[0]?.stored ?? []);
    const candidates = rows[0]?.candidates ?? [];
    const doubles = items.filter((item) => !stored.has(item.id));
    const earlier = doubles.length === 0 ? new Map<string, Delivery>() : await this.byDedupeKey(doubles);
    return items.map((item): Stored => {
      if (stored.has(item.id)) {
        const own = candidates.filter(({ type, source }) => type === item.kind && source === item.source);
        return { fresh: true, candidates: own };
      }
      const known = earlier.get(item.dedupeKey ?? '');
      if (!known) throw new Error(`delivery ${item.id} was not stored`);
      return { fresh: false, earlier: known };
    });
  }

  private async byDedupeKey(items: readonly NewDelivery[]): Promise<Map<string, Delivery>> {
    const { rows } = await this.pool.query<DeliveryRow>('select * from delivery where dedupe_key = any($1)', [
      items.map((item) => item.dedupeKey),
    ]);
    return new Map(rows.map((row) => [row.dedupe_key ?? '', toDelivery(row)]));
  }

  /**
   * Verdicts need not be on disk when this returns: one that a crash of the database loses is come to again, the same.
   */
  private async judgeAll(items: ReadonlyArray<{ id: string; verdict: JsonObject }>): Promise<readonly undefined[]> {
    await this.pool.query({
      name: 'judge-deliveries',
      text: `with relaxed as materialized (select set_config('synchronous_commit', 'off', true) as off)
        update delivery d set verdict = v.verdict
        from jsonb_to_recordset($1::jsonb) as v(id text, verdict jsonb), relaxed
        where d.id = v.id and relaxed.off = 'off'`,
      values: [JSON.stringify(items)],
    });
    return items.map(() => undefined);
  }
}
