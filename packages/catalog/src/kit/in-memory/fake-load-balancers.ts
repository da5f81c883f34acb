import { FailureError, isJsonObject, type JsonObject } from '@gennaker/pipeline-dsl';
import type {
  ListenerRef,
  ListenerShares,
  LoadBalancers,
  Operation,
  TargetCounts,
  TargetGroupRef,
  TrafficShare,
} from '../ports/index.ts';
import { sharesProblem } from '../traffic-shares.ts';
import type { FakeServerGroups } from './fake-server-groups.ts';
import { Trouble } from './trouble.ts';

type Action =
  | { readonly type: 'forward'; readonly shares: readonly TrafficShare[]; readonly sticky: boolean }
  | { readonly type: string; readonly shares?: undefined };

interface Rule {
  readonly arn: string;
  readonly priority: string;
  actions: readonly Action[];
}

interface Listener {
  readonly port: number;
  actions: readonly Action[];
  readonly rules: Rule[];
}

interface Balancer {
  readonly account: string;
  readonly region: string;
  readonly name: string;
  readonly listeners: Listener[];
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

const isForward = (action: Action): action is Extract<Action, { type: 'forward'; sticky: boolean }> =>
  action.shares !== undefined;

/** Load balancers in memory; the health of their targets is that of the server groups in the same world. */
export class FakeLoadBalancers implements LoadBalancers {
  readonly trouble = new Trouble();
  /** Every change asked for, in order: "shares demo-alb:80 demo-web-tg=90 demo-web-b-tg=10". */
  readonly changes: string[] = [];
  private readonly balancers: Balancer[] = [];
  private readonly targetGroups = new Set<string>();
  private readonly serverGroups: FakeServerGroups;

  constructor(serverGroups: FakeServerGroups) {
    this.serverGroups = serverGroups;
  }

  /** Puts a load balancer into the world; the target groups it names are there too. */
  add(existing: ExistingLoadBalancer): void {
    const { account = 'prod', region = 'us-east-1', name, listeners = [{ port: 80, shares: [] }] } = existing;
    this.balancers.push({
      account,
      region,
      name,
      listeners: listeners.map(({ port, shares, sticky = false, first = [], rules = [] }) => ({
        port,
        actions: [...first.map((type) => ({ type })), ...forwardTo(shares, sticky)],
        rules: rules.map((rule) => ({
          arn: `arn:fake:${account}:${region}:${name}:${port}:rule/${rule.priority}`,
          priority: rule.priority,
          actions: forwardTo(rule.shares, false),
        })),
      })),
    });
    const shares = listeners.flatMap((each) => [...each.shares, ...(each.rules ?? []).flatMap((rule) => rule.shares)]);
    for (const { targetGroup } of shares) this.addTargetGroup({ account, region, targetGroup });
  }

  /** Makes sure that there is such a listener or rule; a new one sends everything to the target group. */
  ensure(ref: ListenerRef, targetGroup: string): void {
    const { account, region, loadBalancer: name, port, rule } = ref;
    if (this.find(ref)) return;
    const shares = [{ targetGroup, weight: 1 }];
    const rules = rule ? [{ priority: rule, shares }] : [];
    const same = this.balancers.findIndex((one) => keyOf(one, one.name) === keyOf(ref, name));
    const others = same < 0 ? [] : (this.balancers.splice(same, 1)[0]?.listeners ?? []);
    this.add({ account, region, name, listeners: [{ port, shares, rules }] });
    this.balancers.at(-1)?.listeners.push(...others.filter((listener) => listener.port !== port));
  }

  addTargetGroup(ref: TargetGroupRef): void {
    this.targetGroups.add(keyOf(ref, ref.targetGroup));
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
      for (const { targetGroup } of shares)
        if (!this.targetGroups.has(keyOf(ref, targetGroup)))
          throw new FailureError({ code: 'aws.gone', message: `Target group ${targetGroup} does not exist.` });
      this.changes.push(`shares ${describe(ref)} ${shares.map((one) => `${one.targetGroup}=${one.weight}`).join(' ')}`);
      place.actions = place.actions.map((action) =>
        isForward(action) ? { type: 'forward', shares: shares.map((share) => ({ ...share })), sticky: false } : action,
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

  async targetHealth({ account, region, targetGroup }: TargetGroupRef): Promise<TargetCounts> {
    return this.trouble.run('targetHealth', () => {
      const counts = { Up: 0, Starting: 0, Down: 0, OutOfService: 0, Draining: 0, Unknown: 0 };
      const groups = this.serverGroups.everything().filter((group) => group.targetGroups.includes(targetGroup));
      for (const group of groups)
        if (group.account === account && group.region === region)
          for (const { health } of group.instances) if (health !== 'OutOfService') counts[health]++;
      return counts;
    });
  }

  async listenersOf({ account, region, targetGroup }: TargetGroupRef): Promise<readonly ListenerRef[]> {
    return this.trouble.run('listenersOf', () => {
      const sends = (actions: readonly Action[]): boolean =>
        actions.filter(isForward).some(({ shares }) => shares.some((share) => share.targetGroup === targetGroup));
      return this.balancers
        .filter((balancer) => balancer.account === account && balancer.region === region)
        .flatMap(({ name, listeners }) =>
          listeners.flatMap(({ port, actions, rules }) => {
            const ref = { account, region, loadBalancer: name, port };
            const own = rules.filter((rule) => sends(rule.actions)).map((rule) => ({ ...ref, rule: rule.arn }));
            return sends(actions) ? [ref, ...own] : own;
          }),
        );
    });
  }

  private find(ref: ListenerRef): { actions: readonly Action[] } | null {
    const listener = this.balancers
      .find(
        ({ account, region, name }) => account === ref.account && region === ref.region && name === ref.loadBalancer,
      )
      ?.listeners.find(({ port }) => port === ref.port);
    if (!listener || !ref.rule) return listener ?? null;
    return listener.rules.find(({ arn, priority }) => arn === ref.rule || priority === ref.rule) ?? null;
  }

  private need(ref: ListenerRef): { actions: readonly Action[] } {
    const found = this.find(ref);
    if (found) return found;
    throw new FailureError({ code: 'aws.gone', message: `${describe(ref)} does not exist in ${ref.region}.` });
  }
}

const forwardTo = (shares: readonly TrafficShare[], sticky: boolean): readonly Action[] =>
  shares.length === 0 ? [{ type: 'fixed-response' }] : [{ type: 'forward', shares, sticky }];

const keyOf = ({ account, region }: Omit<TargetGroupRef, 'targetGroup'>, name: string): string =>
  `${account}/${region}/${name}`;

const describe = ({ loadBalancer, port, rule }: ListenerRef): string =>
  `${loadBalancer}:${port}${rule ? ` rule ${rule}` : ''}`;
