import { FailureError, isJsonObject, type JsonObject, parseMoniker } from '@gennaker/pipeline-dsl';
import type {
  Listener,
  ListenerAction,
  ListenerRef,
  ListenerRule,
  ListenerShares,
  LoadBalancer,
  LoadBalancerChange,
  LoadBalancerRef,
  LoadBalancerSpec,
  LoadBalancers,
  Operation,
  OwnedTargetGroup,
  TargetCounts,
  TargetGroup,
  TargetGroupRef,
  TargetGroupSettings,
  TrafficShare,
} from '../ports/index.ts';
import { sharesProblem } from '../traffic-shares.ts';
import type { VirtualClock } from './clock.ts';
import type { FakeServerGroups } from './fake-server-groups.ts';
import { Trouble } from './trouble.ts';

interface Action extends ListenerAction {
  readonly sticky?: boolean;
}

interface Rule extends ListenerRule {
  readonly arn: string;
  actions: readonly Action[];
}

interface HeldListener extends Listener {
  actions: readonly Action[];
  rules: Rule[];
}

interface Balancer {
  readonly spec: LoadBalancerSpec;
  readonly createdTime: number;
  listeners: HeldListener[];
}

interface HeldTargetGroup extends TargetGroupRef, TargetGroupSettings {
  readonly tags?: Readonly<Record<string, string>>;
}

/** What a test puts into the world as already there. */
export interface ExistingLoadBalancer {
  readonly name: string;
  readonly account?: string;
  readonly region?: string;
  /** Default: port 80. */
  readonly listeners?: ReadonlyArray<{
    readonly port: number;
    readonly shares: readonly TrafficShare[];
    readonly sticky?: boolean;
    /** Types of the actions before the forward, such as `authenticate-oidc`. */
    readonly first?: readonly string[];
    readonly rules?: ReadonlyArray<{ readonly priority: string; readonly shares: readonly TrafficShare[] }>;
  }>;
}

const LONG_AGO_MS = 86_400_000;

/** Load balancers in memory; the health of their targets is that of the server groups in the same world. */
export class FakeLoadBalancers implements LoadBalancers {
  readonly trouble = new Trouble();
  /** Every change asked for, in order: "shares demo-alb:80 demo-web-tg=90 demo-web-b-tg=10". */
  readonly changes: string[] = [];
  /** How long a new one takes before it serves. */
  provisionMs = 60_000;
  private balancers: Balancer[] = [];
  private readonly targetGroups = new Map<string, HeldTargetGroup>();
  private readonly clock: VirtualClock;
  private readonly serverGroups: FakeServerGroups;

  constructor(clock: VirtualClock, serverGroups: FakeServerGroups) {
    this.clock = clock;
    this.serverGroups = serverGroups;
    serverGroups.sendsTo = (place, targetGroup) => this.sendsTo(place, targetGroup);
  }

  /** Puts a load balancer into the world; the target groups it names are there too. */
  add(existing: ExistingLoadBalancer): void {
    const { account = 'prod', region = 'us-east-1', name, listeners = [{ port: 80, shares: [] }] } = existing;
    const spec: LoadBalancerSpec = {
      ...{ account, region, name, type: 'application', internal: false, vpcId: 'vpc-1' },
      ...{ attributes: {}, tags: {}, targetGroups: [] },
      listeners: listeners.map(({ port, shares, sticky = false, first = [], rules = [] }) => ({
        port,
        protocol: 'HTTP',
        certificates: [],
        actions: [...first.map((type) => ({ type })), ...forwardTo(shares, sticky)],
        rules: rules.map((rule) => ({ ...rule, conditions: [], actions: forwardTo(rule.shares, false) })),
      })),
    };
    this.balancers.push({ spec, createdTime: this.clock.now() - LONG_AGO_MS, listeners: held(spec) });
    const shares = listeners.flatMap((each) => [...each.shares, ...(each.rules ?? []).flatMap((rule) => rule.shares)]);
    for (const { targetGroup } of shares) this.addTargetGroup({ account, region, targetGroup });
  }

