import { instanceType } from '../services/ec2/instance-types.ts';
import type { LaunchSpec } from '../services/ec2/launch.ts';
import type { Instance } from '../services/ec2/state.ts';
import type { TargetGroup } from '../services/elbv2/state.ts';
import { globMatches } from '../services/glob.ts';
import { ServiceError } from '../wire/service-error.ts';
import { SeededRandom } from '../world/random.ts';
import type { RegionStore } from '../world/state.ts';
import { type Effect, type FaultRule, type ParsedRule, ruleSchema } from './rule.ts';

/** The facts of a call that rules look at. */
export interface CallFacts {
  service: string;
  action: string;
  account: string;
  region: string;
  attempt: number;
  mutating: boolean;
  /** Names and ids among the parameters. */
  mentions: string[];
}

interface LiveRule extends ParsedRule {
  id: string;
  addedAt: number;
  seen: number;
  used: number;
  tokens: Map<string, { left: number; at: number }>;
}

/** Chances of faults are not those of the world. */
const seedTwist = 0x5bd1e995;
const usualGroupLimit = 500;

type EffectOf<K extends Effect['kind']> = Extract<Effect, { kind: K }>;

/** The faults in force. Everything drawn by chance comes from its own seed. */
export class FaultBook {
  #rules: LiveRule[] = [];
  #random: SeededRandom;
  #counter = 0;
  readonly #now: () => number;

  constructor(seed: number, now: () => number) {
    this.#random = new SeededRandom(seed ^ seedTwist);
    this.#now = now;
  }

  /** Adds a rule and returns its id. */
  add(rule: FaultRule): string {
    const parsed = ruleSchema.parse(rule);
    this.#counter += 1;
    const id = `fault-${this.#counter}`;
    this.#rules.push({ ...parsed, id, addedAt: this.#now(), seen: 0, used: 0, tokens: new Map() });
    return id;
  }

  /** Takes one rule away, or all of them. */
  clear(id?: string): void {
    this.#rules = id === undefined ? [] : this.#rules.filter((rule) => rule.id !== id);
  }

  /** No rules, and the same chances again as at the start with this seed. */
  beginAnew(seed: number): void {
    this.clear();
    this.#counter = 0;
    this.#random = new SeededRandom(seed ^ seedTwist);
  }

  list(): object[] {
    return this.#rules.map(({ tokens: _tokens, ...rule }) => rule);
  }

  /** True when some rule makes reads see the past. */
  get wantsHistory(): boolean {
    return this.#rules.some(({ effect }) => effect.kind === 'lag' || effect.kind === 'stale');
  }

