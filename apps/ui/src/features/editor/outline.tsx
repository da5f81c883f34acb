import type { Finding } from '@gennaker/pipeline-dsl';
import { Button } from '@gennaker/ui-kit';
import { Copy, Plus, Trash2 } from 'lucide-react';
import { stageTypeLabel } from '../../app/stage-types.ts';
import { topologicalOrder } from '../../graph/layout.ts';
import { nameOf, type PipelineDocument, refIdOf, requisitesOf } from './document.ts';
import { stageOfFinding } from './findings.ts';

interface OutlineProps {
  readonly document: PipelineDocument;
  readonly findings: readonly Finding[];
  readonly selected: string | null;
  readonly onSelect: (refId: string) => void;
  readonly onAddAfter: (refId: string | null) => void;
  readonly onRemove: (refId: string) => void;
  readonly onDuplicate: (refId: string) => void;
}

/** The document as a table in running order: every action of the graph by keyboard and screen reader. */
export function Outline(props: OutlineProps) {
  const { document, findings, selected } = props;
  const byRef = new Map(document.stages.map((stage, i) => [refIdOf(stage, i), stage]));
  const links = [...byRef].flatMap(([to, stage]) => requisitesOf(stage).map((from) => ({ from, to })));
  const order = topologicalOrder([...byRef.keys()], links);
  return (
    <div className="min-h-0 flex-1 overflow-auto p-4">
      <table className="gk-table" aria-label="Outline of the pipeline">
        <thead>
          <tr>
            <th scope="col">Stage</th>
            <th scope="col">Type</th>
            <th scope="col">Runs after</th>
            <th scope="col">Problems</th>
            <th scope="col">
              <span className="gk-visually-hidden">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {order.map((refId) => {
            const stage = byRef.get(refId);
            if (!stage) return null;
            const mine = findings.filter((finding) => stageOfFinding(document, finding) === refId).length;
            const after = requisitesOf(stage).map((ref) => nameOf(byRef.get(ref) ?? { type: ref }));
            return (
              <tr key={refId} aria-selected={refId === selected}>
                <td>
                  <button type="button" className="row-button" data-stage={refId} onClick={() => props.onSelect(refId)}>
                    {nameOf(stage)}
                  </button>
                </td>
                <td className="gk-muted">{stageTypeLabel(stage.type)}</td>
                <td className="gk-muted">{after.join(', ') || 'nothing'}</td>
                <td>{mine > 0 ? mine : <span className="gk-muted">none</span>}</td>
                <td>
                  <span className="flex justify-end gap-1">
                    <Button
                      size="small"
                      onPress={() => props.onAddAfter(refId)}
                      aria-label={`Add a stage after ${nameOf(stage)}`}
                    >
                      <Plus size={12} aria-hidden /> After
                    </Button>
                    <Button
                      size="small"
                      onPress={() => props.onDuplicate(refId)}
                      aria-label={`Duplicate ${nameOf(stage)}`}
                    >
                      <Copy size={12} aria-hidden />
                    </Button>
                    <Button size="small" onPress={() => props.onRemove(refId)} aria-label={`Remove ${nameOf(stage)}`}>
                      <Trash2 size={12} aria-hidden />
                    </Button>
                  </span>
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
      <div className="mt-3">
        <Button onPress={() => props.onAddAfter(null)}>
          <Plus size={14} aria-hidden /> Add a stage
        </Button>
      </div>
    </div>
  );
}
