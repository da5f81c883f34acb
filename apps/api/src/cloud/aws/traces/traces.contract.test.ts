import { demoScenario } from '@gennaker/aws-sandbox';
import { tracesContract } from '@gennaker/catalog/kit/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type SandboxWorld, startWorld } from '../testing/sandbox-world.ts';
import { op, spec } from '../testing/shop.ts';
import { BASE_IMAGE } from '../testing/two-accounts.ts';

const PLACE = { account: 'demo', region: 'us-east-1' };

let open: SandboxWorld;
beforeAll(async () => {
  open = await startWorld({ scenario: demoScenario });
});
afterAll(() => open.stop());

tracesContract('AWS', async () => {
  open.sandbox.reset();
  const { cloud, pass } = open;
  const { traces, serverGroups, images } = cloud;
  const [foreign = ''] = Object.keys(open.sandbox.state().regions['123456789012/us-east-1']?.groups ?? {});
  const leaveSnapshot = ({ imageId: ImageId }: { readonly imageId: string }): void =>
    void open.sandbox.do({
      account: '123456789012',
      call: { service: 'ec2', action: 'DeregisterImage', input: { ImageId } },
    });
  const bench = { traces, serverGroups, images, place: PLACE, spec: spec(), baseImageId: BASE_IMAGE, foreign, pass };
  return { ...bench, leaveSnapshot };
});

describe('on AWS', () => {
  it('shows a launch template whose server group is gone', async () => {
    open.sandbox.reset();
    const { serverGroups, traces } = open.cloud;
    await serverGroups.create(spec({ capacity: { min: 0, desired: 0, max: 0 } }), op('create'));
    expect((await traces.find(PLACE)).map(({ kind }) => kind)).toEqual(['serverGroup']);
    const { name: AutoScalingGroupName } = spec();
    const input = { AutoScalingGroupName, ForceDelete: true };
    open.sandbox.do({
      account: '123456789012',
      call: { service: 'autoscaling', action: 'DeleteAutoScalingGroup', input },
    });
    await open.pass(60_000);
    expect(await traces.find(PLACE)).toMatchObject([
      { kind: 'launchTemplate', serverGroup: AutoScalingGroupName, executionId: 'ex-1', stageId: 'st-1' },
    ]);
  });
});
