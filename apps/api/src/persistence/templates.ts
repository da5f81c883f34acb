import type { JsonObject } from '@gennaker/pipeline-dsl';
import type { Prisma } from './generated/client.ts';
import type { Database } from './prisma.ts';

/** Which version of a template is meant: by digest, by tag, or, with neither, the one saved without a tag, else `latest`. */
export interface TemplateName {
  readonly id: string;
  readonly tag?: string | undefined;
  readonly digest?: string | undefined;
}

/** One version of a template, as found under a name. Times are epoch ms. */
export interface StoredTemplate {
  readonly id: string;
  /** Null when it was found by its digest, or was saved without a tag. */
  readonly tag: string | null;
  readonly digest: string;
  readonly content: JsonObject;
  readonly updatedAt: number;
  readonly updatedBy: string;
}

const UNTAGGED = '';
const LATEST = 'latest';

interface TagRow {
  id: string;
  tag: string;
  digest: string;
  updatedAt: bigint;
  updatedBy: string;
}

/** Templates: contents by digest, and names that stand for them. */
export class PipelineTemplates {
  private readonly database: Database;
  private readonly now: () => number;

  constructor(database: Database, now: () => number) {
    this.database = database;
    this.now = now;
  }

  async find(name: TemplateName): Promise<StoredTemplate | null> {
    if (name.digest !== undefined) return this.byDigest(name.id, name.digest);
    const tags = name.tag === undefined ? [UNTAGGED, LATEST] : [name.tag];
    const rows = await this.database.pipelineTemplateTag.findMany({
      where: { id: name.id, tag: { in: tags } },
      orderBy: { tag: 'asc' },
    });
    const row = rows[0];
    return row ? ((await this.withContents([row]))[0] ?? null) : null;
  }

  /** All templates, one each, as a name without tag finds them. */
  async list(): Promise<readonly StoredTemplate[]> {
    const rows = await this.database.pipelineTemplateTag.findMany({
      where: { tag: { in: [UNTAGGED, LATEST] } },
      orderBy: [{ id: 'asc' }, { tag: 'asc' }],
    });
    return this.withContents(rows.filter(({ id }, at) => rows[at - 1]?.id !== id));
  }

  /** Every tag and every digest of every template. */
  async versions(): Promise<readonly StoredTemplate[]> {
    const tags = await this.database.pipelineTemplateTag.findMany({ orderBy: [{ id: 'asc' }, { tag: 'asc' }] });
    const contents = await this.database.pipelineTemplate.findMany({ orderBy: [{ id: 'asc' }, { createdAt: 'desc' }] });
    return [...(await this.withContents(tags)), ...contents.map(fromContent)];
  }

  /**
   * Stores a version and makes the tag stand for it (no tag = the template saved without one); `latest` follows
   * every save.
   */
  async save(
    template: {
      readonly id: string;
      readonly tag: string | null;
      readonly digest: string;
      readonly content: JsonObject;
    },
    user: string,
  ): Promise<void> {
    const { id, digest } = template;
    const at = BigInt(this.now());
    await this.database.$transaction(async (tx) => {
      await tx.$executeRaw`select pg_advisory_xact_lock(hashtext(${`template:${id}`}))`;
      await tx.pipelineTemplate.createMany({
        data: [{ id, digest, content: template.content as Prisma.InputJsonObject, createdAt: at, createdBy: user }],
        skipDuplicates: true,
      });
      for (const tag of new Set([template.tag ?? UNTAGGED, LATEST]))
        await tx.pipelineTemplateTag.upsert({
          where: { id_tag: { id, tag } },
          create: { id, tag, digest, updatedAt: at, updatedBy: user },
          update: { digest, updatedAt: at, updatedBy: user },
        });
    });
  }

  /** Removes one tag, one digest with the tags that stand for it, or, with neither, the whole template. */
  async remove(name: TemplateName): Promise<boolean> {
    return this.database.$transaction(async (tx) => {
      const { id, tag, digest } = name;
      const names = await tx.pipelineTemplateTag.deleteMany({
        where: { id, ...(tag === undefined ? {} : { tag }), ...(digest === undefined ? {} : { digest }) },
      });
      if (tag !== undefined) return names.count > 0;
      const contents = await tx.pipelineTemplate.deleteMany({
        where: { id, ...(digest === undefined ? {} : { digest }) },
      });
      return names.count + contents.count > 0;
    });
  }

  private async byDigest(id: string, digest: string): Promise<StoredTemplate | null> {
    const row = await this.database.pipelineTemplate.findUnique({ where: { id_digest: { id, digest } } });
    return row ? fromContent(row) : null;
  }

  private async withContents(rows: readonly TagRow[]): Promise<readonly StoredTemplate[]> {
    if (rows.length === 0) return [];
    const contents = await this.database.pipelineTemplate.findMany({
      where: { OR: rows.map(({ id, digest }) => ({ id, digest })) },
    });
    const byKey = new Map(contents.map((entry) => [`${entry.id}@${entry.digest}`, entry.content]));
    return rows.flatMap(({ id, tag, digest, updatedAt, updatedBy }) => {
      const content = byKey.get(`${id}@${digest}`);
      if (content === undefined) return [];
      return [
        {
          id,
          tag: tag === UNTAGGED ? null : tag,
          digest,
          content: content as JsonObject,
          updatedAt: Number(updatedAt),
          updatedBy,
        },
      ];
    });
  }
}

const fromContent = (row: {
  id: string;
  digest: string;
  content: unknown;
  createdAt: bigint;
  createdBy: string;
}): StoredTemplate => ({
  id: row.id,
  tag: null,
  digest: row.digest,
  content: row.content as JsonObject,
  updatedAt: Number(row.createdAt),
  updatedBy: row.createdBy,
});
