import { beforeEach, describe, expect, it } from 'vitest';
import type { LeaseHolder, Leases } from '../ports/index.ts';

/** A port whose clock is moved by hand. */
export interface LeasesBench {
  readonly leases: Leases;
  pass(ms: number): void;
}

const who = (name: string): LeaseHolder => ({ executionId: name, stageId: 'stage', description: `work of ${name}` });
const [ann, bob, cyd] = [who('ann'), who('bob'), who('cyd')];
const KEY = 'a lease';

/** What every implementation of the port must do. Run it with a port without any leases for each case. */
export function leasesContract(name: string, makeBench: () => LeasesBench | Promise<LeasesBench>): void {
  describe(`${name} keeps the promises of leases`, () => {
    let leases: Leases;
    let pass: (ms: number) => void;
    beforeEach(async () => {
      ({ leases, pass } = await makeBench());
    });

    it('one has it, the others hear who does and since when', async () => {
      expect(await leases.take(KEY, ann)).toEqual({ held: true, fresh: true, note: {} });
      pass(1_000);
      expect(await leases.take(KEY, ann)).toEqual({ held: true, fresh: false, note: {} });
      const answer = await leases.take(KEY, bob);
      expect(answer).toMatchObject({ held: false, holder: ann });
      expect(await leases.take('another lease', bob)).toMatchObject({ held: true });
    });

    it('of many who ask at once one gets it', async () => {
      const askers = Array.from({ length: 8 }, (_, i) => who(`asker-${i}`));
      const answers = await Promise.all(askers.map((asker) => leases.take(KEY, asker)));
      expect(answers.filter(({ held }) => held)).toHaveLength(1);
    });

    it('is free when let go, with the facts left for those who wait', async () => {
      await leases.take(KEY, ann);
      await leases.take(KEY, bob);
      expect(await leases.release(KEY, ann, { image: 'ami-1' })).toBeNull();
      expect(await leases.take(KEY, bob)).toEqual({ held: true, fresh: true, note: { image: 'ami-1' } });
    });

    it('leaves no facts when nobody waits for them', async () => {
      await leases.take(KEY, ann);
      await leases.note(KEY, ann, { machine: 'i-1' });
      await leases.release(KEY, ann, { image: 'ami-1' });
      expect(await leases.take(KEY, bob)).toEqual({ held: true, fresh: true, note: {} });
    });

    it('of a holder who does not come back goes to the next, with what was noted', async () => {
      await leases.take(KEY, ann);
      expect(await leases.note(KEY, ann, { machine: 'i-1' })).toBe(true);
      expect(await leases.note(KEY, ann, { image: 'ami-1' })).toBe(true);
      pass(170_000);
      expect((await leases.take(KEY, bob)).held).toBe(false);
      pass(20_000);
      const note = { machine: 'i-1', image: 'ami-1' };
      expect(await leases.take(KEY, bob)).toEqual({ held: true, fresh: true, note });
      expect(await leases.note(KEY, ann, { machine: 'i-2' })).toBe(false);
      expect(await leases.take(KEY, ann)).toMatchObject({ held: false, holder: bob });
    });

    it('is handed over only when somebody waits', async () => {
      await leases.take(KEY, ann);
      await leases.note(KEY, ann, { machine: 'i-1' });
      expect(await leases.handOver(KEY, ann)).toBe(false);
      await leases.take(KEY, bob);
      expect(await leases.handOver(KEY, ann)).toBe(true);
      expect(await leases.handOver(KEY, ann)).toBe(true);
      expect(await leases.take(KEY, bob)).toEqual({ held: true, fresh: true, note: { machine: 'i-1' } });
    });

    it('does not count as waiting who has not asked for a while, or no longer waits', async () => {
      await leases.take(KEY, ann);
      await leases.take(KEY, bob);
      await leases.take(KEY, cyd);
      expect(await leases.release(KEY, bob)).toBeNull();
      pass(125_000);
      expect(await leases.handOver(KEY, ann)).toBe(false);
    });

    it('tells the last who waited of facts that nobody cares for any more', async () => {
      await leases.take(KEY, ann);
      await leases.note(KEY, ann, { machine: 'i-1' });
      await leases.take(KEY, bob);
      await leases.take(KEY, cyd);
      await leases.handOver(KEY, ann);
      expect(await leases.release(KEY, bob)).toBeNull();
      expect(await leases.release(KEY, cyd)).toEqual({ machine: 'i-1' });
      expect(await leases.take(KEY, ann)).toEqual({ held: true, fresh: true, note: {} });
    });

    it('of an unknown key is nobody’s', async () => {
      expect(await leases.release(KEY, ann)).toBeNull();
      expect(await leases.handOver(KEY, ann)).toBe(true);
      expect(await leases.note(KEY, ann, {})).toBe(false);
    });
  });
}
