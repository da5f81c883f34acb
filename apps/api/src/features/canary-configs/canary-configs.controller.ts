import { contract } from '@gennaker/pipeline-dsl/contract';
import { Controller, Inject } from '@nestjs/common';
import type { Documents, StoredDocument } from '../../persistence/index.ts';
import { notFound, ProblemError } from '../http/problem.ts';
import { badRequest, Call, type CallOf, Route } from '../http/route.ts';
import { CANARY_CONFIGS } from '../ports.ts';
import { refuseFaulty } from './check-config.ts';

const SERVER_KEYS: ReadonlySet<string> = new Set([
  'createdTimestamp',
  'createdTimestampIso',
  'updatedTimestamp',
  'updatedTimestampIso',
]);

/** Stored rules of canary analysis. */
@Controller()
export class CanaryConfigsController {
  private readonly configs: Documents;

  constructor(@Inject(CANARY_CONFIGS) configs: Documents) {
    this.configs = configs;
  }

  @Route(contract.listCanaryConfigs)
  async list(@Call() { query }: CallOf<typeof contract.listCanaryConfigs>) {
    const { application } = query;
    return (await this.configs.list())
      .filter((stored) => application === undefined || applicationsOf(stored).includes(application))
      .map((stored) => ({
        id: stored.id,
        name: stored.name,
        updatedTimestamp: stored.updatedAt,
        updatedTimestampIso: new Date(stored.updatedAt).toISOString(),
        applications: applicationsOf(stored),
      }));
  }

  @Route(contract.getCanaryConfig)
  async get(@Call() { params }: CallOf<typeof contract.getCanaryConfig>) {
    const found = await this.configs.byId(params.id);
    if (!found) throw notFound('canary config', params.id);
    return toConfig(found);
  }

  @Route(contract.createCanaryConfig)
  async create(@Call() { body, principal }: CallOf<typeof contract.createCanaryConfig>) {
    if (body.id !== undefined && (await this.configs.byId(body.id))) {
      const message = `A canary config with the id ${JSON.stringify(body.id)} exists already; save it with PUT.`;
      throw new ProblemError(400, 'canary-configs.duplicate-id', message, { fields: [{ pointer: '/id', message }] });
    }
    return this.save(body.id ?? null, body, principal.user);
  }

  @Route(contract.updateCanaryConfig)
  async update(@Call() { params, body, principal }: CallOf<typeof contract.updateCanaryConfig>) {
    if (!(await this.configs.byId(params.id))) throw notFound('canary config', params.id);
    return this.save(params.id, body, principal.user);
  }

  @Route(contract.deleteCanaryConfig)
  async remove(@Call() { params, principal }: CallOf<typeof contract.deleteCanaryConfig>): Promise<void> {
    if (!(await this.configs.remove(params.id, principal.user))) throw notFound('canary config', params.id);
  }

  private async save(
    id: string | null,
    body: CallOf<typeof contract.updateCanaryConfig>['body'],
    user: string,
  ): Promise<{ canaryConfigId: string }> {
    if (id !== null && !/^[\w.-]+$/.test(id))
      throw badRequest([{ pointer: '/id', message: 'may hold letters, digits, dots, dashes and underscores only' }]);
    refuseFaulty(body);
    const content = Object.fromEntries(Object.entries(body).filter(([key]) => key !== 'id' && !SERVER_KEYS.has(key)));
    const base = { version: null, updateTs: null };
    const { kind, stored } = await this.configs.save({ id, scope: '', name: body.name, content, base }, user);
    if (kind === 'duplicate') {
      const message = `A canary config named "${stored.name}" exists already (id ${stored.id}). Use another name.`;
      throw new ProblemError(400, 'canary-configs.duplicate-name', message, {
        fields: [{ pointer: '/name', message }],
      });
    }
    return { canaryConfigId: stored.id };
  }
}

function applicationsOf({ content }: StoredDocument): string[] {
  const { applications } = content;
  return Array.isArray(applications) ? applications.map(String) : [];
}

const toConfig = (stored: StoredDocument) => ({
  ...stored.content,
  id: stored.id,
  name: stored.name,
  applications: applicationsOf(stored),
  createdTimestamp: stored.createdAt,
  createdTimestampIso: new Date(stored.createdAt).toISOString(),
  updatedTimestamp: stored.updatedAt,
  updatedTimestampIso: new Date(stored.updatedAt).toISOString(),
});
