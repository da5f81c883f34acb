import { FailureError } from '@gennaker/pipeline-dsl';
import { beforeEach, describe, expect, it } from 'vitest';
import type { ListenerRef, LoadBalancers, Operation } from '../ports/index.ts';

/** A fresh world with one load balancer whose listener forwards everything to the first target group. */
export interface LoadBalancersBench {
  readonly loadBalancers: LoadBalancers;
  readonly listener: ListenerRef;
  /** The first has the traffic; the second has none and nothing sends to it. */
  readonly targetGroups: readonly [string, string];
}

const operation = (key: string): Operation => ({ key, executionId: 'execution-1', stageId: 'stage-1' });

/** What every implementation of the port must do. Run it with the port on a fresh world for each case. */
export function loadBalancersContract(name: string, makeBench: () => Promise<LoadBalancersBench>): void {
  describe(`${name} keeps the promises of load balancers`, () => {
    let bench: LoadBalancersBench;
    let port: LoadBalancers;
    beforeEach(async () => {
      bench = await makeBench();
      port = bench.loadBalancers;
    });

    const shares = (...weights: readonly [number, number]) => [
      { targetGroup: bench.targetGroups[0], weight: weights[0] },
      { targetGroup: bench.targetGroups[1], weight: weights[1] },
    ];
    const codeOf = async (work: Promise<unknown>): Promise<string> => {
      const error = await work.catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(FailureError);
      return (error as FailureError).failure.code;
    };

    it('a listener that is not there has no shares, and cannot be changed', async () => {
      const nowhere = { ...bench.listener, port: 4242 };
      expect(await port.readShares(nowhere)).toBeNull();
      expect(await port.readShares({ ...bench.listener, loadBalancer: 'nobody' })).toBeNull();
      expect(await port.readShares({ ...bench.listener, rule: '77' })).toBeNull();
      expect(await codeOf(port.setShares(nowhere, shares(1, 1), operation('a')))).toBe('aws.gone');
    });

    it('at first everything goes to the first target group', async () => {
      const read = await port.readShares(bench.listener);
      expect(read?.shares.map((share) => share.targetGroup)).toEqual([bench.targetGroups[0]]);
      expect(read?.sticky).toBe(false);
    });

    it('shares are set, read back, set again without harm, and taken back', async () => {
      const before = await port.readShares(bench.listener);
      await port.setShares(bench.listener, shares(100, 0), operation('attach'));
      expect((await port.readShares(bench.listener))?.shares).toEqual(shares(100, 0));
      await port.setShares(bench.listener, shares(90, 10), operation('shift'));
      await port.setShares(bench.listener, shares(90, 10), operation('shift'));
      expect((await port.readShares(bench.listener))?.shares).toEqual(shares(90, 10));
      await port.restoreActions(bench.listener, before?.actions ?? {}, operation('undo'));
      expect(await port.readShares(bench.listener)).toEqual(before);
    });

    it('a target group that does not exist is refused, and nothing has changed', async () => {
      const before = await port.readShares(bench.listener);
      const wrong = [{ targetGroup: 'nobody-tg', weight: 1 }];
      expect(await codeOf(port.setShares(bench.listener, wrong, operation('a')))).toBe('aws.gone');
      expect(await port.readShares(bench.listener)).toEqual(before);
    });

    it('weights that give nobody any requests, or do not exist, are refused', async () => {
      for (const wrong of [shares(0, 0), shares(1, 1000), shares(1, 0.5), []])
        expect(await codeOf(port.setShares(bench.listener, wrong, operation('a')))).toBe('aws.wrong-input');
    });

    it('tells which listeners send to a target group', async () => {
      const place = { account: bench.listener.account, region: bench.listener.region };
      const of = (targetGroup: string) => port.listenersOf({ ...place, targetGroup });
      expect(await of(bench.targetGroups[0])).toEqual([bench.listener]);
      expect(await of(bench.targetGroups[1])).toEqual([]);
      expect(await of('nobody-tg')).toEqual([]);
      await port.setShares(bench.listener, shares(1, 0), operation('attach'));
      expect(await of(bench.targetGroups[1])).toEqual([bench.listener]);
    });

    it('counts no targets where there are none', async () => {
      const place = { account: bench.listener.account, region: bench.listener.region };
      const none = { Up: 0, Starting: 0, Down: 0, OutOfService: 0, Draining: 0, Unknown: 0 };
      expect(await port.targetHealth({ ...place, targetGroup: bench.targetGroups[1] })).toEqual(none);
      expect(await port.targetHealth({ ...place, targetGroup: 'nobody-tg' })).toEqual(none);
    });
  });
}
