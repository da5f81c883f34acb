import { chooseTheme, IconButton, Menu, type ThemeChoice, themeChoice } from '@gennaker/ui-kit';
import { Monitor, Moon, Sun } from 'lucide-react';
import { useState } from 'react';

const ICONS: Record<ThemeChoice, typeof Sun> = { light: Sun, dark: Moon, system: Monitor };
const WORDS: Record<ThemeChoice, string> = { light: 'Light', dark: 'Dark', system: 'As the system' };

/** Chooses light, dark, or what the system says. */
export function ThemeMenu() {
  const [choice, setChoice] = useState<ThemeChoice>(themeChoice);
  const Icon = ICONS[choice];
  const entries = (['light', 'dark', 'system'] as const).map((id) => {
    const Each = ICONS[id];
    return {
      id,
      label: WORDS[id],
      icon: <Each size={14} aria-hidden />,
      onAction: () => {
        chooseTheme(id);
        setChoice(id);
      },
    };
  });
  return (
    <Menu label="Theme" entries={entries}>
      <IconButton label={`Theme: ${WORDS[choice]}`}>
        <Icon size={16} strokeWidth={1.75} aria-hidden />
      </IconButton>
    </Menu>
  );
}
