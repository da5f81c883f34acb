import type { Execution, Stage } from '@gennaker/pipeline-dsl';
import { Elapsed, Moment, StatusMark } from '@gennaker/ui-kit';
import { StageIcon } from '../../app/stage-icon.tsx';
import { stageTypeLabel } from '../../app/stage-types.ts';
import { topologicalOrder } from '../../graph/layout.ts';
import { childrenOf, shownWait, topStages } from './facts.ts';
import { stageSentence } from './sentence.ts';

interface Row {
  readonly stage: Stage;
  readonly depth: number;
}

/** Stages in the order they run, each followed by what it planned. */
export function rowsOf(stages: readonly Stage[]): Row[] {
  const top = topStages(stages);
  const links = top.flatMap((to) => to.requisiteStageRefIds.map((from) => ({ from, to: to.refId })));
  const byRef = new Map(top.map((stage) => [stage.refId, stage]));
  const walk = (stage: Stage, depth: number): Row[] => [
    { stage, depth },
    ...childrenOf(stages, stage.id).flatMap((child) => walk(child, depth + 1)),
  ];
  return topologicalOrder([...byRef.keys()], links).flatMap((ref) => {
    const stage = byRef.get(ref);
    return stage ? walk(stage, 0) : [];
  });
}

interface StageListProps {
  readonly execution: Execution;
  readonly selected: string | null;
  readonly onSelect: (refId: string) => void;
}

/** The run as a table: the form for screen readers, keyboards and small screens. */
export function StageList({ execution, selected, onSelect }: StageListProps) {
  return (
    <div className="gk-table-wrap px-2">
      <table className="gk-table" aria-label={`Stages of ${execution.name}`}>
        <thead>
          <tr>
            <th scope="col" style={{ width: '34%' }}>
              Stage
            </th>
            <th scope="col">Status</th>
            <th scope="col">Now or why</th>
            <th scope="col">Started</th>
            <th scope="col" className="gk-cell-num">
              Took
            </th>
          </tr>
        </thead>
        <tbody>
          {rowsOf(execution.stages).map(({ stage, depth }) => (
            <tr key={stage.id} aria-selected={stage.refId === selected}>
              <td style={{ paddingLeft: 12 + depth * 20 }}>
                <span className="flex items-center gap-2" title={stageTypeLabel(stage.type)}>
                  <StageIcon type={stage.type} size={16} />
                  <button type="button" className="row-button" onClick={() => onSelect(stage.refId)}>
                    {stage.name}
                  </button>
                </span>
              </td>
              <td>
                <StatusMark status={stage.status} waitsFor={shownWait(execution.stages, stage)?.kind} />
              </td>
              <td className="gk-muted">
                <span className="two-lines" title={stageSentence(execution.stages, stage).text}>
                  {stageSentence(execution.stages, stage).text}
                </span>
              </td>
              <td>
                <Moment at={stage.startTime} />
              </td>
              <td className="gk-cell-num">
                {stage.startTime === null ? null : <Elapsed from={stage.startTime} to={stage.endTime} />}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
