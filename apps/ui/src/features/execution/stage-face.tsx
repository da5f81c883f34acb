import { isComplete, type Stage } from '@gennaker/pipeline-dsl';
import { Elapsed, StatusIcon, statusFace } from '@gennaker/ui-kit';
import { StageIcon } from '../../app/stage-icon.tsx';
import { partsOf, shownWait } from './facts.ts';

const WIDTH = 184;
const HEAD = 54;
const SUB = 20;
const SUBS_SHOWN = 5;

/** Size of a stage's box, from the data alone. */
export function stageBox(stages: readonly Stage[], stage: Stage): { width: number; height: number } {
  const rows = Math.min(partsOf(stages, stage).length, SUBS_SHOWN);
  return { width: WIDTH, height: HEAD + (rows > 0 ? rows * SUB + 6 : 0) };
}

/** Rows of a face: all parts when there is room, else those around the first that has not ended, and how many others. */
export function partsShown(parts: readonly Stage[]): { readonly shown: readonly Stage[]; readonly rest: string } {
  if (parts.length <= SUBS_SHOWN) return { shown: parts, rest: '' };
  const room = SUBS_SHOWN - 1;
  const open = parts.findIndex(({ status }) => !isComplete(status));
  const from = Math.min(parts.length - room, Math.max(0, (open === -1 ? parts.length : open) - 1));
  const after = parts.length - room - from;
  const rest = [from > 0 ? `${from} before` : '', after > 0 ? `${after} to come` : ''].filter(Boolean).join(', ');
  return { shown: parts.slice(from, from + room), rest };
}

/** Face of a stage in the graph: icon, name, status in words, time, what it waits for, and what it planned. */
export function StageFace({ stages, stage }: { readonly stages: readonly Stage[]; readonly stage: Stage }) {
  const wait = shownWait(stages, stage);
  const face = statusFace(stage.status, wait?.kind);
  const { shown, rest } = partsShown(partsOf(stages, stage));
  return (
    <div className="stage-face" data-role={face.role}>
      <div className="stage-face-top">
        <StageIcon type={stage.type} size={16} />
        <span className="stage-face-name gk-clip" title={stage.name}>
          {stage.name}
        </span>
        <StatusIcon status={stage.status} waitsFor={wait?.kind} />
      </div>
      <div className="stage-face-line">
        <span>{face.word}</span>
        {stage.startTime !== null ? (
          <>
            <span aria-hidden>·</span>
            <Elapsed from={stage.startTime} to={stage.endTime} />
          </>
        ) : null}
        {stage.attempt > 1 ? <span>· try {stage.attempt}</span> : null}
      </div>
      {shown.length > 0 ? (
        <div style={{ borderTop: '1px solid var(--line)', marginTop: 2, paddingTop: 2 }}>
          {shown.map((child) => (
            <div key={child.id} className="stage-face-sub">
              <StatusIcon status={child.status} waitsFor={child.wait?.kind} size={12} />
              <span className="gk-clip" title={child.name}>
                {child.name}
              </span>
            </div>
          ))}
          {rest ? <div className="stage-face-sub gk-muted">{rest}</div> : null}
        </div>
      ) : null}
    </div>
  );
}

/** Name of a stage for assistive technology: "Deploy prod, deploy, Failed, after Canary and Decision". */
export function stageLabel(stages: readonly Stage[], stage: Stage): string {
  const after = stages.filter((one) => stage.requisiteStageRefIds.includes(one.refId)).map((one) => one.name);
  const face = statusFace(stage.status, shownWait(stages, stage)?.kind);
  return [stage.name, stage.type, face.word, after.length > 0 ? `after ${after.join(' and ')}` : '']
    .filter(Boolean)
    .join(', ');
}
