import type { Losing } from '../../clusters/served-locks.ts';
import { type ServedRun, sentTo } from '../../clusters/served-through.ts';
import type { StackRef, StackResource } from '../../kit/index.ts';

type Run = ServedRun<unknown, 'stacks'>;

const NESTED = 'AWS::CloudFormation::Stack';
const SERVER_GROUP = 'AWS::AutoScaling::AutoScalingGroup';
const TARGET_GROUP = 'AWS::ElasticLoadBalancingV2::TargetGroup';
const BALANCING: ReadonlySet<string> = new Set([
  'AWS::ElasticLoadBalancingV2::LoadBalancer',
  'AWS::ElasticLoadBalancingV2::Listener',
  'AWS::ElasticLoadBalancingV2::ListenerRule',
]);

/** Everything of the stack and of the stacks in it. */
async function allOf(run: Run, ref: StackRef): Promise<readonly StackResource[]> {
  const own = await run.ports.stacks.readResources(ref);
  const nested = own.filter(({ resourceType }) => resourceType === NESTED);
  const inner = await Promise.all(nested.map(({ physicalId }) => allOf(run, { ...ref, name: physicalId })));
  return [...own, ...inner.flat()];
}

/** `…:targetgroup/web/73e2` and `…:listener/app/web/50dc/f2f7` say `web`. */
const nameIn = (arn: string): string => {
  const [kind = '', ...parts] = (arn.split(':').at(-1) ?? '').split('/');
  return (kind === 'targetgroup' ? parts[0] : parts[1]) ?? '';
};

/**
 * What loses its requests when the stack is deleted: its server groups, and what gets requests through its target groups
 * and load balancers. Of a listener or a rule nobody can tell beforehand where its requests go then: they count as lost.
 */
export async function losingWith(run: Run, ref: StackRef): Promise<Losing> {
  const all = await allOf(run, ref);
  const { account, region } = ref;
  const namesOf = (isWanted: (type: string) => boolean, nameOf: (id: string) => string): readonly string[] => [
    ...new Set(all.filter((one) => isWanted(one.resourceType)).map(({ physicalId }) => nameOf(physicalId))),
  ];
  const balancers = await Promise.all(
    namesOf((type) => BALANCING.has(type), nameIn).map((name) =>
      run.ports.loadBalancers.read({ account, region, name }),
    ),
  );
  const own = namesOf((type) => type === TARGET_GROUP, nameIn);
  const asked = own.length > 0 ? await run.ports.serverGroups.requested({ account, region }, own) : [];
  const sent = balancers.flatMap((balancer) => sentTo(balancer?.listeners ?? []));
  return {
    account,
    region,
    targetGroups: [...new Set([...asked, ...sent])],
    gaining: [],
    serverGroups: [
      ...namesOf(
        (type) => type === SERVER_GROUP,
        (id) => id,
      ),
    ],
  };
}
