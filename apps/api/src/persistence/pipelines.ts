import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { isJsonObject, type JsonObject } from '@gennaker/pipeline-dsl';
import { escapeLike } from './applications.ts';
import type { Prisma } from './generated/client.ts';
import { writeTriggers } from './pipelines-triggers.ts';
import type { Database } from './prisma.ts';

/** A pipeline as clients read it: the document as saved, with the server's own fields. */
export type StoredPipeline = JsonObject & {
  readonly id: string;
  readonly name: string;
  readonly application: string;
  readonly index: number;
  /** Number of this version, from 1. */
  readonly version: number;
  /** Epoch ms of the last save, as text. */
  readonly updateTs: string;
  readonly lastModifiedBy: string;
  readonly stages: readonly JsonObject[];
};

/** What a save is based on; a stored pipeline that is newer refuses it. */
export interface SaveBase {
  readonly version: number | null;
  readonly updateTs: string | null;
}

export type SaveOutcome = {
  readonly kind: 'saved' | 'unchanged' | 'stale' | 'duplicate';
  readonly stored: StoredPipeline;
};

/** Keys that the server writes and a document does not keep. */
const SERVER_KEYS: ReadonlySet<string> = new Set([
  'version',
  'updateTs',
  'lastModified',
  'lastModifiedBy',
  'index',
  'isNew',
]);

interface Row {
  id: string;
  application: string;
  name: string;
  position: number;
  version: number;
  disabled: boolean;
  config: unknown;
  updatedAt: bigint;
  updatedBy: string;
}

type Transaction = Prisma.TransactionClient;

const toStored = (row: Row): StoredPipeline => {
  const config = row.config as JsonObject;
  return {
    ...config,
    id: row.id,
    name: row.name,
    application: row.application,
    stages: Array.isArray(config['stages']) ? config['stages'] : [],
    index: row.position,
    version: row.version,
    updateTs: String(row.updatedAt),
    lastModified: Number(row.updatedAt),
    lastModifiedBy: row.updatedBy,
  };
};

const keyOf = (name: string): string => name.trim().toLowerCase();
const LIVING = { deletedAt: null } as const;
const IN_ORDER = [{ application: 'asc' }, { position: 'asc' }, { name: 'asc' }] as const;

/** Stored pipelines with their versions and their triggers as rows. */
export class PipelineConfigs {
  private readonly database: Database;
  private readonly now: () => number;

  constructor(database: Database, now: () => number) {
    this.database = database;
    this.now = now;
  }

  async list(application?: string): Promise<readonly StoredPipeline[]> {
    const where = application === undefined ? LIVING : { ...LIVING, application };
    return (await this.database.pipeline.findMany({ where, orderBy: [...IN_ORDER] })).map(toStored);
  }

  /** By id, or by name without case. */
  async find(application: string, nameOrId: string): Promise<StoredPipeline | null> {
    const rows = await this.database.pipeline.findMany({
      where: { ...LIVING, application, OR: [{ nameKey: keyOf(nameOrId) }, { id: nameOrId }] },
    });
    const row = rows.find((candidate) => candidate.id === nameOrId) ?? rows[0];
    return row ? toStored(row) : null;
  }

  async byId(id: string): Promise<StoredPipeline | null> {
    const row = await this.database.pipeline.findFirst({ where: { ...LIVING, id } });
    return row ? toStored(row) : null;
  }

  /** Versions, newest first; also those of a deleted pipeline. */
  async history(id: string, limit: number): Promise<readonly StoredPipeline[]> {
    const pipeline = await this.database.pipeline.findUnique({ where: { id } });
    if (!pipeline) return [];
    const versions = await this.database.pipelineVersion.findMany({
      where: { pipelineId: id },
      orderBy: { version: 'desc' },
      take: limit,
    });
    return versions.map((entry) => {
      const config = entry.config as JsonObject;
      const row = { ...pipeline, ...entry, updatedAt: entry.createdAt, updatedBy: entry.author };
      return toStored({ ...row, name: String(config['name'] ?? pipeline.name) });
    });
  }

  /**
   * Saves under the lock of its application, so that of two editors one is told about the other. What is stored already
   * makes no new version. Saving under the id of a deleted pipeline brings it back. `planned` = what the document comes
   * to when it stands for another one: its triggers are those that listen.
   */
  async save(document: JsonObject, base: SaveBase, user: string, planned?: JsonObject): Promise<SaveOutcome> {
    const application = String(document['application']).trim();
    const name = String(document['name']).trim();
    return this.database.$transaction(async (tx) => {
      await lock(tx, application);
      const given = typeof document['id'] === 'string' && document['id'] !== '' ? document['id'] : null;
      const existing = given === null ? null : await tx.pipeline.findUnique({ where: { id: given } });
      const living = existing?.deletedAt === null ? existing : null;
      const double = await tx.pipeline.findFirst({ where: { ...LIVING, application, nameKey: keyOf(name) } });
      if (living && isStale(living, base)) return { kind: 'stale', stored: toStored(living) };
      if (double && double.id !== existing?.id) return { kind: 'duplicate', stored: toStored(double) };
      const id = existing?.id ?? given ?? randomUUID();
      const config = configOf(document, { id, name, application });
      const index = document['index'];
      if (living && isDeepStrictEqual(living.config, config)) return { kind: 'unchanged', stored: toStored(living) };
      const position = living?.position ?? (await tx.pipeline.count({ where: { ...LIVING, application } }));
      return {
        kind: 'saved',
        stored: await this.write(tx, {
          id,
          application,
          name,
          config,
          planned: planned ?? config,
          position: numberOr(index, position),
          user,
        }),
      };
    });
  }

