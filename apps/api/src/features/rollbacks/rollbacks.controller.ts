import { previewRollback } from '@gennaker/catalog/executors';
import type { Ports } from '@gennaker/catalog/kit';
import type { JsonObject } from '@gennaker/pipeline-dsl';
import { contract } from '@gennaker/pipeline-dsl/contract';
import { Controller, Inject } from '@nestjs/common';
import type { Engine, StageRegistry } from '../../engine/index.ts';
import { notFound } from '../http/problem.ts';
import { Call, type CallOf, Route } from '../http/route.ts';
import { CLOCK, ENGINE, REGISTRY, ROLLBACK_PORTS } from '../ports.ts';
import { startTask } from '../tasks/start-task.ts';

interface Place {
  readonly application: string;
  readonly account: string;
  readonly cluster: string;
}

/** Rolls clusters back: shows first what it would do, then does it as an execution of its own. */
@Controller()
export class RollbacksController {
  private readonly ports: Pick<Ports, 'serverGroups' | 'images' | 'deployments'>;
  private readonly engine: Engine;
  private readonly registry: StageRegistry;
  private readonly clock: { now(): number };

  constructor(
    @Inject(ROLLBACK_PORTS) ports: Pick<Ports, 'serverGroups' | 'images' | 'deployments'>,
    @Inject(ENGINE) engine: Engine,
    @Inject(REGISTRY) registry: StageRegistry,
    @Inject(CLOCK) clock: { now(): number },
  ) {
    this.ports = ports;
    this.engine = engine;
    this.registry = registry;
    this.clock = clock;
  }

  @Route(contract.previewRollback)
  async preview(@Call() { params, query }: CallOf<typeof contract.previewRollback>) {
    const { application, account, cluster } = params;
    const named = { from: query.serverGroup, to: query.originalServerGroup };
    const regions = await this.regionsOf(params, query.regions);
    const previews = await Promise.all(
      regions.map((region) => previewRollback(this.ports, { account, region, cluster }, named)),
    );
    const now = this.clock.now();
    return {
      application,
      account,
      cluster,
      regions: previews.map((preview) => ({
        ...preview,
        candidates: preview.candidates.map((one) => ({ ...one, ageMs: Math.max(0, now - one.createdTime) })),
      })),
    };
  }

  @Route(contract.startRollback)
  async start(@Call() { params, body, principal, idempotencyKey }: CallOf<typeof contract.startRollback>) {
    const { application, account, cluster } = params;
    const { regions: wanted, reason, overrideFreeze, ...choice } = body;
    const regions = await this.regionsOf(params, wanted);
    const stage: JsonObject = {
      type: 'rollbackCluster',
      name: `Roll back ${cluster}`,
      cluster,
      credentials: account,
      cloudProvider: 'aws',
      regions,
      ...choice,
      ...(reason ? { comments: reason } : {}),
    };
    const id = await startTask(this.engine, this.registry, {
      application,
      description: `Roll back ${cluster} in ${account}`,
      job: [stage],
      user: principal.user,
      idempotencyKey,
      overrideFreeze,
    });
    return { ref: `/tasks/${id}`, id };
  }

  /** Regions asked for, else all that the cluster is in; 404 when it is in none. */
  private async regionsOf({ application, account, cluster }: Place, wanted?: readonly string[]): Promise<string[]> {
    const groups = await this.ports.serverGroups.listApplication(application);
    const own = groups.filter((group) => group.account === account && group.moniker.cluster === cluster);
    const regions = [...new Set(own.map(({ region }) => region))].sort();
    if (regions.length === 0) throw notFound('cluster', cluster);
    return wanted?.length ? [...wanted] : regions;
  }
}
