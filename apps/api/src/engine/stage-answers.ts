import type { Stage } from '@gennaker/pipeline-dsl';
import { Answers } from '@gennaker/pipeline-dsl/expressions';

/** What the expressions of stages about to start asked the world outside; forgotten once the stage has started. */
export class StageAnswers {
  private readonly byStage = new Map<string, Answers>();

  of(stage: Stage): Answers {
    let answers = this.byStage.get(stage.id);
    if (!answers) {
      answers = new Answers();
      this.byStage.set(stage.id, answers);
    }
    return answers;
  }

  /** True when the stage cannot be judged yet: it is looked at again once its questions are answered. */
  lacking(stage: Stage): boolean {
    return this.byStage.get(stage.id)?.lacking === true;
  }

  /** Ids of the stages whose questions are open. */
  open(): Array<[stageId: string, answers: Answers]> {
    return [...this.byStage].filter(([, answers]) => answers.lacking);
  }

  forget(stage: Stage): void {
    this.byStage.delete(stage.id);
  }
}
