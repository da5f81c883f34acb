import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { JsonObject } from '@gennaker/pipeline-dsl';
import type { Prisma } from './generated/client.ts';
import type { SaveBase } from './pipelines.ts';
import type { Database } from './prisma.ts';

/** What is kept beside pipelines. Names are unique in a kind and scope, compared without case. */
export type DocumentKind = 'strategy' | 'project' | 'canaryConfig';

/** A document with what the server knows of it. Times are epoch ms. */
export interface StoredDocument {
  readonly id: string;
  /** Application it belongs to; empty where the kind knows none. */
  readonly scope: string;
  readonly name: string;
  /** Place in the list of its scope. */
  readonly position: number;
  /** Number of this version, from 1. */
  readonly version: number;
  readonly content: JsonObject;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly updatedBy: string;
}

export interface DocumentSave {
  /** Null = by name alone: a new document, or a name that is taken. */
  readonly id: string | null;
  readonly scope: string;
  readonly name: string;
  readonly content: JsonObject;
  readonly position?: number;
  /** What the save is based on; a stored document that is newer refuses it. */
  readonly base: SaveBase;
}

export type DocumentOutcome = {
  readonly kind: 'saved' | 'unchanged' | 'stale' | 'duplicate';
  readonly stored: StoredDocument;
};

interface Row {
  id: string;
  scope: string;
  name: string;
  position: number;
  version: number;
  content: unknown;
  createdAt: bigint;
  updatedAt: bigint;
  updatedBy: string;
}

const toStored = (row: Row): StoredDocument => ({
  id: row.id,
  scope: row.scope,
  name: row.name,
  position: row.position,
  version: row.version,
  content: row.content as JsonObject,
  createdAt: Number(row.createdAt),
  updatedAt: Number(row.updatedAt),
  updatedBy: row.updatedBy,
});

const isStale = (stored: Row, base: SaveBase): boolean =>
  (base.version !== null && base.version !== stored.version) ||
  (base.updateTs !== null && base.updateTs !== String(stored.updatedAt));

const keyOf = (name: string): string => name.trim().toLowerCase();

/** Documents of one kind with their versions. */
export class Documents {
  private readonly database: Database;
  private readonly kind: DocumentKind;
  private readonly now: () => number;

  constructor(database: Database, kind: DocumentKind, now: () => number) {
    this.database = database;
    this.kind = kind;
    this.now = now;
  }

  /** In the order of their lists. */
  async list(scope?: string): Promise<readonly StoredDocument[]> {
    const where = { kind: this.kind, deletedAt: null, ...(scope === undefined ? {} : { scope }) };
    const orderBy = [{ scope: 'asc' }, { position: 'asc' }, { name: 'asc' }] as const;
    return (await this.database.document.findMany({ where, orderBy: [...orderBy] })).map(toStored);
  }

  /** By id, or by name without case. */
  async find(scope: string, nameOrId: string): Promise<StoredDocument | null> {
    const rows = await this.database.document.findMany({
      where: { kind: this.kind, deletedAt: null, scope, OR: [{ nameKey: keyOf(nameOrId) }, { id: nameOrId }] },
    });
    const row = rows.find(({ id }) => id === nameOrId) ?? rows[0];
    return row ? toStored(row) : null;
  }

  async byId(id: string): Promise<StoredDocument | null> {
    const row = await this.database.document.findFirst({ where: { kind: this.kind, deletedAt: null, id } });
    return row ? toStored(row) : null;
  }

  /** Versions, newest first; also those of a deleted document. */
  async history(id: string, limit: number): Promise<readonly StoredDocument[]> {
    const current = await this.database.document.findUnique({ where: { kind_id: { kind: this.kind, id } } });
    if (!current) return [];
    const versions = await this.database.documentVersion.findMany({
      where: { kind: this.kind, id },
      orderBy: { version: 'desc' },
      take: limit,
    });
    return versions.map((entry) => {
      const name = (entry.content as JsonObject)['name'];
      return toStored({
        ...current,
        ...entry,
        name: typeof name === 'string' ? name : current.name,
        updatedAt: entry.createdAt,
        updatedBy: entry.author,
        createdAt: current.createdAt,
      });
    });
  }

