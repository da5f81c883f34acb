import type { ReactNode } from 'react';

/** A short fact in a box. */
export function Chip({
  children,
  title,
  mono,
}: {
  readonly children: ReactNode;
  readonly title?: string;
  readonly mono?: boolean;
}) {
  return (
    <span className={mono ? 'gk-chip gk-mono' : 'gk-chip'} title={title}>
      {children}
    </span>
  );
}

/** One key of the keyboard. */
export function Key({ children }: { readonly children: ReactNode }) {
  return <kbd className="gk-kbd">{children}</kbd>;
}
