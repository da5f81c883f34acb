export type ThemeChoice = 'light' | 'dark' | 'system';

const KEY = 'gennaker.theme';
const CHOICES: readonly ThemeChoice[] = ['light', 'dark', 'system'];

/** What the person chose; `system` until they choose. */
export function themeChoice(): ThemeChoice {
  const stored = globalThis.localStorage?.getItem(KEY);
  return CHOICES.find((choice) => choice === stored) ?? 'system';
}

const prefersDark = () => globalThis.matchMedia?.('(prefers-color-scheme: dark)').matches ?? false;

/** Light or dark as shown now. */
export const shownTheme = (choice: ThemeChoice = themeChoice()): 'light' | 'dark' =>
  choice === 'system' ? (prefersDark() ? 'dark' : 'light') : choice;

/** Sets the theme on the page and remembers the choice. */
export function chooseTheme(choice: ThemeChoice): void {
  globalThis.localStorage?.setItem(KEY, choice);
  document.documentElement.dataset.theme = shownTheme(choice);
  document.dispatchEvent(new Event('gennaker:theme'));
}

/** Follows the system's theme while the person has not chosen one. Returns the way to stop. */
export function followSystemTheme(): () => void {
  const query = globalThis.matchMedia?.('(prefers-color-scheme: dark)');
  const follow = () => {
    if (themeChoice() === 'system') document.documentElement.dataset.theme = shownTheme('system');
    document.dispatchEvent(new Event('gennaker:theme'));
  };
  query?.addEventListener('change', follow);
  return () => query?.removeEventListener('change', follow);
}

/** Listens for theme changes; canvases that read tokens redraw on it. */
export function onThemeChange(listener: () => void): () => void {
  document.addEventListener('gennaker:theme', listener);
  return () => document.removeEventListener('gennaker:theme', listener);
}