  /** Makes sure that there is such a listener or rule; a new one sends everything to the target group. */
  ensure(ref: ListenerRef, targetGroup: string): void {
    const { account, region, loadBalancer: name, port, rule } = ref;
    if (this.find(ref)) return;
    const shares = [{ targetGroup, weight: 1 }];
    const before = this.balancerOf({ ...ref, name })?.listeners.filter((listener) => listener.port !== port) ?? [];
    this.drop({ ...ref, name });
    this.add({ account, region, name, listeners: [{ port, shares, rules: rule ? [{ priority: rule, shares }] : [] }] });
    this.balancerOf({ ...ref, name })?.listeners.push(...before);
  }

  addTargetGroup(ref: TargetGroupRef, tags: Readonly<Record<string, string>> = {}): void {
    const settings = { tags, protocol: 'HTTP', port: 80, targetType: 'instance', healthCheck: {}, attributes: {} };
    this.targetGroups.set(keyOf(ref, ref.targetGroup), { ...ref, name: ref.targetGroup, ...settings });
  }

  /** Names of all target groups, for assertions. */
  get targetGroupNames(): readonly string[] {
    return [...this.targetGroups.values()].map(({ name }) => name).sort();
  }

  async readShares(ref: ListenerRef): Promise<ListenerShares | null> {
    return this.trouble.run('readShares', () => {
      const place = this.find(ref);
      if (!place) return null;
      const forward = place.actions.find(isForward);
      return {
        shares: forward?.shares ?? [],
        sticky: forward?.sticky ?? false,
        actions: { actions: place.actions.map((action) => ({ ...action })) },
      };
    });
  }

  async setShares(ref: ListenerRef, shares: readonly TrafficShare[], _operation: Operation): Promise<void> {
    return this.trouble.run('setShares', () => {
      const place = this.need(ref);
      const problem = sharesProblem(shares);
      if (problem) throw new FailureError({ code: 'aws.wrong-input', message: problem });
      if (!place.actions.some(isForward))
        throw new FailureError({
          code: 'aws.not-forwarding',
          message: `${describe(ref)} does not forward requests, so they cannot be divided.`,
        });
      this.checkTargetGroups(ref, shares);
      this.changes.push(`shares ${describe(ref)} ${shares.map((one) => `${one.targetGroup}=${one.weight}`).join(' ')}`);
      place.actions = place.actions.map((action) =>
        isForward(action) ? { type: 'forward', shares: shares.map((share) => ({ ...share })) } : action,
      );
    });
  }

  async restoreActions(ref: ListenerRef, picture: JsonObject, _operation: Operation): Promise<void> {
    return this.trouble.run('restoreActions', () => {
      const { actions } = picture;
      if (!Array.isArray(actions) || !actions.every(isJsonObject))
        throw new FailureError({ code: 'aws.wrong-input', message: 'That is no picture of actions.' });
      this.changes.push(`restore ${describe(ref)}`);
      this.need(ref).actions = actions as unknown as readonly Action[];
    });
  }

  async targetHealth(ref: TargetGroupRef): Promise<TargetCounts> {
    return this.trouble.run('targetHealth', () => {
      const counts = { Up: 0, Starting: 0, Down: 0, OutOfService: 0, Draining: 0, Unknown: 0 };
      for (const { health } of this.targetsOf(ref)) counts[health]++;
      return counts;
    });
  }

  private sendsTo(place: { readonly account: string; readonly region: string }, targetGroup: string): boolean {
    return this.balancers
      .filter(({ spec }) => spec.account === place.account && spec.region === place.region)
      .flatMap(({ listeners }) =>
        listeners.flatMap(({ actions, rules }) => [actions, ...rules.map((rule) => rule.actions)]),
      )
      .flatMap((actions) => actions.filter(isForward).flatMap(({ shares }) => shares ?? []))
      .some((share) => share.targetGroup === targetGroup && share.weight > 0);
  }

