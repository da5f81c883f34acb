import type { ReactNode } from 'react';
import { Tooltip } from 'react-aria-components';

/** The bubble of a tooltip; goes inside a `TooltipTrigger`. */
export function Tip({ children }: { readonly children: ReactNode }) {
  return (
    <Tooltip className="gk-tooltip" offset={6}>
      {children}
    </Tooltip>
  );
}
