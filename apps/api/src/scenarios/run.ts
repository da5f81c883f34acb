import { type Execution, isComplete, isJsonObject, type JsonObject, type Stage } from '@gennaker/pipeline-dsl';
import type { PipelineWorld } from './world.ts';

/** One execution, followed by name of its stages. */
export class Run {
  readonly id: string;
  private readonly world: PipelineWorld;

  constructor(world: PipelineWorld, id: string) {
    this.world = world;
    this.id = id;
  }

  async read(): Promise<Execution> {
    const execution = await this.world.engine.read(this.id);
    if (!execution) throw new Error(`there is no execution ${this.id}`);
    return execution;
  }

  /** The first stage of that name, synthetic ones included. */
  async stage(name: string): Promise<Stage> {
    const stages = (await this.read()).stages;
    const stage = stages.find((candidate) => candidate.name === name);
    if (!stage) throw new Error(`no stage "${name}" among ${stages.map((each) => each.name).join(', ')}`);
    return stage;
  }

  /** Status of the execution and of its top-level stages by name. */
  async statuses(): Promise<Record<string, string>> {
    const { stages, status } = await this.read();
    const top = stages.filter((stage) => stage.parentStageId === null);
    return { ...Object.fromEntries(top.map((stage) => [stage.name, stage.status])), execution: status };
  }

  /** Sentences of all failures, innermost last. */
  async failures(): Promise<readonly string[]> {
    return (await this.read()).stages.flatMap(({ context }) => {
      const details = isJsonObject(context['exception']) ? context['exception']['details'] : null;
      return isJsonObject(details) && typeof details['error'] === 'string' ? [details['error']] : [];
    });
  }

  /** Goes on until the execution has ended. */
  async ended(): Promise<this> {
    await this.world.until(async () => isComplete((await this.read()).status), `the end of ${this.id}`);
    return this;
  }

  /** Goes on until the stage is at work. */
  async reached(name: string): Promise<this> {
    return this.when(name, (stage) => stage.status === 'RUNNING');
  }

  /** Goes on until a stage of that name is there and as asked. */
  async when(name: string, holds: (stage: Stage) => boolean): Promise<this> {
    const seen = async () => (await this.read()).stages.some((stage) => stage.name === name && holds(stage));
    await this.world.until(async () => {
      if (await seen()) return true;
      const { status } = await this.read();
      if (isComplete(status)) throw new Error(`${this.id} ended ${status} before "${name}" was as asked`);
      return false;
    }, `"${name}"`);
    return this;
  }

  async judge(name: string, judgmentStatus: 'continue' | 'stop', judgmentInput?: string): Promise<this> {
    await this.reached(name);
    return this.patch(name, { judgmentStatus, ...(judgmentInput ? { judgmentInput } : {}) });
  }

  async patch(name: string, body: JsonObject): Promise<this> {
    const { id } = await this.stage(name);
    await this.world.engine.patchStage(this.id, id, body, { user: 'maria', roles: [] });
    return this;
  }

  async cancel(): Promise<this> {
    await this.world.engine.cancel(this.id, 'maria', 'changed her mind');
    return this;
  }
}
