import type { ChildStart, HttpRequest, LoadBalancerSpec, PortName, Ports } from '@gennaker/catalog/kit';
import { createWorld, type World } from '@gennaker/catalog/kit/in-memory';
import { FailureError, isJsonObject, type JsonObject, parseMoniker } from '@gennaker/pipeline-dsl';
import { defaultAnswer } from './default-answers.ts';
import { describeCall, effectOf, plainArguments, type RecordedCall } from './recorded-call.ts';
import { outcomeOf, type Script, stageScript } from './script.ts';

/** The stage that makes a call. */
export interface CallingStage {
  readonly id: string;
  readonly refId: string;
  readonly name: string;
  /** The stages that planned it, nearest first. */
  readonly plannedBy: ReadonlyArray<{ readonly name: string; readonly refId: string }>;
  /** Acts on server groups that are there, rather than making one. */
  readonly actsOnExisting: boolean;
  readonly context: JsonObject;
}

interface AskedCluster {
  readonly account?: string;
  readonly region?: string;
  readonly cluster?: string;
  readonly name?: string;
}

const CHILD_STATUS = {
  fail: 'TERMINAL',
  cancel: 'CANCELED',
  skip: 'CANCELED',
  timeout: 'RUNNING',
  succeed: 'SUCCEEDED',
} as const;

/**
 * The world a simulation runs against: in memory, as the script sets it up, and obliging where the script is silent.
 * Clusters, images, services and child pipelines that a stage asks for are there and in order. Every call is recorded.
 */
export class ScriptedCloud {
  readonly world: World;
  readonly calls: RecordedCall[] = [];
  /** Stages whose child has ended since the last look. */
  readonly wakes: string[] = [];
  private readonly script: Script;
  /** What stages may call; time is the engine's. */
  private readonly ports: Omit<World, 'clock'>;
  private readonly startedAt: number;
  private readonly needsTwo: boolean;
  private readonly seen = new Set<string>();
  /** Server groups that are or were there, by account, region and name. */
  private readonly existed = new Set<string>();
  private readonly answered = new Map<string, number>();
  private readonly failures: Array<Script['failures'][number] & { left: number }>;

  /** `actsWithoutDeploy`: the pipeline acts on server groups and makes none, so that each cluster needs two. */
  constructor(script: Script, actsWithoutDeploy: boolean) {
    this.script = script;
    this.needsTwo = actsWithoutDeploy;
    this.startedAt = Date.parse(script.start);
    this.world = createWorld(this.startedAt);
    const { clock: _clock, ...ports } = this.world;
    this.ports = ports;
    this.failures = script.failures.map((failure) => ({ ...failure, left: failure.times }));
    this.build();
  }

  /** The ports as one stage sees them. */
  portsFor(stage: CallingStage): Ports {
    return new Proxy(this.ports, {
      get: (ports, name) => {
        const port: unknown = Reflect.get(ports, name);
        // Leases are how stages keep out of each other's way, guards what applications ask for: nothing of the cloud.
        if (port === undefined || name === 'leases' || name === 'guards') return port;
        return this.record(name as PortName, port as object, stage);
      },
    });
  }

  /** Failures of the script that no call has met, as sentences. */
  unmetFailures(): string[] {
    return this.failures
      .filter(({ left, times }) => left === times)
      .map(
        ({ call, stage }) => `The script lets ${call} fail${stage ? ` in "${stage}"` : ''}, which was never called.`,
      );
  }

  private build(): void {
    const { serverGroups, images } = this.world;
    const { cloud } = this.script;
    images.images.length = 0;
    for (const image of cloud.images ?? []) images.add(image);
    for (const image of cloud.unhealthyImages) serverGroups.sickImages.add(image);
    for (const group of Object.values(cloud.clusters).flat()) {
      const { image, ...rest } = group;
      serverGroups.add({ ...rest, ...(image === undefined ? {} : { imageId: image }) });
    }
  }

