import type { Execution } from '@gennaker/pipeline-dsl';
import { Webhook, Workflow } from 'lucide-react';
import { starterOf } from '../execution/facts.ts';

const ICONS = { webhook: Webhook, pipeline: Workflow } as const;

/** Who or what started a run, in one line: its kind as a picture, since names are long and columns narrow. */
export function Starter({ execution }: { readonly execution: Execution }) {
  const words = starterOf(execution);
  const kind = String(execution.trigger.type);
  const Icon = ICONS[kind as keyof typeof ICONS];
  if (!Icon || !words.startsWith(`${kind} `))
    return (
      <span className="gk-muted gk-clip block" title={words}>
        {words}
      </span>
    );
  return (
    <span className="gk-muted flex items-center gap-1.5" title={words}>
      <Icon size={13} className="flex-none" role="img" aria-label={kind} />
      <span className="gk-clip">{words.slice(kind.length + 1)}</span>
    </span>
  );
}
