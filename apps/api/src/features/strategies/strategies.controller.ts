import { randomUUID } from 'node:crypto';
import type { JsonObject } from '@gennaker/pipeline-dsl';
import { contract } from '@gennaker/pipeline-dsl/contract';
import { Controller, Inject } from '@nestjs/common';
import type { Documents, StoredDocument } from '../../persistence/index.ts';
import { notFound, ProblemError } from '../http/problem.ts';
import { Call, type CallOf, Route } from '../http/route.ts';
import { baseOf, PipelineSaver, refuseErrors } from '../pipelines/save-pipeline.ts';
import { STRATEGIES } from '../ports.ts';

/** Keys that the server writes and a document does not keep. */
const SERVER_KEYS: ReadonlySet<string> = new Set([
  'version',
  'updateTs',
  'lastModified',
  'lastModifiedBy',
  'index',
  'isNew',
]);

/** Deployment strategies: pipelines that a deploy stage runs, stored apart. */
@Controller()
export class StrategiesController {
  private readonly strategies: Documents;
  private readonly saver: PipelineSaver;

  constructor(@Inject(STRATEGIES) strategies: Documents, @Inject(PipelineSaver) saver: PipelineSaver) {
    this.strategies = strategies;
    this.saver = saver;
  }

  @Route(contract.allStrategies)
  async all() {
    return (await this.strategies.list()).map(toStrategy);
  }

  @Route(contract.listStrategies)
  async ofApplication(@Call() { params }: CallOf<typeof contract.listStrategies>) {
    return (await this.strategies.list(params.application)).map(toStrategy);
  }

  @Route(contract.getStrategy)
  async byName(@Call() { params }: CallOf<typeof contract.getStrategy>) {
    return toStrategy(await this.need(params.application, params.name));
  }

  @Route(contract.strategyHistory)
  async history(@Call() { params, query }: CallOf<typeof contract.strategyHistory>) {
    return (await this.strategies.history(params.id, query.limit)).map(toStrategy);
  }

  @Route(contract.saveStrategy)
  async save(@Call() { body, query, principal }: CallOf<typeof contract.saveStrategy>): Promise<void> {
    await this.store(body, { staleCheck: query.staleCheck, user: principal.user });
  }

  @Route(contract.updateStrategy)
  async update(@Call() { params, body, principal }: CallOf<typeof contract.updateStrategy>) {
    if (!(await this.strategies.byId(params.id))) throw notFound('strategy', params.id);
    return toStrategy(await this.store({ ...body, id: params.id }, { staleCheck: false, user: principal.user }));
  }

  @Route(contract.deleteStrategy)
  async remove(@Call() { params, principal }: CallOf<typeof contract.deleteStrategy>): Promise<void> {
    const { id } = await this.need(params.application, params.name);
    await this.strategies.remove(id, principal.user);
  }

  @Route(contract.moveStrategy)
  async move(@Call() { body, principal }: CallOf<typeof contract.moveStrategy>): Promise<void> {
    const found = toStrategy(await this.need(body.application, body.from));
    await this.store({ ...found, name: body.to }, { staleCheck: true, user: principal.user });
  }

  @Route(contract.reorderStrategies)
  async reorder(@Call() { body }: CallOf<typeof contract.reorderStrategies>): Promise<void> {
    await this.strategies.reorder(body.application, body.idsToIndices);
  }

  private async need(application: string, nameOrId: string): Promise<StoredDocument> {
    const found = await this.strategies.find(application, nameOrId);
    if (!found) throw notFound('strategy', nameOrId);
    return found;
  }

  private async store(document: JsonObject, how: { staleCheck: boolean; user: string }): Promise<StoredDocument> {
    refuseErrors(await this.saver.check(document));
    const { id: given, name, application, index } = document;
    const id = typeof given === 'string' && given !== '' ? given : randomUUID();
    const content = Object.fromEntries(Object.entries(document).filter(([key]) => !SERVER_KEYS.has(key)));
    const scope = String(application).trim();
    const { kind, stored } = await this.strategies.save(
      {
        id,
        scope,
        name: String(name).trim(),
        content: { ...content, id, name: String(name).trim(), application: scope, strategy: true },
        ...(Number.isSafeInteger(index) && Number(index) >= 0 && Number(index) < 100_000
          ? { position: Number(index) }
          : {}),
        base: baseOf(document, how.staleCheck),
      },
      how.user,
    );
    if (kind === 'stale')
      throw new ProblemError(
        409,
        'strategies.stale',
        `${stored.updatedBy} saved version ${stored.version} of "${stored.name}" meanwhile. Load it, merge your change and save again.`,
      );
    if (kind === 'duplicate') {
      const message = `A strategy named "${stored.name}" exists in ${stored.scope} already (id ${stored.id}). Use another name, or send that id to save it.`;
      throw new ProblemError(400, 'strategies.duplicate-name', message, { fields: [{ pointer: '/name', message }] });
    }
    return stored;
  }
}

/** A strategy as clients read it: like a pipeline, marked as a strategy. */
const toStrategy = (stored: StoredDocument) => ({
  ...stored.content,
  id: stored.id,
  name: stored.name,
  application: stored.scope,
  strategy: true,
  stages: Array.isArray(stored.content['stages']) ? stored.content['stages'] : [],
  index: stored.position,
  version: stored.version,
  updateTs: String(stored.updatedAt),
  lastModified: stored.updatedAt,
  lastModifiedBy: stored.updatedBy,
});