  private record(name: PortName, port: object, stage: CallingStage): object {
    return new Proxy(port, {
      get: (target, key) => {
        const member: unknown = Reflect.get(target, key, target);
        if (typeof member !== 'function' || typeof key !== 'string') return member;
        return (...args: unknown[]) => this.call(name, key, args, stage, () => member.apply(target, args));
      },
    });
  }

  private async call(
    port: PortName,
    method: string,
    args: readonly unknown[],
    stage: CallingStage,
    forward: () => unknown,
  ): Promise<unknown> {
    const call: RecordedCall = {
      atMs: this.world.clock.now() - this.startedAt,
      stageId: stage.id,
      call: `${port}.${method}`,
      effect: effectOf(port, method, args),
      // Most are looks, which nobody prints.
      get text() {
        return describeCall(port, method, args);
      },
      get arguments() {
        return plainArguments(args);
      },
    };
    this.calls.push(call);
    try {
      this.failIfScripted(call.call, stage);
      const instead = this.prepare(port, method, args, stage);
      const answer = instead === undefined ? await forward() : instead;
      if (port === 'pipelines' && method === 'start') this.playChild(args[0] as ChildStart, answer, stage);
      return answer;
    } catch (error) {
      call.error = error instanceof Error ? error.message : String(error);
      throw error;
    }
  }

  private failIfScripted(call: string, stage: CallingStage): void {
    const failure = this.failures.find(
      (each) =>
        each.left > 0 &&
        each.call === call &&
        (each.stage === undefined || each.stage === stage.name || each.stage === stage.refId),
    );
    if (!failure) return;
    failure.left -= 1;
    throw new FailureError({ code: failure.code, message: failure.error, retry: failure.retry });
  }

  /** Makes sure that what is asked for is there; an answer here takes the place of the world's. */
  private prepare(port: PortName, method: string, args: readonly unknown[], stage: CallingStage): unknown {
    const asked = args[0];
    if (port === 'monitors' && method === 'find') return monitorCalled(String(asked));
    if (!isJsonObject(asked)) return undefined;
    if (port === 'judge') this.prepareJudge(method, asked, stage);
    if (port === 'http') this.prepareAnswer(asked as unknown as HttpRequest, stage);
    if (port === 'images' && method === 'find') this.prepareImage(asked);
    if (port === 'images' && method === 'findByTags') this.prepareTagged(asked);
    if (port === 'loadBalancers') this.prepareListener(asked, method === 'upsert' ? sharesIn(asked) : args[1], stage);
    if (port === 'securityGroups') this.prepareSecurityGroups(asked);
    if (port !== 'serverGroups') return undefined;
    this.prepareCluster(asked as AskedCluster, stage);
    return method === 'preflight' ? this.missingTargetGroups(asked) : undefined;
  }

  private missingTargetGroups(spec: JsonObject): readonly string[] | undefined {
    const known = this.script.cloud.targetGroups;
    const wanted = Array.isArray(spec['targetGroups']) ? spec['targetGroups'].map(String) : [];
    const missing = known === undefined ? [] : wanted.filter((name) => !known.includes(name));
    return missing.length === 0 ? undefined : missing.map((name) => `Target group ${name} does not exist.`);
  }

  /** A cluster nobody has asked for yet has a healthy v000; two serve where a stage acts on what is there. */
  private prepareCluster(asked: AskedCluster, stage: CallingStage): void {
    const { account, region, name } = asked;
    const cluster = asked.cluster ?? (name === undefined ? undefined : (parseMoniker(name)?.cluster ?? name));
    if (account === undefined || region === undefined || cluster === undefined) return;
    if (Object.hasOwn(this.script.cloud.clusters, cluster)) return;
    const place = { account, region, cluster };
    const key = `${account}/${region}/${cluster}`;
    if (!this.seen.has(key)) {
      this.seen.add(key);
      this.groupExists(place, `${cluster}-v000`, servedThrough(stage));
      if (name === undefined && (stage.actsOnExisting || this.needsTwo)) this.groupExists(place, `${cluster}-v001`);
    }
    if (name !== undefined && stage.actsOnExisting) this.groupExists(place, name);
    if (name !== undefined) this.existed.add(`${account}/${region}/${name}`);
  }

