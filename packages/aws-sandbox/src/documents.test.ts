import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { effectSchema } from './faults/rule.ts';
import { scenarioNames } from './scenarios/named.ts';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

describe('the README', () => {
  it.each(effectSchema.options.map((option) => option.shape.kind.value))('tells of the fault %s', (kind) => {
    expect(readme).toMatch(new RegExp(`\`${kind}[ \`]`));
  });

  it.each(scenarioNames)('names the scenario %s', (name) => {
    expect(readme).toContain(name);
  });
});
