import type { Recoveries, RecoveryStart } from '@gennaker/catalog/kit';
import type { Engine } from '../engine/index.ts';

/** Executions that put right what a stage left behind, on the engine. */
export class RecoveryRuns implements Recoveries {
  private readonly engine: () => Engine;

  /** The engine is asked for late, because it needs this port itself. */
  constructor(engine: () => Engine) {
    this.engine = engine;
  }

  async start(recovery: RecoveryStart): Promise<{ executionId: string }> {
    const { application, name, user, causedBy, correlationKey } = recovery;
    const stages = recovery.stages.map(({ type, name, context }, at) => ({
      ...context,
      type,
      name,
      refId: String(at),
      requisiteStageRefIds: at === 0 ? [] : [String(at - 1)],
    }));
    const { id } = await this.engine().start({
      type: 'ORCHESTRATION',
      config: { application, name, stages },
      application,
      name,
      description: name,
      pipelineConfigId: null,
      pipelineVersion: null,
      trigger: { type: 'manual', user, causedBy },
      user,
      correlationKey: `recovery.${correlationKey}`,
      overrideFreeze: `puts right what was left by ${recovery.causedBy['executionId'] ?? 'a stage'}`,
    });
    return { executionId: id };
  }
}
