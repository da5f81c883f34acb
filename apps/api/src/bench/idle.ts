import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Memory, memoryOf, ready, startProduct } from './product.ts';

/** Memory of the whole product as `npm start` brings it up: API, worker, Postgres, local AWS; half a minute after its start. */
export async function measureIdle(): Promise<Memory> {
  const data = await mkdtemp(join(tmpdir(), 'gennaker-idle-'));
  const product = await startProduct('start.js', [], { GENNAKER_DATA: data });
  try {
    await ready(product);
    await new Promise((resolve) => setTimeout(resolve, 30_000));
    return memoryOf(product.pid);
  } finally {
    await product.stop();
    await rm(data, { recursive: true, force: true });
  }
}
