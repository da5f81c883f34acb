import type { ExecutionSummary } from '@gennaker/pipeline-dsl';
import { statusFace } from '@gennaker/ui-kit';

/** Stages of a run as small segments in graph order; words in the tooltip and for assistive technology. */
export function StageBar({ stages }: { readonly stages: ExecutionSummary['stages'] }) {
  const top = stages.filter((stage) => stage.parentStageId === null).slice(0, 24);
  const waits = (stage: (typeof top)[number]) => (stage as { wait?: { kind: string } | null }).wait?.kind;
  const words = top.map((stage) => `${stage.name}: ${statusFace(stage.status, waits(stage)).word}`).join(', ');
  return (
    <span className="stage-bar" role="img" aria-label={words} title={words.replaceAll(', ', '\n')}>
      {top.map((stage) => (
        <i key={stage.id} data-role={statusFace(stage.status, waits(stage)).role} />
      ))}
    </span>
  );
}
