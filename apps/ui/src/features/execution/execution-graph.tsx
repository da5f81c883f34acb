import { type Execution, isComplete, type Stage } from '@gennaker/pipeline-dsl';
import { Canvas, type CanvasLink } from '../../graph/canvas.tsx';
import { topStages } from './facts.ts';
import { StageFace, stageBox, stageLabel } from './stage-face.tsx';

const linkTone = (from: Stage, to: Stage): CanvasLink['tone'] => {
  if (to.status === 'RUNNING') return 'run';
  return isComplete(from.status) && isComplete(to.status) ? 'done' : 'idle';
};

interface ExecutionGraphProps {
  readonly execution: Execution;
  readonly selected: string | null;
  readonly onSelect: (refId: string | null) => void;
}

/** The run as a graph of its authored stages; stages they planned are rows inside them. */
export function ExecutionGraph({ execution, selected, onSelect }: ExecutionGraphProps) {
  const { stages } = execution;
  const top = topStages(stages);
  const byRef = new Map(top.map((stage) => [stage.refId, stage]));
  const links = top.flatMap((to) =>
    to.requisiteStageRefIds.flatMap((ref): CanvasLink[] => {
      const from = byRef.get(ref);
      return from ? [{ from: ref, to: to.refId, tone: linkTone(from, to) }] : [];
    }),
  );
  const nodes = top.map((stage) => ({
    id: stage.refId,
    ...stageBox(stages, stage),
    label: stageLabel(stages, stage),
    face: <StageFace stages={stages} stage={stage} />,
    faint: stage.status === 'SKIPPED' || (stage.status === 'NOT_STARTED' && isComplete(execution.status)),
  }));
  return (
    <Canvas label={`Stages of ${execution.name}`} nodes={nodes} links={links} selected={selected} onSelect={onSelect} />
  );
}
