import type { ReactNode } from 'react';
import { Menu as AriaMenu, MenuItem, MenuTrigger, Popover } from 'react-aria-components';

export interface MenuEntry {
  readonly id: string;
  readonly label: string;
  readonly note?: string;
  readonly icon?: ReactNode;
  readonly danger?: boolean;
  readonly onAction: () => void;
  /** Why it is off. */
  readonly offBecause?: string;
}

/** A menu on a button. `children` is the button. */
export function Menu({
  label,
  entries,
  children,
}: {
  readonly label: string;
  readonly entries: readonly MenuEntry[];
  readonly children: ReactNode;
}) {
  return (
    <MenuTrigger>
      {children}
      <Popover className="gk-popover">
        <AriaMenu
          className="gk-list"
          aria-label={label}
          disabledKeys={entries.filter((e) => e.offBecause).map((e) => e.id)}
        >
          {entries.map((entry) => (
            <MenuItem
              key={entry.id}
              id={entry.id}
              className="gk-option"
              textValue={entry.label}
              onAction={entry.onAction}
              data-danger={entry.danger ? '' : undefined}
            >
              {entry.icon}
              <span>
                {entry.label}
                {(entry.offBecause ?? entry.note) ? (
                  <span className="gk-option-note">{entry.offBecause ?? entry.note}</span>
                ) : null}
              </span>
            </MenuItem>
          ))}
        </AriaMenu>
      </Popover>
    </MenuTrigger>
  );
}
