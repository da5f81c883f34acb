import type { Finding } from '@gennaker/pipeline-dsl';
import { IconButton } from '@gennaker/ui-kit';
import { CalendarClock, CircleAlert, GitBranch, Plus, TriangleAlert } from 'lucide-react';
import type { KeyboardEvent } from 'react';
import { StageIcon } from '../../app/stage-icon.tsx';
import { stageType, stageTypeLabel } from '../../app/stage-types.ts';
import { Canvas } from '../../graph/canvas.tsx';
import { closesCycle, nameOf, type PipelineDocument, refIdOf, requisitesOf } from './document.ts';
import { stageOfFinding } from './findings.ts';

const WIDTH = 172;
const HEIGHT = 58;

interface EditorCanvasProps {
  readonly document: PipelineDocument;
  readonly findings: readonly Finding[];
  readonly selected: string | null;
  readonly readOnly: boolean;
  readonly onSelect: (refId: string | null) => void;
  readonly onAddAfter: (refId: string) => void;
  readonly onConnect: (from: string, to: string) => void;
  readonly onDisconnect: (from: string, to: string) => void;
  readonly onDropType: (type: string) => void;
  readonly onRemove: (refId: string) => void;
}

/** The document as a graph: connect by dragging from a node's right edge, add with the plus behind a node. */
export function EditorCanvas(props: EditorCanvasProps) {
  const { document, findings, selected, readOnly } = props;
  const ids = document.stages.map(refIdOf);
  const nodes = document.stages.map((stage, i) => {
    const id = ids[i] ?? '';
    const mine = findings.filter((finding) => stageOfFinding(document, finding) === id);
    const after = requisitesOf(stage).map((ref) => nameOf(document.stages[ids.indexOf(ref)] ?? { type: ref }));
    const problems = mine.length > 0 ? `, ${mine.length} ${mine.length === 1 ? 'problem' : 'problems'}` : '';
    return {
      id,
      width: WIDTH,
      height: HEIGHT,
      label: `${nameOf(stage)}, ${stageTypeLabel(stage.type)}${after.length > 0 ? `, after ${after.join(' and ')}` : ''}${problems}`,
      face: <EditorFace stage={stage} findings={mine} onAdd={readOnly ? undefined : () => props.onAddAfter(id)} />,
    };
  });
  const links = document.stages
    .flatMap((stage, i) => requisitesOf(stage).map((from) => ({ from, to: ids[i] ?? '' })))
    .filter((link) => ids.includes(link.from));
  const onKey = (event: KeyboardEvent) => {
    const id = (event.target as HTMLElement).closest('.react-flow__node')?.getAttribute('data-id');
    if (!id || readOnly || (event.target as HTMLElement).tagName === 'BUTTON') return;
    if (event.key === 'Delete' || event.key === 'Backspace') {
      event.preventDefault();
      props.onRemove(id);
    }
  };
  return (
    <Canvas
      label={`Stages of ${document.name || 'the new pipeline'}`}
      nodes={nodes}
      links={links}
      selected={selected}
      onSelect={props.onSelect}
      onConnect={readOnly ? undefined : props.onConnect}
      onDisconnect={readOnly ? undefined : props.onDisconnect}
      canConnect={(from, to) => !closesCycle(document, from, to)}
      onDropType={readOnly ? undefined : props.onDropType}
      onKey={onKey}
    />
  );
}

interface EditorFaceProps {
  readonly stage: PipelineDocument['stages'][number];
  readonly findings: readonly Finding[];
  readonly onAdd?: () => void;
}

/** The line under the type that tells stages of one type apart. */
function keySetting(stage: EditorFaceProps['stage']): string {
  const said = stageType(stage.type)?.summary?.(stage);
  return [stageTypeLabel(stage.type), said].filter(Boolean).join(' · ');
}

function EditorFace({ stage, findings, onAdd }: EditorFaceProps) {
  const errors = findings.filter((finding) => finding.severity === 'error').length;
  const words = findings.map((finding) => finding.message).join('\n');
  return (
    <div className="stage-face" data-role={errors > 0 ? 'fail' : findings.length > 0 ? 'warn' : undefined}>
      <div className="stage-face-top">
        <StageIcon type={stage.type} size={16} />
        <span className="stage-face-name gk-clip" title={nameOf(stage)}>
          {nameOf(stage)}
        </span>
        {findings.length > 0 ? (
          <span className="gk-micro flex items-center gap-0.5" style={{ color: 'var(--hue)' }} title={words}>
            {errors > 0 ? <CircleAlert size={14} aria-hidden /> : <TriangleAlert size={14} aria-hidden />}
            {findings.length}
          </span>
        ) : null}
      </div>
      <div className="stage-face-line">
        <span className="gk-clip flex-1">{keySetting(stage)}</span>
        {stage['stageEnabled'] ? <GitBranch size={12} role="img" aria-label="Runs on a condition" /> : null}
        {stage['restrictExecutionDuringTimeWindow'] === true ? (
          <CalendarClock size={12} role="img" aria-label="Has an execution window" />
        ) : null}
      </div>
      {onAdd ? (
        <span className="node-add nodrag nopan">
          <IconButton size="small" look="plain" label={`Add a stage after ${nameOf(stage)}`} onPress={onAdd}>
            <Plus size={12} aria-hidden />
          </IconButton>
        </span>
      ) : null}
    </div>
  );
}