  async listenersOf({ account, region, targetGroup }: TargetGroupRef): Promise<readonly ListenerRef[]> {
    return this.trouble.run('listenersOf', () => {
      const sends = (actions: readonly Action[]): boolean => namesIn(actions).includes(targetGroup);
      return this.balancers
        .filter(({ spec }) => spec.account === account && spec.region === region)
        .flatMap(({ spec, listeners }) =>
          listeners.flatMap(({ port, actions, rules }) => {
            const ref = { account, region, loadBalancer: spec.name, port };
            const own = rules.filter((rule) => sends(rule.actions)).map((rule) => ({ ...ref, rule: rule.arn }));
            return sends(actions) ? [ref, ...own] : own;
          }),
        );
    });
  }

  async read(ref: LoadBalancerRef): Promise<LoadBalancer | null> {
    return this.trouble.run('read', () => {
      const balancer = this.balancerOf(ref);
      return balancer ? this.draw(balancer) : null;
    });
  }

  async readAttributes(ref: LoadBalancerRef): Promise<Readonly<Record<string, string>>> {
    return this.trouble.run('readAttributes', () => this.balancerOf(ref)?.spec.attributes ?? {});
  }

  async readTargetGroup(ref: TargetGroupRef): Promise<OwnedTargetGroup | null> {
    return this.trouble.run('readTargetGroup', () => {
      const settings = this.targetGroups.get(keyOf(ref, ref.targetGroup));
      if (!settings) return null;
      const users = this.balancers.filter(({ listeners }) =>
        listeners.some((one) => sentTo(one).includes(ref.targetGroup)),
      );
      const arn = `arn:fake:${ref.account}:${ref.region}:targetgroup/${ref.targetGroup}`;
      const loadBalancers = users.map(({ spec }) => spec.name);
      return {
        ...settings,
        arn,
        vpcId: 'vpc-1',
        targets: this.targetsOf(ref),
        tags: settings.tags ?? {},
        loadBalancers,
      };
    });
  }

  async saveTargetGroup(
    ref: TargetGroupRef,
    { healthCheck, attributes }: Pick<TargetGroupSettings, 'healthCheck' | 'attributes'>,
    _operation: Operation,
  ): Promise<void> {
    return this.trouble.run('saveTargetGroup', () => {
      this.checkTargetGroups(ref, [{ targetGroup: ref.targetGroup, weight: 1 }]);
      const held = this.targetGroups.get(keyOf(ref, ref.targetGroup))!;
      this.changes.push(`save ${ref.targetGroup}`);
      this.targetGroups.set(keyOf(ref, ref.targetGroup), {
        ...held,
        ...mergedSettings(held, { healthCheck, attributes }),
      });
    });
  }

  async removeTargetGroups(
    place: Omit<TargetGroupRef, 'targetGroup'>,
    names: readonly string[],
    _operation: Operation,
  ): Promise<readonly string[]> {
    return this.trouble.run('removeTargetGroups', () => this.dropTargetGroups(place, names));
  }

  async listApplication(application: string): Promise<readonly LoadBalancer[]> {
    return this.trouble.run('listApplication', () =>
      this.balancers
        .filter(({ spec }) => (spec.tags['cd:application'] ?? parseMoniker(spec.name)?.app) === application)
        .map((balancer) => this.draw(balancer)),
    );
  }

  async upsert(spec: LoadBalancerSpec, operation: Operation): Promise<LoadBalancerChange> {
    return this.trouble.run('upsert', () => {
      const present = this.balancerOf(spec);
      this.checkFixed(spec, present);
      if (spec.listeners.length === 0)
        throw new FailureError({ code: 'aws.wrong-input', message: `No listener is named for ${spec.name}.` });
      const own = new Set(spec.targetGroups.map(({ name }) => name));
      const shares = spec.listeners.flatMap(({ actions, rules }) =>
        [...actions, ...rules.flatMap((rule) => rule.actions)].flatMap((action) => action.shares ?? []),
      );
      this.checkTargetGroups(
        spec,
        shares.filter(({ targetGroup }) => !own.has(targetGroup)),
        'aws.wrong-input',
      );
      this.changes.push(`upsert ${spec.name}`);
      for (const group of spec.targetGroups)
        this.targetGroups.set(keyOf(spec, group.name), {
          ...group,
          account: spec.account,
          region: spec.region,
          targetGroup: group.name,
          ...mergedSettings(this.targetGroups.get(keyOf(spec, group.name)), group),
          tags: this.targetGroups.get(keyOf(spec, group.name))?.tags ?? ownerOf(operation),
        });
      this.drop(spec);
      const createdTime = present?.createdTime ?? this.clock.now();
      const tags = present?.spec.tags ?? { ...spec.tags, ...ownerOf(operation) };
      const attributes = { ...present?.spec.attributes, ...spec.attributes };
      const kept = { ...present?.spec, ...said(spec), attributes, tags };
      this.balancers.push({ spec: { ...spec, ...kept }, createdTime, listeners: held(spec) });
      const unwanted = (spec.formerTargetGroups ?? []).filter((name) => !own.has(name));
      return { dnsName: dnsName(spec), left: this.dropTargetGroups(spec, unwanted) };
    });
  }

