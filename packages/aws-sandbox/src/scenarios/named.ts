import type { FaultRule } from '../faults/rule.ts';
import type { Scenario } from '../scenario/schema.ts';
import { demoScenario } from './demo.ts';

const successor = 'ami-0de0200000000000b';
const serving = 'demo-web-v000';

type App = NonNullable<
  NonNullable<NonNullable<Scenario['accounts'][number]['regions']>[number]['images']>[number]['app']
>;

/** The demo, in which everything goes wrong in one way. */
const demoWith = (name: string, faults: FaultRule[]): Scenario => ({ ...demoScenario, name, faults });

/** The demo, in which version 2.0.0, the one to deploy, behaves in another way. */
function demoWhere(name: string, app: App): Scenario {
  const accounts = demoScenario.accounts.map((account) => ({
    ...account,
    regions: account.regions?.map((region) => ({
      ...region,
      images: region.images?.map((image) =>
        image.id === successor ? { ...image, app: { ...image.app, ...app } } : image,
      ),
    })),
  }));
  return { ...demoScenario, name, accounts };
}

const asNeighbour = (action: string, input: object) => ({
  kind: 'external' as const,
  call: { call: { service: 'autoscaling', action, input: { AutoScalingGroupName: serving, ...input } } },
});

/** Another team's scripts in the same account: they resize, resume and clean up in the midst of a deploy. */
const neighbour: FaultRule[] = [
  {
    match: { action: 'CreateAutoScalingGroup' },
    effect: asNeighbour('SetDesiredCapacity', { DesiredCapacity: 4 }),
    times: 1,
  },
  {
    match: { action: 'DeregisterTargets' },
    effect: asNeighbour('ResumeProcesses', { ScalingProcesses: ['AddToLoadBalancer'] }),
    times: 1,
  },
  {
    match: { action: 'DescribeTargetHealth', nth: 4 },
    effect: asNeighbour('UpdateAutoScalingGroup', { MinSize: 1, MaxSize: 6 }),
  },
  { effect: { kind: 'bucket', size: 40, refill: 10 } },
];

const scenarios: Record<string, Scenario> = {
  demo: demoScenario,
  happy: demoWith('happy', []),
  'slow-boot': demoWith('slow-boot', [{ effect: { kind: 'boot', seconds: 120 } }]),
  'no-capacity-one-zone': demoWith('no-capacity-one-zone', [{ effect: { kind: 'capacity', zone: 'us-east-1a' } }]),
  'bad-ami': demoWhere('bad-ami', { healthy: false, errorRate: 1 }),
  'crash-loop': {
    ...demoWhere('crash-loop', { crash: true }),
    faults: [{ match: { resource: successor }, effect: { kind: 'die', after: 20 } }],
  },
  flapping: demoWhere('flapping', { flap: 20 }),
  throttled: demoWith('throttled', [{ effect: { kind: 'throttle' }, probability: 0.3 }]),
  lossy: demoWith('lossy', [
    { effect: { kind: 'dropAfter' }, probability: 0.05 },
    { effect: { kind: 'dropBefore' }, probability: 0.05 },
  ]),
  laggy: demoWith('laggy', [{ effect: { kind: 'lag', ms: 20_000 } }]),
  'hostile-neighbour': demoWith('hostile-neighbour', neighbour),
  'expiring-session': demoWith('expiring-session', [{ effect: { kind: 'expire' }, probability: 0.05 }]),
  'region-down': demoWith('region-down', [
    {
      match: { region: 'us-west-2' },
      effect: { kind: 'error', code: 'ServiceUnavailable', status: 503, message: 'Service is unavailable.' },
    },
  ]),
};

export const scenarioNames: string[] = Object.keys(scenarios);

/** A scenario by name; undefined when there is none of that name. */
export const namedScenario = (name: string): Scenario | undefined => scenarios[name];