  /** Draws the effects that meet this call, counting each use. */
  forCall(facts: CallFacts): Effect[] {
    const effects: Effect[] = [];
    for (const rule of this.#rules) {
      if (!isCallEffect(rule.effect) || !this.#active(rule, this.#now()) || !meets(rule, facts)) continue;
      rule.seen += 1;
      if (rule.match.nth !== undefined && rule.seen !== rule.match.nth) continue;
      if (rule.times !== undefined && rule.used >= rule.times) continue;
      if (rule.probability !== undefined && this.#random.next() >= rule.probability) continue;
      if (rule.effect.kind === 'bucket' && this.#takeToken(rule, rule.effect, facts)) continue;
      rule.used += 1;
      effects.push(rule.effect);
    }
    return effects;
  }

  #takeToken(rule: LiveRule, effect: EffectOf<'bucket'>, facts: CallFacts): boolean {
    const key = [facts.account, facts.region, facts.service, facts.action].join('/');
    const now = this.#now();
    const bucket = rule.tokens.get(key) ?? { left: effect.size, at: now };
    bucket.left = Math.min(effect.size, bucket.left + ((now - bucket.at) / 1000) * effect.refill);
    bucket.at = now;
    rule.tokens.set(key, bucket);
    if (bucket.left < 1) return false;
    bucket.left -= 1;
    return true;
  }

  #active(rule: LiveRule, now: number): boolean {
    const ends = rule.until === undefined ? Number.POSITIVE_INFINITY : rule.addedAt + rule.until * 1000;
    return now >= rule.addedAt + rule.after * 1000 && now < ends;
  }

  #worldRules<K extends Effect['kind']>(
    kind: K,
    now: number,
    where?: RegionStore,
  ): Array<{ rule: LiveRule; effect: EffectOf<K> }> {
    if (this.#rules.length === 0) return [];
    return this.#rules.flatMap((rule) => {
      const here =
        where === undefined ||
        ((rule.match.account ?? where.account) === where.account &&
          (rule.match.region ?? where.region) === where.region);
      return rule.effect.kind === kind && here && this.#active(rule, now)
        ? [{ rule, effect: rule.effect as EffectOf<K> }]
        : [];
    });
  }

  /** True when a fault makes this instance's application fail its checks now. */
  failsHealthChecks(instance: Instance, now: number): boolean {
    return this.#worldRules('unhealthy', now).some(({ rule, effect }) => {
      if (!hits(rule, instance, effect.percent)) return false;
      const since = now - (instance.runningAt + effect.after * 1000);
      if (since < 0) return false;
      return effect.flap === undefined || Math.floor(since / (effect.flap * 1000)) % 2 === 0;
    });
  }

  /** The moments at which `failsHealthChecks` may change its mind about this instance. */
  healthCheckMoments(instance: Instance, now: number): number[] {
    if (this.#rules.length === 0) return [];
    return this.#rules.flatMap((rule) => {
      if (rule.effect.kind !== 'unhealthy' || !hits(rule, instance, rule.effect.percent)) return [];
      const { after, flap } = rule.effect;
      const from = instance.runningAt + after * 1000;
      const moments = [from, rule.addedAt + rule.after * 1000];
      if (rule.until !== undefined) moments.push(rule.addedAt + rule.until * 1000);
      if (flap !== undefined && now >= from)
        moments.push(from + (Math.floor((now - from) / (flap * 1000)) + 1) * flap * 1000);
      return moments;
    });
  }

  /** When and how a fault ends this instance; null when none does. */
  fateOf(instance: Instance): { at: number; how: 'impaired' | 'stop' | 'terminate' } | null {
    for (const { rule, effect } of this.#worldRules('die', this.#now())) {
      if (hits(rule, instance, effect.percent))
        return { at: instance.runningAt + effect.after * 1000, how: effect.how };
    }
    return null;
  }

  /** Refuses a launch for want of capacity or quota, in EC2's words. */
  checkCapacity(store: RegionStore, spec: LaunchSpec, now: number): void {
    for (const { effect } of this.#worldRules('capacity', now, store)) {
      if (!globMatches(effect.type, spec.type) || !globMatches(effect.zone, spec.subnet.zone)) continue;
      if (effect.market !== undefined && (effect.market === 'spot') !== spec.spot) continue;
      const alive = Object.values(store.instances).filter(
        (each) =>
          each.shuttingDownAt === null &&
          each.type === spec.type &&
          each.zone === spec.subnet.zone &&
          (effect.market === undefined || Boolean(each.spot) === spec.spot),
      );
      if (alive.length < effect.free) continue;
      const others = store.zones.filter((zone) => zone !== spec.subnet.zone).join(', ');
      const message = `We currently do not have sufficient ${spec.type} capacity in the Availability Zone you requested (${spec.subnet.zone}). Our system will be working on provisioning additional capacity. You can currently get ${spec.type} capacity by not specifying an Availability Zone in your request or choosing ${others}.`;
      throw new ServiceError('InsufficientInstanceCapacity', message, 500);
    }
    for (const { effect } of this.#worldRules('quota', now, store)) {
      if (effect.vcpu === undefined) continue;
      const alive = Object.values(store.instances).filter((each) => each.shuttingDownAt === null);
      const used = alive.reduce((sum, each) => sum + (instanceType(each.type)?.vcpus ?? 1), 0);
      if (used + (instanceType(spec.type)?.vcpus ?? 1) <= effect.vcpu) continue;
      throw new ServiceError(
        'VcpuLimitExceeded',
        `You have requested more vCPU capacity than your current vCPU limit of ${effect.vcpu} allows for the instance bucket that the specified instance type belongs to. Please visit http://aws.amazon.com/contact-us/ec2-request to request an adjustment to this limit.`,
      );
    }
  }

  /** Extra milliseconds an instance stays pending. */
  slowerBootMs(store: RegionStore, spec: LaunchSpec): number {
    const never = 10 * 365 * 86_400_000;
    return this.#worldRules('boot', this.#now(), store)
      .filter(({ rule }) => rule.match.resource === undefined || mentionsSpec(rule.match.resource, spec))
      .reduce((sum, { effect }) => sum + (effect.seconds === 'never' ? never : effect.seconds * 1000), 0);
  }

  /** True when the instance ends at once, as with a key it may not use. */
  failsOnBoot(store: RegionStore, spec: LaunchSpec): boolean {
    return this.#worldRules('kms', this.#now(), store).some(
      ({ rule }) => rule.match.resource === undefined || mentionsSpec(rule.match.resource, spec),
    );
  }

  /** Why an image that is being made will fail; undefined when it will not. */
  imageFailure(store: RegionStore, name: string): string | undefined {
    return this.#worldRules('image', this.#now(), store).find(
      ({ rule }) => rule.match.resource === undefined || globMatches(rule.match.resource, name),
    )?.effect.message;
  }

  /** How many groups a region may hold. */
  groupLimit(store: RegionStore): number {
    const limits = this.#worldRules('quota', this.#now(), store).flatMap(({ effect }) => effect.groups ?? []);
    return Math.min(usualGroupLimit, ...limits);
  }

  checkGroups(store: RegionStore): void {
    const limit = this.groupLimit(store);
    if (Object.keys(store.groups).length < limit) return;
    throw new ServiceError('LimitExceeded', `You have already reached the limit of ${limit} Auto Scaling groups`);
  }

  checkTargets(group: TargetGroup, more: number): void {
    for (const { effect } of this.#worldRules('quota', this.#now())) {
      if (effect.targets === undefined || Object.keys(group.targets).length + more <= effect.targets) continue;
      throw new ServiceError('TooManyTargets', `The maximum number of targets for the target group has been reached`);
    }
  }
}

