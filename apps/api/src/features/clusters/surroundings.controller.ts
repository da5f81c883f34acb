import type { Image, Ports } from '@gennaker/catalog/kit';
import { contract } from '@gennaker/pipeline-dsl/contract';
import { Controller, Inject } from '@nestjs/common';
import type { Applications } from '../../persistence/index.ts';
import { notFound } from '../http/problem.ts';
import { Call, type CallOf, Route } from '../http/route.ts';
import { APPLICATIONS, INVENTORY_PORTS, SYSTEM, type SystemFacts } from '../ports.ts';
import { loadBalancersFor } from './inventory.ts';
import {
  imageShapes,
  instanceShape,
  loadBalancerShape,
  loadBalancerTree,
  securityGroupShape,
  securityGroupTree,
} from './shapes.ts';

type Needed = Pick<Ports, 'serverGroups' | 'loadBalancers' | 'securityGroups' | 'images' | 'instances'>;

/** What is around server groups, read live: instances, load balancers, security groups, images. */
@Controller()
export class SurroundingsController {
  private readonly ports: Needed;
  private readonly applications: Applications;
  private readonly system: SystemFacts;

  constructor(
    @Inject(INVENTORY_PORTS) ports: Needed,
    @Inject(APPLICATIONS) applications: Applications,
    @Inject(SYSTEM) system: SystemFacts,
  ) {
    this.ports = ports;
    this.applications = applications;
    this.system = system;
  }

  @Route(contract.getInstance)
  async instance(@Call() { params }: CallOf<typeof contract.getInstance>) {
    const { account, region, id } = params;
    this.refuseUnknownPlace(account, region);
    const [machine] = await this.ports.instances.find({ account, region }, [id]);
    if (!machine) throw notFound('instance', id);
    const name = machine.serverGroup;
    const group = name === null ? null : await this.ports.serverGroups.read({ account, region, name });
    const member = group?.instances.find((instance) => instance.id === id);
    return {
      ...(member ? instanceShape(member) : { id, name: id, healthState: 'Unknown', health: [] }),
      ...{ instanceId: id, account, region, provider: 'aws', cloudProvider: 'aws', state: machine.state },
      serverGroup: name,
      cluster: group?.moniker.cluster ?? null,
      application: group?.moniker.app ?? null,
      loadBalancers: group?.loadBalancers ?? [],
      targetGroups: group?.targetGroups ?? [],
    };
  }

  @Route(contract.instanceConsole)
  async console(@Call() { params }: CallOf<typeof contract.instanceConsole>) {
    const { account, region, id } = params;
    this.refuseUnknownPlace(account, region);
    const [machine] = await this.ports.instances.find({ account, region }, [id]);
    if (!machine) throw notFound('instance', id);
    return { output: await this.ports.images.bakeLog(params) };
  }

  @Route(contract.applicationLoadBalancers)
  async loadBalancers(@Call() { params }: CallOf<typeof contract.applicationLoadBalancers>) {
    const groups = await this.ports.serverGroups.listApplication(params.application);
    const balancers = await loadBalancersFor(this.ports, params.application, groups);
    return balancers.map((balancer) => loadBalancerShape(balancer, groups));
  }

  @Route(contract.applicationFirewalls)
  async firewalls(@Call() { params }: CallOf<typeof contract.applicationFirewalls>) {
    return (await this.ports.securityGroups.listApplication(params.application)).map(securityGroupShape);
  }

  @Route(contract.listLoadBalancers)
  async allLoadBalancers(@Call() { query }: CallOf<typeof contract.listLoadBalancers>) {
    return loadBalancerTree(await this.ofAll(query, (name) => this.ports.loadBalancers.listApplication(name)));
  }

  @Route(contract.listSecurityGroups)
  async allSecurityGroups(@Call() { query }: CallOf<typeof contract.listSecurityGroups>) {
    return securityGroupTree(await this.ofAll(query, (name) => this.ports.securityGroups.listApplication(name)));
  }

  @Route(contract.listFirewalls)
  async allFirewalls(@Call() { query }: CallOf<typeof contract.listFirewalls>) {
    return securityGroupTree(await this.ofAll(query, (name) => this.ports.securityGroups.listApplication(name)));
  }

  @Route(contract.findImages)
  async images(@Call() { query }: CallOf<typeof contract.findImages>) {
    const { q, account, region, provider, count } = query;
    if (provider && provider !== 'aws') return [];
    const places = this.system.accounts
      .filter(({ name }) => name === (account ?? name))
      .flatMap(({ name, regions }) => regions.map((each) => ({ account: name, region: each })))
      .filter((place) => place.region === (region ?? place.region));
    const found = await Promise.all(places.map((place) => this.imagesAt(place, q)));
    const newestFirst = found.flat().sort((a, b) => b.createdTime - a.createdTime || a.id.localeCompare(b.id));
    return imageShapes(newestFirst).slice(0, count);
  }

  private async imagesAt(place: { account: string; region: string }, q: string): Promise<readonly Image[]> {
    if (/^ami-[0-9a-f]+$/.test(q)) {
      const image = await this.ports.images.find({ ...place, nameOrId: q });
      return image ? [image] : [];
    }
    const nameGlob = /[*?]/.test(q) ? q : `*${q}*`;
    return this.ports.images.findByTags({ ...place, tags: {}, ...(q === '' ? {} : { nameGlob }) });
  }

  /** Things of all applications known here, or of one; each once. One application after another, to spare the cloud. */
  private async ofAll<Thing extends { account: string; region: string; name: string }>(
    { provider, application }: { provider?: string | undefined; application?: string | undefined },
    list: (application: string) => Promise<readonly Thing[]>,
  ): Promise<readonly Thing[]> {
    if (provider && provider !== 'aws') return [];
    const names = application ? [application] : (await this.applications.list()).map(({ name }) => String(name));
    const things = new Map<string, Thing>();
    for (const name of names)
      for (const thing of await list(name))
        things.set([thing.account, thing.region, thing.name, 'id' in thing ? thing.id : ''].join(' '), thing);
    return [...things.values()];
  }

  private refuseUnknownPlace(account: string, region: string): void {
    const known = this.system.accounts.find(({ name }) => name === account);
    if (!known) throw notFound('account', account);
    if (!known.regions.includes(region)) throw notFound('region', region);
  }
}
