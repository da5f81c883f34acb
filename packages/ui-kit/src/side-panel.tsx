import { type KeyboardEvent, type PointerEvent, type ReactNode, useState } from 'react';

const MIN = 360;
const MAX = 960;
const clamp = (width: number) => Math.min(MAX, Math.max(MIN, width));

function remembered(key: string, fallback: number): number {
  const stored = Number(globalThis.localStorage?.getItem(`gennaker.panel.${key}`));
  return stored ? clamp(stored) : fallback;
}

/** A panel at the right edge, 360 to 960 px wide, resized by drag or arrow keys; its width is remembered per `name`. */
export function SidePanel({
  name,
  label,
  children,
  defaultWidth = 440,
}: {
  readonly name: string;
  readonly label: string;
  readonly children: ReactNode;
  readonly defaultWidth?: number;
}) {
  const [width, setWidth] = useState(() => remembered(name, defaultWidth));
  const keep = (next: number) => {
    setWidth(clamp(next));
    globalThis.localStorage?.setItem(`gennaker.panel.${name}`, String(clamp(next)));
  };
  const onPointerDown = (down: PointerEvent<HTMLDivElement>) => {
    const grip = down.currentTarget;
    grip.setPointerCapture(down.pointerId);
    const move = (event: globalThis.PointerEvent) => keep(width + down.clientX - event.clientX);
    grip.addEventListener('pointermove', move);
    grip.addEventListener('pointerup', () => grip.removeEventListener('pointermove', move), { once: true });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'ArrowLeft') keep(width + 24);
    if (event.key === 'ArrowRight') keep(width - 24);
  };
  return (
    <aside className="gk-side" aria-label={label} style={{ width }}>
      {/* biome-ignore lint/a11y/useSemanticElements: a focusable separator is the divider pattern */}
      <div
        className="gk-side-grip"
        role="separator"
        aria-orientation="vertical"
        aria-label={`Width of ${label}`}
        aria-valuenow={width}
        aria-valuemin={MIN}
        aria-valuemax={MAX}
        tabIndex={0}
        onPointerDown={onPointerDown}
        onKeyDown={onKeyDown}
      />
      {children}
    </aside>
  );
}
