import type { Finding } from '@gennaker/pipeline-dsl';
import { Button } from '@gennaker/ui-kit';
import { ChevronDown, ChevronUp, CircleAlert, Info, TriangleAlert } from 'lucide-react';
import { useState } from 'react';
import type { PipelineDocument } from './document.ts';
import { placeOfFinding } from './findings.ts';

const FACES = {
  error: { word: 'Error', role: 'fail', icon: CircleAlert },
  warning: { word: 'Warning', role: 'warn', icon: TriangleAlert },
  info: { word: 'Hint', role: 'idle', icon: Info },
} as const;

interface ProblemsDockProps {
  readonly document: PipelineDocument;
  readonly findings: readonly Finding[];
  readonly current: number;
  readonly checking: boolean;
  readonly onShow: (index: number) => void;
  readonly onFix: (finding: Finding) => void;
}

/** "2 errors, 1 warning". */
export function problemCount(findings: readonly Finding[]): string {
  const count = (severity: Finding['severity']) => findings.filter((finding) => finding.severity === severity).length;
  const said = (n: number, word: string) => (n === 0 ? '' : `${n} ${word}${n === 1 ? '' : 's'}`);
  return (
    [said(count('error'), 'error'), said(count('warning'), 'warning'), said(count('info'), 'hint')]
      .filter(Boolean)
      .join(', ') || 'No problems'
  );
}

/** What is wrong with the document; a press goes to the spot, F8 walks. */
export function ProblemsDock({ document, findings, current, checking, onShow, onFix }: ProblemsDockProps) {
  const [open, setOpen] = useState(true);
  const shown = open && findings.length > 0;
  return (
    <section className="dock" aria-label="Problems">
      <header className="flex items-center gap-3 px-4 py-1">
        <p className="gk-label m-0" role="status">
          {problemCount(findings)}
          {checking ? <span className="gk-muted"> · checking</span> : null}
        </p>
        {findings.length > 0 ? <span className="ml-auto gk-micro">F8 next problem</span> : null}
        {findings.length > 0 ? (
          <Button
            size="small"
            look="quiet"
            onPress={() => setOpen(!open)}
            aria-label={open ? 'Fold problems' : 'Show problems'}
          >
            {open ? <ChevronDown size={14} aria-hidden /> : <ChevronUp size={14} aria-hidden />}
          </Button>
        ) : null}
      </header>
      {shown ? (
        <ul className="dock-list">
          {findings.map((finding, i) => {
            const face = FACES[finding.severity];
            return (
              <li key={`${finding.code}${finding.pointer}${i}`} data-current={i === current ? '' : undefined}>
                <button type="button" className="dock-row" onClick={() => onShow(i)}>
                  <span data-role={face.role} className="gk-status">
                    <face.icon size={14} className="gk-status-icon" aria-hidden />
                    <span className="gk-visually-hidden">{face.word}</span>
                  </span>
                  <span className="gk-clip font-medium" title={placeOfFinding(document, finding)}>
                    {placeOfFinding(document, finding)}
                  </span>
                  <span className="gk-muted two-lines" title={finding.message}>
                    {finding.message}
                  </span>
                </button>
                {finding.fix ? (
                  <Button size="small" onPress={() => onFix(finding)}>
                    {finding.fix.label}
                  </Button>
                ) : null}
              </li>
            );
          })}
        </ul>
      ) : null}
    </section>
  );
}