const worldKinds = new Set<Effect['kind']>(['capacity', 'quota', 'boot', 'kms', 'image', 'unhealthy', 'die']);

const isCallEffect = (effect: Effect): boolean => !worldKinds.has(effect.kind);

function meets(rule: ParsedRule, facts: CallFacts): boolean {
  const { service, action, account, region, resource, attempt, mutating } = rule.match;
  if (service !== undefined && service !== facts.service) return false;
  if (action !== undefined && !globMatches(action, facts.action)) return false;
  if (account !== undefined && account !== facts.account) return false;
  if (region !== undefined && region !== facts.region) return false;
  if (mutating !== undefined && mutating !== facts.mutating) return false;
  if (attempt !== undefined && attempt !== facts.attempt) return false;
  return resource === undefined || facts.mentions.some((text) => globMatches(resource, text));
}

function mentionsSpec(pattern: string, spec: LaunchSpec): boolean {
  return [spec.imageId, spec.tags['aws:autoscaling:groupName'] ?? '', spec.subnet.zone].some((text) =>
    globMatches(pattern, text),
  );
}

/** Decides by the instance's own id, so that the same instances are hit at every look. */
function hits(rule: LiveRule, instance: Instance, percent: number): boolean {
  const pattern = rule.match.resource;
  const names = [instance.id, instance.imageId, instance.tags['aws:autoscaling:groupName'] ?? ''];
  if (pattern !== undefined && !names.some((name) => globMatches(pattern, name))) return false;
  if (percent >= 100) return true;
  let hash = 2166136261;
  for (const char of `${rule.id}/${instance.id}`) hash = Math.imul(hash ^ char.charCodeAt(0), 16777619);
  return ((hash >>> 0) % 10_000) / 100 < percent;
}