  /** Puts a healthy server group there, unless it is or was there. */
  private groupExists(
    { account, region, cluster }: Required<Omit<AskedCluster, 'name'>>,
    name: string,
    targetGroup: string | null = null,
  ): void {
    const key = `${account}/${region}/${name}`;
    if (this.existed.has(key)) return;
    this.existed.add(key);
    const targetGroups = [targetGroup ?? `${cluster}-tg`];
    this.world.serverGroups.add({ name, account, region, targetGroups, imageId: 'ami-before' });
    this.imageExists({ region, account, id: 'ami-before', name: `${cluster}-before` });
  }

  /** Security groups that rules name are there. */
  private prepareSecurityGroups({ account, region, name: own, ingress }: JsonObject): void {
    const place = { account: String(account), region: String(region) };
    for (const rule of Array.isArray(ingress) ? ingress.filter(isJsonObject) : []) {
      const name = rule['securityGroup'];
      if (typeof name !== 'string' || name === own || this.seen.has(`security group ${name}`)) continue;
      this.seen.add(`security group ${name}`);
      this.world.securityGroups.add({ ...place, name });
    }
  }

  /** A listener that a stage asks for forwards to what serves, or to the target group named after its load balancer. */
  private prepareListener(
    { account, region, loadBalancer, port, rule }: JsonObject,
    shares: unknown,
    stage: CallingStage,
  ): void {
    const place = { account: String(account), region: String(region) };
    const { loadBalancers } = this.world;
    for (const share of Array.isArray(shares) ? shares : [])
      if (isJsonObject(share)) loadBalancers.addTargetGroup({ ...place, targetGroup: String(share['targetGroup']) });
    if (typeof loadBalancer !== 'string' || typeof port !== 'number') return;
    const priority = typeof rule === 'string' ? rule : null;
    const served = servedThrough(stage) ?? `${loadBalancer}-tg`;
    loadBalancers.ensure({ ...place, loadBalancer, port, rule: priority }, served);
  }

  private prepareImage({ account, region, nameOrId }: JsonObject): void {
    const wanted = String(nameOrId);
    const place = { account: String(account), region: String(region) };
    if (this.script.cloud.images !== undefined || wanted === '') return;
    const isKnown = this.world.images.images.some(
      (image) => image.region === region && [image.id, image.name].includes(wanted),
    );
    if (isKnown) return;
    this.imageExists({ ...place, id: wanted.startsWith('ami-') ? wanted : `ami-${slug(wanted)}`, name: wanted });
  }

  private prepareTagged({ account, region, tags, nameGlob, ownerId }: JsonObject): void {
    if (this.script.cloud.images !== undefined) return;
    const wanted = isJsonObject(tags)
      ? Object.fromEntries(Object.entries(tags).map(([key, value]) => [key, String(value)]))
      : {};
    const stem = typeof nameGlob === 'string' ? nameGlob.replaceAll(/[*?]/g, '') : '';
    const owner = typeof ownerId === 'string' ? { ownerId } : {};
    const fits = this.world.images.images.some(
      (image) =>
        image.region === region &&
        image.name.includes(stem) &&
        image.ownerId === (owner.ownerId ?? image.ownerId) &&
        Object.entries(wanted).every(([key, value]) => image.tags[key] === value),
    );
    if (fits) return;
    const name = [stem, slug(Object.values(wanted).join('-')) || 'image'].filter(Boolean).join('-');
    const place = { account: String(account), region: String(region) };
    this.imageExists({ ...place, ...owner, id: `ami-${slug(name)}`, name, tags: wanted });
  }

  private imageExists(image: {
    account: string;
    region: string;
    id: string;
    name: string;
    ownerId?: string;
    tags?: Record<string, string>;
  }): void {
    const { images } = this.world.images;
    if (!images.some((each) => each.id === image.id && each.region === image.region)) this.world.images.add(image);
  }

