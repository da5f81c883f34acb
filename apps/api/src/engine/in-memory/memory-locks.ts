import type { Execution, Stage } from '@gennaker/pipeline-dsl';
import { decideLocks, type HeldLock, type LockAsker, nextInLine } from '../lock-rules.ts';
import type { LockAnswer, LockAsk, LockHolder, StageRef } from '../ports.ts';

interface Kept {
  readonly execution: Execution;
  readonly stages: ReadonlyMap<string, Stage>;
  readonly parentExecutionId: string | null;
  readonly parentStageId: string | null;
}

/** Locks in memory, held as long as their stages have not ended. */
export class MemoryLocks {
  private readonly executions: ReadonlyMap<string, Kept>;
  held: readonly HeldLock[] = [];
  line: LockAsker[] = [];

  constructor(executions: ReadonlyMap<string, Kept>) {
    this.executions = executions;
  }

  /** Begins with what others held and asked for. */
  takeOver(other: MemoryLocks): void {
    this.held = [...other.held];
    this.line = [...other.line];
  }

  take(ask: LockAsk): LockAnswer {
    this.forgetEnded();
    const { executionId, stageId, keys, heirOf } = ask;
    const asker = { executionId, stageId, keys, lineage: this.lineage(stageId) };
    const decision = decideLocks(this.held, this.waiting(), asker, heirOf === null ? [] : this.lineage(heirOf));
    if (decision.verdict === 'wait') {
      const place = this.line.findIndex((each) => each.stageId === stageId);
      if (place < 0) this.line.push(asker);
      else this.line[place] = asker;
    } else this.line = this.line.filter((each) => each.stageId !== stageId);
    if (decision.verdict !== 'held') {
      const { verdict, key, wake, behind } = decision;
      return { verdict, key, wake, holder: this.describe(behind) };
    }
    const taken = new Set(decision.taken.map(({ key }) => key));
    this.held = [...this.held.filter(({ key }) => !taken.has(key)), ...decision.taken];
    return { verdict: 'held' };
  }

  free(): readonly StageRef[] {
    this.forgetEnded();
    return nextInLine(this.held, this.waiting());
  }

  private waiting(): LockAsker[] {
    // What a freeze holds meanwhile stands in nobody's way.
    return this.line.filter((asker) => {
      const stage = this.find(asker);
      return stage?.status === 'RUNNING' && stage.wait?.kind !== 'freeze';
    });
  }

  private forgetEnded(): void {
    const lives = (ref: StageRef): boolean => isAtWork(this.find(ref));
    this.held = this.held.filter(lives);
    this.line = this.line.filter(lives);
  }

  private find({ executionId, stageId }: StageRef): Stage | undefined {
    return this.executions.get(executionId)?.stages.get(stageId);
  }

  private lineage(stageId: string): string[] {
    const kept = [...this.executions.values()].find(({ stages }) => stages.has(stageId));
    const stage = kept?.stages.get(stageId);
    if (!kept || !stage || !isAtWork(stage)) return [];
    if (stage.parentStageId !== null) return this.lineage(stage.parentStageId);
    return [stageId, ...(kept.parentStageId === null ? [] : this.lineage(kept.parentStageId))];
  }

  private describe(ref: StageRef): LockHolder {
    const { application = '', name = '' } = this.executions.get(ref.executionId)?.execution ?? {};
    const { executionId, stageId } = ref;
    return { executionId, stageId, stageName: this.find(ref)?.name ?? '', application, executionName: name };
  }
}

const isAtWork = (stage: Stage | undefined): boolean => stage?.status === 'RUNNING' || stage?.status === 'PAUSED';