  /** Puts it aside; its row, versions and executions stay. False when there is none. */
  async remove(application: string, name: string, user: string): Promise<boolean> {
    return this.database.$transaction(async (tx) => {
      await lock(tx, application);
      const found = await tx.pipeline.findFirst({ where: { ...LIVING, application, nameKey: keyOf(name) } });
      if (!found) return false;
      await tx.pipelineTrigger.deleteMany({ where: { pipelineId: found.id } });
      await tx.pipeline.update({
        where: { id: found.id },
        data: { deletedAt: BigInt(this.now()), updatedBy: user },
      });
      await renumber(tx, application);
      return true;
    });
  }

  /** Puts pipelines at the given places of their application's list; the others keep their order. */
  async reorder(application: string, places: Readonly<Record<string, number>>): Promise<void> {
    await this.database.$transaction(async (tx) => {
      await lock(tx, application);
      for (const [id, position] of Object.entries(places)) {
        await tx.pipeline.updateMany({ where: { ...LIVING, application, id }, data: { position } });
      }
      await renumber(tx, application);
    });
  }

  /** Pipelines whose template is stored under this id, whatever its tag or digest. */
  async madeFrom(templateId: string): Promise<readonly StoredPipeline[]> {
    const reference = `spinnaker://${templateId}`;
    const starts = [`${escapeLike(reference)}:%`, `${escapeLike(reference)}@%`];
    const found = await this.database.$queryRaw<Array<{ id: string }>>`
      select id from pipeline where deleted_at is null and config->'template'->>'reference' is not null
        and (left(config->'template'->>'reference', 300) = ${reference}
          or left(config->'template'->>'reference', 300) like any(${starts}))`;
    const where = { ...LIVING, id: { in: found.map(({ id }) => id) } };
    return (await this.database.pipeline.findMany({ where, orderBy: [...IN_ORDER] })).map(toStored);
  }

  /** Makes the triggers of `planned` those that listen for the pipeline. */
  async replaceTriggers(id: string, planned: JsonObject): Promise<void> {
    await this.database.$transaction(async (tx) => {
      const row = await tx.pipeline.findFirst({ where: { ...LIVING, id } });
      if (!row) return;
      await lock(tx, row.application);
      await writeTriggers(tx, id, planned);
    });
  }

  private async write(
    tx: Transaction,
    saved: {
      id: string;
      application: string;
      name: string;
      config: JsonObject;
      planned: JsonObject;
      position: number;
      user: string;
    },
  ): Promise<StoredPipeline> {
    const { id, application, name, position, user } = saved;
    const config = saved.config as Prisma.InputJsonObject;
    await tx.application.createMany({
      data: [{ name: application, attributes: { name: application }, updatedBy: user }],
      skipDuplicates: true,
    });
    const at = BigInt(this.now());
    const latest = await tx.pipelineVersion.aggregate({ where: { pipelineId: id }, _max: { version: true } });
    const version = (latest._max.version ?? 0) + 1;
    const fields = {
      application,
      name,
      nameKey: keyOf(name),
      position,
      version,
      disabled: saved.config['disabled'] === true,
      config,
      updatedAt: at,
      updatedBy: user,
      deletedAt: null,
    };
    const row = await tx.pipeline.upsert({ where: { id }, create: { id, ...fields }, update: fields });
    await tx.pipelineVersion.create({ data: { pipelineId: id, version, config, author: user, createdAt: at } });
    await writeTriggers(tx, id, saved.planned);
    return toStored(row);
  }
}

const numberOr = (value: unknown, otherwise: number): number =>
  Number.isSafeInteger(value) && Number(value) >= 0 && Number(value) < 100_000 ? Number(value) : otherwise;

async function lock(tx: Transaction, application: string): Promise<void> {
  await tx.$executeRaw`select pg_advisory_xact_lock(hashtext(${`pipelines:${application}`}))`;
}

async function renumber(tx: Transaction, application: string): Promise<void> {
  await tx.$executeRaw`update pipeline p set position = n.place from (
    select id, (row_number() over (order by position, name) - 1)::int as place from pipeline
    where application = ${application} and deleted_at is null) n where p.id = n.id and p.position <> n.place`;
}

const isStale = (stored: Row, base: SaveBase): boolean =>
  (base.version !== null && base.version !== stored.version) ||
  (base.updateTs !== null && base.updateTs !== String(stored.updatedAt));

/** The document without what the server writes; cron triggers get an id. */
function configOf(document: JsonObject, identity: { id: string; name: string; application: string }): JsonObject {
  const kept = Object.fromEntries(Object.entries(document).filter(([key]) => !SERVER_KEYS.has(key)));
  const triggers = Array.isArray(kept['triggers']) ? kept['triggers'].map(withId) : undefined;
  return { ...kept, ...(triggers ? { triggers } : {}), ...identity };
}

const withId = (trigger: unknown): unknown =>
  isJsonObject(trigger) && trigger['type'] === 'cron' && !trigger['id'] ? { ...trigger, id: randomUUID() } : trigger;
