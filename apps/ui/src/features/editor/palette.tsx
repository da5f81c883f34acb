import type { StageDefinition } from '@gennaker/pipeline-dsl';
import { Dialog } from '@gennaker/ui-kit';
import { useState } from 'react';
import { StageIcon } from '../../app/stage-icon.tsx';
import { stageTypes } from '../../app/stage-types.ts';

const GROUPS = [
  'Build and find image',
  'Deploy',
  'Traffic',
  'Verify',
  'Control',
  'Cluster',
  'Notify and call',
] as const;

/** Types a person may add, found by words in label, type or description. */
export function offeredTypes(query: string): StageDefinition[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  return stageTypes.filter((one) => {
    const spoken = `${one.label} ${one.type} ${one.description}`.toLowerCase();
    return one.internal !== true && words.every((word) => spoken.includes(word));
  });
}

interface PaletteListProps {
  readonly onPick: (type: string) => void;
  readonly autoFocus?: boolean;
}

/** Stage types in groups with a search; a press adds, a drag onto the canvas adds too. */
export function PaletteList({ onPick, autoFocus }: PaletteListProps) {
  const [query, setQuery] = useState('');
  const offered = offeredTypes(query);
  return (
    <div className="palette">
      <input
        className="gk-input"
        type="search"
        aria-label="Find a stage type"
        placeholder="Find a stage type"
        value={query}
        // biome-ignore lint/a11y/noAutofocus: the palette dialog opens in order to be typed into
        autoFocus={autoFocus}
        onChange={(event) => setQuery(event.target.value)}
        onKeyDown={(event) => {
          const first = offered[0];
          if (event.key === 'Enter' && first) onPick(first.type);
        }}
      />
      {offered.length === 0 ? <p className="gk-muted m-0">No stage type speaks of “{query}”.</p> : null}
      {GROUPS.map((group) => {
        const members = offered.filter((one) => one.group === group);
        if (members.length === 0) return null;
        return (
          <section key={group}>
            <h2 className="gk-micro m-0 mb-1">{group}</h2>
            {members.map((one) => (
              <button
                key={one.type}
                type="button"
                className="palette-entry"
                title={one.description}
                draggable
                onDragStart={(event) => event.dataTransfer.setData('application/x-stage-type', one.type)}
                onClick={() => onPick(one.type)}
              >
                <StageIcon type={one.type} size={16} />
                <span className="gk-clip">{one.label}</span>
              </button>
            ))}
          </section>
        );
      })}
    </div>
  );
}

interface PaletteDialogProps {
  readonly title: string;
  readonly onPick: (type: string) => void;
  readonly onClose: () => void;
}

/** The palette as a dialog, opened from a node's plus or an empty canvas. */
export function PaletteDialog({ title, onPick, onClose }: PaletteDialogProps) {
  return (
    <Dialog title={title} isOpen onClose={onClose}>
      <PaletteList onPick={onPick} autoFocus />
    </Dialog>
  );
}
