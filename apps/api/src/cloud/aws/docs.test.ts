import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const ROOM = fileURLToPath(new URL('.', import.meta.url));

const sources = (folder: string): readonly string[] =>
  readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && !entry.name.endsWith('.test.ts'))
    .map((entry) => readFileSync(`${entry.parentPath}/${entry.name}`, 'utf8'));

describe('docs.md', () => {
  const used = new Set(sources(ROOM).flatMap((text) => text.match(/'aws\.[a-z-]+'/g) ?? []));
  const headings = new Set(readFileSync(`${ROOM}/docs.md`, 'utf8').match(/^## aws\.[a-z-]+$/gm) ?? []);

  it('has a heading for every failure code, and no heading without one', () => {
    const codes = [...used].map((code) => `## ${code.slice(1, -1)}`).sort();
    expect([...headings].sort()).toEqual(codes);
  });
});