  async remove(
    ref: LoadBalancerRef,
    targetGroups: readonly string[],
    _operation: Operation,
  ): Promise<LoadBalancerChange> {
    return this.trouble.run('remove', () => {
      if (this.balancerOf(ref)) this.changes.push(`remove ${ref.name}`);
      this.drop(ref);
      return { dnsName: dnsName(ref), left: this.dropTargetGroups(ref, targetGroups) };
    });
  }

  private balancerOf(ref: LoadBalancerRef): Balancer | undefined {
    return this.balancers.find(({ spec }) => keyOf(spec, spec.name) === keyOf(ref, ref.name));
  }

  private drop(ref: LoadBalancerRef): void {
    this.balancers = this.balancers.filter(({ spec }) => keyOf(spec, spec.name) !== keyOf(ref, ref.name));
  }

  /** Removes target groups that nothing needs; answers why the others stay. */
  private dropTargetGroups(place: Omit<TargetGroupRef, 'targetGroup'>, names: readonly string[]): readonly string[] {
    return names.flatMap((targetGroup) => {
      const used = this.balancers.some(({ listeners }) => listeners.some((one) => sentTo(one).includes(targetGroup)));
      const registers = this.serverGroups.everything().some((group) => group.targetGroups.includes(targetGroup));
      if (used) return [`Target group ${targetGroup} was left: another load balancer sends to it.`];
      if (registers) return [`Target group ${targetGroup} was left: a server group registers its instances with it.`];
      this.targetGroups.delete(keyOf(place, targetGroup));
      return [];
    });
  }

  private checkFixed(spec: LoadBalancerSpec, present: Balancer | undefined): void {
    const refuse = (name: string): never => {
      const message = `What is fixed when ${name} is made differs: give it another name.`;
      throw new FailureError({ code: 'aws.cannot-change', message });
    };
    const [own, held] = [spec, present?.spec];
    if (held && (own.type !== held.type || own.internal !== held.internal)) refuse(spec.name);
    for (const { name, protocol, port, targetType } of spec.targetGroups) {
      const group = this.targetGroups.get(keyOf(spec, name));
      if (group && JSON.stringify([protocol, port, targetType]) !== fixedOf(group)) refuse(name);
    }
  }

  private checkTargetGroups(
    place: { readonly account: string; readonly region: string },
    shares: readonly TrafficShare[],
    code = 'aws.gone',
  ): void {
    for (const { targetGroup } of shares)
      if (!this.targetGroups.has(keyOf(place, targetGroup)))
        throw new FailureError({ code, message: `Target group ${targetGroup} does not exist.` });
  }

  private targetsOf({ account, region, targetGroup }: TargetGroupRef): TargetGroup['targets'] {
    return this.serverGroups
      .everything()
      .filter((group) => group.account === account && group.region === region)
      .filter((group) => group.targetGroups.includes(targetGroup))
      .flatMap((group) => group.instances)
      .filter(({ health }) => health !== 'OutOfService')
      .map(({ id, zone, health }) => ({ id, zone, health, port: 80, state: STATES[health] ?? 'unavailable' }));
  }

