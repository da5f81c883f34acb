import type { JsonObject } from '@gennaker/pipeline-dsl';
import { Prisma } from './generated/client.ts';
import type { Database } from './prisma.ts';

/** Attributes of an application as clients read them; times are epoch ms as text. */
export type ApplicationAttributes = JsonObject & { readonly name: string };

const SERVER_FIELDS: ReadonlySet<string> = new Set(['createTs', 'updateTs', 'lastModifiedBy']);

interface Row {
  name: string;
  attributes: unknown;
  createdAt: Date;
  updatedAt: Date;
  updatedBy: string;
}

const toAttributes = (row: Row): ApplicationAttributes => ({
  ...(row.attributes as JsonObject),
  name: row.name,
  createTs: String(row.createdAt.getTime()),
  updateTs: String(row.updatedAt.getTime()),
  lastModifiedBy: row.updatedBy,
});

const own = (attributes: JsonObject): Prisma.InputJsonObject =>
  Object.fromEntries(
    Object.entries(attributes).filter(([key]) => !SERVER_FIELDS.has(key)),
  ) as unknown as Prisma.InputJsonObject;

/** Applications: what is owned and deployed. Names are compared without case. */
export class Applications {
  private readonly database: Database;

  constructor(database: Database) {
    this.database = database;
  }

  async list(): Promise<readonly ApplicationAttributes[]> {
    return (await this.database.application.findMany({ orderBy: { name: 'asc' } })).map(toAttributes);
  }

  async find(name: string): Promise<ApplicationAttributes | null> {
    const row = await this.database.application.findFirst({
      where: { name: { equals: escapeLike(name), mode: 'insensitive' } },
    });
    return row ? toAttributes(row) : null;
  }

  /** Attributes as they were after each save, newest first. */
  async history(name: string, limit: number): Promise<readonly ApplicationAttributes[]> {
    const rows = await this.database.applicationRevision.findMany({
      where: { applicationName: { equals: escapeLike(name), mode: 'insensitive' } },
      orderBy: { id: 'desc' },
      take: limit,
    });
    return rows.map((row) => ({
      ...(row.attributes as JsonObject),
      name: row.applicationName,
      updateTs: String(row.createdAt.getTime()),
      lastModifiedBy: row.createdBy,
    }));
  }

  /** Creates the application, or merges the given attributes into an existing one. */
  async save(attributes: ApplicationAttributes, user: string): Promise<ApplicationAttributes> {
    return this.database.$transaction(async (tx) => {
      await tx.$executeRaw`select pg_advisory_xact_lock(hashtext(${`application:${attributes.name.toLowerCase()}`}))`;
      const existing = await tx.application.findFirst({
        where: { name: { equals: escapeLike(attributes.name), mode: 'insensitive' } },
      });
      const name = existing?.name ?? attributes.name;
      const merged = own({ ...(existing?.attributes as JsonObject | undefined), ...attributes, name });
      const row = await tx.application.upsert({
        where: { name },
        create: { name, attributes: merged, updatedBy: user },
        update: { attributes: merged, updatedBy: user, updatedAt: new Date() },
      });
      await tx.applicationRevision.create({ data: { applicationName: name, attributes: merged, createdBy: user } });
      return toAttributes(row);
    });
  }

  /** Removes the application and puts its pipelines and strategies aside; its executions stay. False when there is none. */
  async remove(name: string, user: string, at: number): Promise<boolean> {
    return this.database.$transaction(async (tx) => {
      const found = await tx.application.findFirst({
        where: { name: { equals: escapeLike(name), mode: 'insensitive' } },
      });
      if (!found) return false;
      await tx.pipeline.updateMany({
        where: { application: found.name, deletedAt: null },
        data: { deletedAt: BigInt(at), updatedBy: user },
      });
      await tx.document.updateMany({
        where: { kind: 'strategy', scope: found.name, deletedAt: null },
        data: { deletedAt: BigInt(at), updatedBy: user },
      });
      await tx.application.delete({ where: { name: found.name } });
      return true;
    });
  }
}

/** Comparing without case is done with ILIKE, in which these characters are patterns. */
export const escapeLike = (text: string): string => text.replace(/[\\%_]/g, '\\$&');
