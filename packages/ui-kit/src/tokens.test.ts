import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const css = readFileSync(new URL('./tokens.css', import.meta.url), 'utf8');

/** Values of the tokens of a theme, as the first block that names it has them. */
function tokensOf(theme: 'light' | 'dark'): ReadonlyMap<string, string> {
  const begin = css.indexOf(`:root[data-theme="${theme}"] {`);
  const block = css.slice(begin, css.indexOf('}', begin));
  return new Map(
    [...block.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6})/g)].map(([, name = '', value = '']) => [name, value]),
  );
}

function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [high = 0, low = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (high + 0.05) / (low + 0.05);
}

const TEXT_ON_SURFACE = ['text', 'text-muted', 'accent'];
const STATUS = ['done', 'fail', 'run', 'wait', 'warn', 'idle'];

describe.each(['light', 'dark'] as const)('the %s theme', (theme) => {
  const tokens = tokensOf(theme);
  const value = (name: string): string => {
    const found = tokens.get(name);
    if (!found) throw new Error(`the ${theme} theme has no ${name}`);
    return found;
  };

  it.each(TEXT_ON_SURFACE)('shows %s readably on every ground it is put on', (name) => {
    for (const ground of ['bg', 'surface', 'raised', 'hover', 'selected'])
      expect(contrast(value(name), value(ground)), ground).toBeGreaterThanOrEqual(4.5);
  });

  it.each(STATUS)('shows the status %s as an icon and as a filled button', (name) => {
    expect(contrast(value(name), value('bg'))).toBeGreaterThanOrEqual(4.5);
    expect(contrast(value('on-status'), value(name))).toBeGreaterThanOrEqual(4.5);
  });

  it('draws borders of controls visibly', () => {
    for (const ground of ['bg', 'surface'])
      expect(contrast(value('line-strong'), value(ground))).toBeGreaterThanOrEqual(3);
  });
});