  private draw({ spec, createdTime, listeners }: Balancer): LoadBalancer {
    const names = [...new Set(listeners.flatMap(sentTo))];
    const { account, region, name, type, internal, tags } = spec;
    return {
      ...{ account, region, name, type, internal, tags, createdTime, listeners },
      arn: `arn:fake:${account}:${region}:${name}`,
      state: this.clock.now() < createdTime + this.provisionMs ? 'provisioning' : 'active',
      dnsName: dnsName(spec),
      vpcId: spec.vpcId ?? 'vpc-1',
      subnetIds: spec.subnetIds ?? [],
      availabilityZones: spec.availabilityZones ?? [],
      securityGroups: spec.securityGroups ?? [],
      ipAddressType: spec.ipAddressType ?? 'ipv4',
      targetGroups: names.flatMap((targetGroup) => {
        const settings = this.targetGroups.get(keyOf(spec, targetGroup));
        const arn = `arn:fake:${account}:${region}:targetgroup/${targetGroup}`;
        const targets = this.targetsOf({ account, region, targetGroup });
        return settings ? [{ ...settings, arn, vpcId: spec.vpcId ?? 'vpc-1', targets }] : [];
      }),
    };
  }

  private find(ref: ListenerRef): { actions: readonly Action[] } | null {
    const balancer = this.balancerOf({ ...ref, name: ref.loadBalancer });
    const listener = balancer?.listeners.find(({ port }) => port === ref.port);
    if (!listener || !ref.rule) return listener ?? null;
    return listener.rules.find(({ arn, priority }) => arn === ref.rule || priority === ref.rule) ?? null;
  }

  private need(ref: ListenerRef): { actions: readonly Action[] } {
    const found = this.find(ref);
    if (found) return found;
    throw new FailureError({ code: 'aws.gone', message: `${describe(ref)} does not exist in ${ref.region}.` });
  }
}

const ownerOf = ({ executionId, stageId }: Operation) => ({ 'cd:execution': executionId, 'cd:stage': stageId });

const STATES: Readonly<Record<string, string>> = {
  Up: 'healthy',
  Starting: 'initial',
  Down: 'unhealthy',
  Draining: 'draining',
};

const isForward = (action: Action): action is Action & { readonly shares: readonly TrafficShare[] } =>
  action.shares !== undefined;

const namesIn = (actions: readonly Action[]): readonly string[] =>
  actions.filter(isForward).flatMap(({ shares }) => shares.map((share) => share.targetGroup));

const sentTo = ({ actions, rules }: HeldListener): readonly string[] => [
  ...namesIn(actions),
  ...rules.flatMap((rule) => namesIn(rule.actions)),
];

const held = ({ account, region, name, listeners }: LoadBalancerSpec): HeldListener[] =>
  listeners.map((listener) => ({
    ...listener,
    rules: listener.rules.map((rule) => ({
      ...rule,
      arn: `arn:fake:${account}:${region}:${name}:${listener.port}:rule/${rule.priority}`,
    })),
  }));

const said = <Settings extends object>(settings: Settings): Partial<Settings> =>
  Object.fromEntries(
    Object.entries(settings).filter(
      ([, value]) => value !== null && value !== undefined && !(Array.isArray(value) && value.length === 0),
    ),
  ) as Partial<Settings>;

/** What is not said stays as it is. */
const mergedSettings = (
  present: Pick<TargetGroupSettings, 'healthCheck' | 'attributes'> | undefined,
  wanted: Pick<TargetGroupSettings, 'healthCheck' | 'attributes'>,
) => ({
  healthCheck: { ...present?.healthCheck, ...said(wanted.healthCheck) },
  attributes: { ...present?.attributes, ...wanted.attributes },
});

const fixedOf = ({ protocol, port, targetType }: TargetGroupSettings): string =>
  JSON.stringify([protocol, port, targetType]);

const dnsName = ({ name, region }: LoadBalancerRef): string => `${name}.${region}.elb.example`;

const forwardTo = (shares: readonly TrafficShare[], sticky: boolean): readonly Action[] =>
  shares.length === 0 ? [{ type: 'fixed-response' }] : [{ type: 'forward', shares, ...(sticky ? { sticky } : {}) }];

const keyOf = (place: { readonly account: string; readonly region: string }, name: string): string =>
  `${place.account}/${place.region}/${name}`;

const describe = ({ loadBalancer, port, rule }: ListenerRef): string =>
  `${loadBalancer}:${port}${rule ? ` rule ${rule}` : ''}`;