  /** Every canary config that a stage names is there, with a metric in each of its scopes; scores are the script's. */
  private prepareJudge(method: string, asked: JsonObject, stage: CallingStage): void {
    const { judge } = this.world;
    if (method === 'judge') {
      const scripted = [stage, ...stage.plannedBy].map((one) => stageScript(this.script, one)?.scores);
      const scores = scripted.find((list) => list !== undefined) ?? [100];
      const number = isJsonObject(asked['look']) ? Number(asked['look']['number']) : 1;
      judge.scores = [scores[Math.min(number, scores.length) - 1] ?? 100];
      return;
    }
    const name = String(asked['id'] || asked['name']);
    if (method !== 'config' || this.seen.has(`canary config ${name}`)) return;
    this.seen.add(`canary config ${name}`);
    const { canaryConfig } = stage.context;
    const scopes = isJsonObject(canaryConfig) && Array.isArray(canaryConfig['scopes']) ? canaryConfig['scopes'] : [];
    judge.store(name, {
      name,
      applications: [String(asked['application'])],
      metrics: scopes.filter(isJsonObject).map(({ scopeName }) => ({
        name: `metric of ${String(scopeName)}`,
        query: { type: 'cloudwatch', metricName: 'any' },
        scopeName: String(scopeName),
      })),
    });
  }

  private prepareAnswer(request: HttpRequest, stage: CallingStage): void {
    const answers = stageScript(this.script, stage)?.answers;
    const count = this.answered.get(stage.id) ?? 0;
    this.answered.set(stage.id, count + 1);
    const scripted = answers?.[Math.min(count, answers.length - 1)];
    if (scripted?.error !== undefined)
      throw new FailureError({ code: 'http.unreachable', message: scripted.error, retry: true });
    const answer = scripted ?? defaultAnswer(request, stage.context);
    this.world.http.answer(`${request.method} ${request.url}`, {
      status: answer.status,
      body: answer.body ?? {},
      headers: Object.fromEntries(Object.entries(answer.headers).map(([key, value]) => [key.toLowerCase(), value])),
    });
  }

  /** Ends a child as the script says, and wakes the stage that waits for it. */
  private playChild(child: ChildStart, started: unknown, stage: CallingStage): void {
    if (!isJsonObject(started) || typeof started['executionId'] !== 'string') return;
    const { executionId } = started;
    const scripted = stageScript(this.script, stage);
    const status = CHILD_STATUS[outcomeOf(scripted) ?? 'succeed'];
    const failures =
      status === 'TERMINAL'
        ? [{ stageId: '1', stageName: 'scripted', message: scripted?.error ?? 'The script lets it fail.' }]
        : [];
    const end = (): void => {
      const { children } = this.world.pipelines;
      const running = children.get(executionId);
      if (running?.status !== 'RUNNING') return;
      children.set(executionId, {
        ...running,
        name: child.pipeline,
        status,
        outputs: scripted?.outputs ?? {},
        failures,
        canceledBy: status === 'CANCELED' ? 'simulation' : null,
      });
      this.wakes.push(child.parentStageId);
    };
    if (scripted?.takes) this.world.clock.in(scripted.takes, end);
    else end();
  }
}

/** Every target group that a load balancer to be saved sends to and does not define. */
function sharesIn(spec: JsonObject): readonly unknown[] {
  const { listeners, targetGroups } = spec as unknown as LoadBalancerSpec;
  const own = new Set(targetGroups.map(({ name }) => name));
  return listeners
    .flatMap(({ actions, rules }) => [...actions, ...rules.flatMap((rule) => rule.actions)])
    .flatMap(({ shares = [] }) => shares.filter(({ targetGroup }) => !own.has(targetGroup)));
}

/** Every monitor that a deploy names is there. */
const monitorCalled = (id: string) => ({
  id,
  name: id,
  url: `https://${slug(id) || 'monitor'}.monitor.example`,
  maxAnalysisMinutes: 30,
  failOnError: true,
});

/** The target group that serves before a deploy that shifts requests from one to another; null for any other stage. */
function servedThrough({ context }: CallingStage): string | null {
  const [first] = Array.isArray(context['targetGroups']) ? context['targetGroups'] : [];
  return context['strategy'] === 'weighted' && typeof first === 'string' ? first : null;
}

const slug = (value: string): string =>
  value
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
