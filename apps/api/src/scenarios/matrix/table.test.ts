import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { tableOfRows } from './table.ts';

it('the README tells what is run with what', () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  expect(readme).toContain(tableOfRows());
});
