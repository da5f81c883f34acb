import { isComplete } from '@gennaker/pipeline-dsl';
import { Button, Elapsed, Notice, Remaining } from '@gennaker/ui-kit';
import { SkipForward } from 'lucide-react';
import type { StageDetailsProps } from '../../kit/ui/index.ts';

/** How long is left, and the way to end the wait now. */
export function WaitDetails({ stage, onSignal, pending, problem }: StageDetailsProps) {
  if (isComplete(stage.status) || stage.startTime === null) return null;
  return (
    <section className="gk-card flex flex-col items-start gap-2 p-3" aria-label="Wait">
      <p className="m-0">
        Waited <Elapsed from={stage.startTime} />
        {stage.wait?.until ? (
          <>
            {' '}
            and goes on <Remaining until={stage.wait.until} />
          </>
        ) : null}
        .
      </p>
      <Button onPress={() => onSignal({ skipRemainingWait: true })} isPending={pending}>
        <SkipForward size={14} aria-hidden /> Skip the rest of the wait
      </Button>
      {problem ? (
        <Notice tone="fail" alert>
          {problem}
        </Notice>
      ) : null}
    </section>
  );
}
