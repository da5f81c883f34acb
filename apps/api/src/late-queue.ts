import type { Due, WorkQueue } from './engine/index.ts';

/** A queue that the engine is made with before there is one. Wake-ups of that time are found in their rows. */
export class LateQueue implements WorkQueue {
  private queue: WorkQueue | null = null;

  bind(queue: WorkQueue): void {
    this.queue = queue;
  }

  async wake(dues: readonly Due[]): Promise<void> {
    await this.queue?.wake(dues);
  }
}
