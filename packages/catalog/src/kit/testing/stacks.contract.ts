import { FailureError } from '@gennaker/pipeline-dsl';
import { beforeEach, describe, expect, it } from 'vitest';
import type { ChangeSet, Operation, StackProgress, StackSpec, Stacks } from '../ports/index.ts';

/** A fresh world in which stacks can be made of templates with resources of `type`. */
export interface StacksBench {
  readonly stacks: Stacks;
  readonly account: string;
  readonly region: string;
  readonly type: string;
  /** Makes the creation of that resource fail. */
  breakResource(stack: string, resource: string): { readonly [property: string]: unknown };
  /** Lets time pass in that world. */
  pass(ms: number): Promise<void>;
}

const operation = (key: string): Operation => ({ key, executionId: 'execution-1', stageId: 'stage-1' });
const MOMENT_MS = 10_000;

/** What every implementation of the port must do. Run it with the port on a fresh world for each case. */
export function stacksContract(name: string, makeBench: () => Promise<StacksBench>): void {
  describe(`${name} keeps the promises of stacks`, () => {
    let bench: StacksBench;
    let port: Stacks;
    beforeEach(async () => {
      bench = await makeBench();
      port = bench.stacks;
    });

    const ref = () => ({ account: bench.account, region: bench.region, name: 'shop-data' });
    const resource = (properties: object) => ({ Type: bench.type, Properties: properties });
    const spec = (resources: object, more: Partial<StackSpec> = {}): StackSpec => ({
      ...ref(),
      template: {
        kind: 'text',
        text: JSON.stringify({
          Parameters: { Size: { Type: 'String' } },
          Resources: resources,
          Outputs: { Size: { Value: { Ref: 'Size' } } },
        }),
      },
      parameters: { Size: '2' },
      tags: { team: 'shop' },
      capabilities: [],
      ...more,
    });
    const one = () => ({ Data: resource({ Name: 'one' }) });
    const two = () => ({ Data: resource({ Name: 'two' }), More: resource({ Name: 'more' }) });

    async function ended(key: string): Promise<StackProgress> {
      for (let round = 0; round < 100; round++) {
        const now = await port.progress(ref(), operation(key));
        if (now && now.state !== 'going') return now;
        await bench.pass(MOMENT_MS);
      }
      throw new Error(`${key} never ended`);
    }
    const kinds = async () =>
      (await port.readResources(ref()))
        .map((each) => [each.resource, each.resourceType, each.physicalId !== ''])
        .sort();
    const made = async (resources: object = one(), key = 'make'): Promise<void> => {
      expect(await port.deploy(spec(resources), operation(key))).toBe('begun');
      expect((await ended(key)).state).toBe('done');
    };
    async function planned(): Promise<ChangeSet | null> {
      for (let round = 0; round < 20; round++) {
        const set = await port.readChangeSet({ ...ref(), changeSet: 'next' });
        if (set?.state !== 'making') return set;
        await bench.pass(MOMENT_MS);
      }
      throw new Error('the change set was never made');
    }
    const codeOf = async (work: Promise<unknown>): Promise<string> => {
      const error = await work.catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(FailureError);
      return (error as FailureError).failure.code;
    };

    it('one that does not exist is null, has no progress, and is gone when it is deleted', async () => {
      expect(await port.read(ref())).toBeNull();
      expect(await port.readResources(ref())).toEqual([]);
      expect(await port.progress(ref(), operation('a'))).toBeNull();
      expect(await port.remove(ref(), operation('a'))).toBe('gone');
      expect(await port.readChangeSet({ ...ref(), changeSet: 'next' })).toBeNull();
      await port.removeChangeSet({ ...ref(), changeSet: 'next' }, operation('b'));
    });

    it('is created, with outputs, parameters and tags; a repeat with the same operation begins nothing', async () => {
      expect(await port.deploy(spec(one()), operation('make'))).toBe('begun');
      expect(await port.deploy(spec(one()), operation('make'))).toBe('begun');
      expect((await port.progress(ref(), operation('make')))?.state).toBe('going');
      expect(await ended('make')).toEqual({ state: 'done', status: 'CREATE_COMPLETE', troubles: [] });
      expect(await port.read(ref())).toMatchObject({
        ...{ status: 'CREATE_COMPLETE', outputs: { Size: '2' }, parameters: { Size: '2' }, tags: { team: 'shop' } },
      });
      expect(await port.deploy(spec(one()), operation('make'))).toBe('begun');
    });

    it('tells what it has made, and no more what it has deleted', async () => {
      await made(two());
      expect(await kinds()).toEqual([
        ['Data', bench.type, true],
        ['More', bench.type, true],
      ]);
      await made(one(), 'fewer');
      expect(await kinds()).toEqual([['Data', bench.type, true]]);
    });

    it('is updated, and told to be unchanged when nothing differs', async () => {
      await made();
      expect(await port.deploy(spec(one()), operation('same'))).toBe('unchanged');
      expect(await port.progress(ref(), operation('same'))).toBeNull();
      await made(two(), 'update');
      expect((await port.read(ref()))?.status).toBe('UPDATE_COMPLETE');
      expect((await port.progress(ref(), operation('update')))?.status).toBe('UPDATE_COMPLETE');
    });

    it('is busy while another change is under way', async () => {
      await port.deploy(spec(one()), operation('make'));
      expect(await port.deploy(spec(two()), operation('other'))).toBe('busy');
      expect(await port.createChangeSet({ ...spec(two()), changeSet: 'next' }, operation('plan'))).toBe('busy');
    });

    it('tells which resource failed, and refuses to update what never came to exist', async () => {
      const broken = { Data: resource({ ...bench.breakResource('shop-data', 'Data') }) };
      await port.deploy(spec(broken), operation('make'));
      const { state, status, troubles } = await ended('make');
      expect([state, status]).toEqual(['failed', 'ROLLBACK_COMPLETE']);
      expect(troubles).toMatchObject([{ resource: 'Data', resourceType: bench.type, status: 'CREATE_FAILED' }]);
      expect(troubles[0]?.reason).not.toBe('');
      expect(await codeOf(port.deploy(spec(one()), operation('again')))).toBe('aws.stack-unusable');
    });

    it('a change set tells what it would do, and does it when it is executed', async () => {
      await made();
      const wish = { ...spec(two()), changeSet: 'next' };
      expect(await port.createChangeSet(wish, operation('plan'))).toBe('begun');
      expect(await port.createChangeSet(wish, operation('plan'))).toBe('begun');
      expect(await codeOf(port.createChangeSet(wish, operation('other')))).toBe('aws.exists');
      const set = await planned();
      expect(set?.state).toBe('ready');
      expect(set?.changes.map(({ action, resource: changed }) => [changed, action]).sort()).toEqual([
        ['Data', 'Modify'],
        ['More', 'Add'],
      ]);
      expect((await port.read(ref()))?.status).toBe('CREATE_COMPLETE');
      const asked = { ...ref(), changeSet: 'next' };
      expect(await port.executeChangeSet(asked, operation('go'))).toBe('begun');
      expect(await port.executeChangeSet(asked, operation('go'))).toBe('begun');
      expect(await ended('go')).toMatchObject({ state: 'done', status: 'UPDATE_COMPLETE' });
    });

    it('a change set of a stack that does not exist creates it', async () => {
      await port.createChangeSet({ ...spec(one()), changeSet: 'next' }, operation('plan'));
      expect((await planned())?.state).toBe('ready');
      expect((await port.read(ref()))?.status).toBe('REVIEW_IN_PROGRESS');
      await port.executeChangeSet({ ...ref(), changeSet: 'next' }, operation('go'));
      expect(await ended('go')).toMatchObject({ state: 'done', status: 'CREATE_COMPLETE' });
    });

    it('a change set without changes is empty, and can be removed', async () => {
      await made();
      await port.createChangeSet({ ...spec(one()), changeSet: 'next' }, operation('plan'));
      expect((await planned())?.state).toBe('empty');
      await port.removeChangeSet({ ...ref(), changeSet: 'next' }, operation('drop'));
      await port.removeChangeSet({ ...ref(), changeSet: 'next' }, operation('drop'));
      expect(await port.readChangeSet({ ...ref(), changeSet: 'next' })).toBeNull();
    });

    it('is removed', async () => {
      await made();
      let state = await port.remove(ref(), operation('remove'));
      for (let round = 0; round < 100 && state === 'going'; round++) {
        await bench.pass(MOMENT_MS);
        state = await port.remove(ref(), operation('remove'));
      }
      expect(state).toBe('gone');
      expect(await port.read(ref())).toBeNull();
    });
  });
}
