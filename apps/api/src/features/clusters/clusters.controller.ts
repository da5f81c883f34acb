import type { Ports, ServerGroup } from '@gennaker/catalog/kit';
import { contract } from '@gennaker/pipeline-dsl/contract';
import { Controller, Inject } from '@nestjs/common';
import { notFound } from '../http/problem.ts';
import { Call, type CallOf, Route } from '../http/route.ts';
import { INVENTORY_PORTS } from '../ports.ts';
import { readInventory } from './inventory.ts';
import { readSettings } from './settings.ts';
import { clusterShapes, serverGroupShape } from './shapes.ts';

type Needed = Pick<Ports, 'serverGroups' | 'loadBalancers' | 'scaling'>;

/** Clusters and server groups of an application, read live from the cloud. */
@Controller()
export class ClustersController {
  private readonly ports: Needed;

  constructor(@Inject(INVENTORY_PORTS) ports: Needed) {
    this.ports = ports;
  }

  @Route(contract.applicationInventory)
  async inventory(@Call() { params, query }: CallOf<typeof contract.applicationInventory>) {
    return readInventory(this.ports, params.application, query.loadBalancers);
  }

  @Route(contract.serverGroupSettings)
  async settings(@Call() { params }: CallOf<typeof contract.serverGroupSettings>) {
    const { application, account, region, name } = params;
    const found = await readSettings(this.ports, application, { account, region, name });
    if (!found) throw notFound('server group', name);
    return found;
  }

  @Route(contract.applicationClusters)
  async names(@Call() { params }: CallOf<typeof contract.applicationClusters>) {
    const names: Record<string, string[]> = {};
    for (const { account, moniker } of await this.groups(params.application))
      names[account] = [...new Set([...(names[account] ?? []), moniker.cluster])].sort();
    return names;
  }

  @Route(contract.accountClusters)
  async ofAccount(@Call() { params }: CallOf<typeof contract.accountClusters>) {
    return clusterShapes(await this.groups(params.application, params));
  }

  @Route(contract.getCluster)
  async one(@Call() { params }: CallOf<typeof contract.getCluster>) {
    const [found] = clusterShapes(await this.groups(params.application, params));
    if (!found) throw notFound('cluster', params.cluster);
    return found;
  }

  @Route(contract.clusterServerGroups)
  async ofCluster(@Call() { params }: CallOf<typeof contract.clusterServerGroups>) {
    return (await this.groups(params.application, params)).map(serverGroupShape);
  }

  @Route(contract.clusterServerGroupsOfType)
  async ofType(@Call() { params }: CallOf<typeof contract.clusterServerGroupsOfType>) {
    if (params.type !== 'aws') return [];
    return (await this.groups(params.application, params)).map(serverGroupShape);
  }

  @Route(contract.applicationServerGroups)
  async serverGroups(@Call() { params, query }: CallOf<typeof contract.applicationServerGroups>) {
    if (query.cloudProvider && query.cloudProvider !== 'aws') return [];
    const groups = await this.groups(params.application);
    const wanted = query.clusters;
    return groups
      .filter(({ account, moniker }) => !wanted || wanted.includes(`${account}:${moniker.cluster}`))
      .map(serverGroupShape);
  }

  @Route(contract.getServerGroup)
  async serverGroup(@Call() { params }: CallOf<typeof contract.getServerGroup>) {
    const { application, account, region, name } = params;
    const group = await this.ports.serverGroups.read({ account, region, name });
    if (group?.moniker.app !== application) throw notFound('server group', name);
    return serverGroupShape(group);
  }

  @Route(contract.serverGroupManagers)
  async managers() {
    return [];
  }

  private async groups(
    application: string,
    only: { readonly account?: string; readonly cluster?: string } = {},
  ): Promise<readonly ServerGroup[]> {
    const groups = await this.ports.serverGroups.listApplication(application);
    return groups.filter(
      ({ account, moniker }) =>
        account === (only.account ?? account) && moniker.cluster === (only.cluster ?? moniker.cluster),
    );
  }
}
