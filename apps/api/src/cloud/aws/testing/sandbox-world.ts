import { demoScenario, type FaultRule, type Sandbox, type Scenario, startSandbox } from '@gennaker/aws-sandbox';
import type { AwsAccount } from '../accounts.ts';
import { type AwsCloud, createAwsCloud } from '../aws-cloud.ts';
import { startTripwire, type Tripwire } from './tripwire.ts';
import { VirtualClock } from './virtual-clock.ts';

/** Boots and passes its health check; fails it. Both belong to the demo scenario. */
export const GOOD_IMAGE = 'ami-0de0200000000000b';
export const BAD_IMAGE = 'ami-0de0300000000000c';

const STORE = '123456789012/us-east-1';
const KEYS = { accessKeyId: 'SANDBOXKEY', secretAccessKey: 'sandbox-secret' };

/** Another account's image that anybody may launch, under a name of its choice. */
const stranger: Scenario['accounts'][number] = {
  id: '999999999999',
  regions: [{ name: 'us-east-1', images: [{ id: 'ami-0bad0000000000001', name: 'squatted', public: true }] }],
};

/** The room in front of an emulated AWS, both on one clock that jumps. */
export interface SandboxWorld {
  readonly cloud: AwsCloud;
  readonly sandbox: Sandbox;
  readonly clock: VirtualClock;
  readonly tripwire: Tripwire;
  pass(ms: number): Promise<void>;
  fault(rule: FaultRule): void;
  clearFaults(): void;
  /** Names of launch templates that begin so. */
  templates(prefix: string): readonly string[];
  tags(group: string): Readonly<Record<string, string>>;
  tagKeys(group: string): readonly string[];
  stop(): Promise<void>;
}

export interface WorldOptions {
  readonly accounts?: readonly AwsAccount[];
  readonly scenario?: Scenario;
}

/** Starts a fresh world with the demo application in it. */
export async function startWorld(options: WorldOptions = {}): Promise<SandboxWorld> {
  const scenario = options.scenario ?? { ...demoScenario, accounts: [...demoScenario.accounts, stranger] };
  const sandbox = await startSandbox({ scenario });
  sandbox.clock.freeze();
  const clock = new VirtualClock(sandbox.clock.now(), (ms) => sandbox.clock.advance(ms));
  const tripwire = await startTripwire(sandbox.url);
  const cloud = createAwsCloud({
    accounts: options.accounts ?? [{ name: 'demo', accountId: '123456789012', regions: ['us-east-1'] }],
    endpoint: tripwire.endpoint,
    credentials: KEYS,
    clock,
    random: () => 0.5,
  });
  const store = () => sandbox.state().regions[STORE];
  const tags = (group: string) =>
    Object.fromEntries(Object.entries(store()?.groups[group]?.tags ?? {}).map(([key, tag]) => [key, tag.value]));
  // The world has been running for a while: its own instances are up.
  await clock.advance(60_000);
  return {
    cloud,
    sandbox,
    clock,
    tripwire,
    pass: (ms) => clock.advance(ms),
    fault: (rule) => void sandbox.faults.add(rule),
    clearFaults: () => sandbox.faults.clear(),
    templates: (prefix) =>
      Object.values(store()?.launchTemplates ?? {})
        .map((template) => template.name)
        .filter((name) => name.startsWith(prefix)),
    tags,
    tagKeys: (group) => Object.keys(tags(group)).sort(),
    async stop() {
      cloud.stop();
      await tripwire.stop();
      await sandbox.stop();
    },
  };
}