  /**
   * Saves under the lock of its scope. What is stored already makes no new version; saving under the id of a deleted
   * document brings it back.
   */
  async save(asked: DocumentSave, user: string): Promise<DocumentOutcome> {
    const { kind } = this;
    return this.database.$transaction(async (tx) => {
      await lock(tx, `${kind}:${asked.scope}`);
      const existing =
        asked.id === null ? null : await tx.document.findUnique({ where: { kind_id: { kind, id: asked.id } } });
      const living = existing?.deletedAt === null ? existing : null;
      const double = await tx.document.findFirst({
        where: { kind, deletedAt: null, scope: asked.scope, nameKey: keyOf(asked.name) },
      });
      if (living && isStale(living, asked.base)) return { kind: 'stale', stored: toStored(living) };
      if (double && double.id !== existing?.id) return { kind: 'duplicate', stored: toStored(double) };
      const same = living && living.scope === asked.scope && living.name === asked.name;
      if (same && isDeepStrictEqual(living.content, asked.content))
        return { kind: 'unchanged', stored: toStored(living) };
      const position =
        asked.position ??
        living?.position ??
        (await tx.document.count({ where: { kind, deletedAt: null, scope: asked.scope } }));
      return { kind: 'saved', stored: await this.write(tx, asked, position, user) };
    });
  }

  private async write(
    tx: Prisma.TransactionClient,
    asked: DocumentSave,
    position: number,
    user: string,
  ): Promise<StoredDocument> {
    const { kind } = this;
    const id = asked.id ?? randomUUID();
    const at = BigInt(this.now());
    const latest = await tx.documentVersion.aggregate({ where: { kind, id }, _max: { version: true } });
    const version = (latest._max.version ?? 0) + 1;
    const content = asked.content as Prisma.InputJsonObject;
    const fields = {
      scope: asked.scope,
      name: asked.name,
      nameKey: keyOf(asked.name),
      position,
      version,
      content,
      updatedAt: at,
      updatedBy: user,
      deletedAt: null,
    };
    const row = await tx.document.upsert({
      where: { kind_id: { kind, id } },
      create: { kind, id, createdAt: at, ...fields },
      update: fields,
    });
    await tx.documentVersion.create({ data: { kind, id, version, content, author: user, createdAt: at } });
    return toStored(row);
  }

  /** Puts it aside; its row and versions stay. False when there is none. */
  async remove(id: string, user: string): Promise<boolean> {
    const { count } = await this.database.document.updateMany({
      where: { kind: this.kind, id, deletedAt: null },
      data: { deletedAt: BigInt(this.now()), updatedBy: user },
    });
    return count > 0;
  }

  /** Puts documents at the given places of their scope's list; the others keep their order. */
  async reorder(scope: string, places: Readonly<Record<string, number>>): Promise<void> {
    const { kind } = this;
    await this.database.$transaction(async (tx) => {
      await lock(tx, `${kind}:${scope}`);
      for (const [id, position] of Object.entries(places))
        await tx.document.updateMany({ where: { kind, scope, id, deletedAt: null }, data: { position } });
      await tx.$executeRaw`update document d set position = n.place from (
        select id, (row_number() over (order by position, name) - 1)::int as place from document
        where kind = ${kind} and scope = ${scope} and deleted_at is null) n
        where d.kind = ${kind} and d.id = n.id and d.position <> n.place`;
    });
  }
}

async function lock(tx: Prisma.TransactionClient, name: string): Promise<void> {
  await tx.$executeRaw`select pg_advisory_xact_lock(hashtext(${`document:${name}`}))`;
}
