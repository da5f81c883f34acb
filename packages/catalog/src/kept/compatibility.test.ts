import { readFileSync } from 'node:fs';
import { contract } from '@gennaker/pipeline-dsl/contract';
import { FUNCTION_NAMES } from '@gennaker/pipeline-dsl/expressions';
import { describe, expect, it } from 'vitest';
import {
  keptNotificationDefinitions,
  keptStageDefinitions,
  keptStrategyDefinitions,
  keptTriggerDefinitions,
  stageDefinitions,
  strategyDefinitions,
  triggerDefinitions,
} from '../definitions.ts';

const text = readFileSync(new URL('../../../../docs/compatibility.md', import.meta.url), 'utf8');

/** The part of the page under a heading, to the next heading of the same depth. */
function under(heading: string): string {
  const start = text.indexOf(`\n## ${heading}\n`);
  expect(start, `docs/compatibility.md has a part "${heading}"`).toBeGreaterThan(0);
  const end = text.indexOf('\n## ', start + 1);
  return text.slice(start, end < 0 ? undefined : end);
}

/** How each name in the first column of a part's tables is marked. */
function marksOf(part: string): ReadonlyMap<string, string> {
  const rows = [...part.matchAll(/^\| (.+?) \| (runs|kept|differs)? ?\| .*$/gm)];
  return new Map(
    rows.flatMap(([, names = '', mark = '']) =>
      [...names.matchAll(/`([^`]+)`/g)].map((found): [string, string] => [found[1] ?? '', mark]),
    ),
  );
}

type Named = Readonly<Record<string, object>>;
const aliasesOf = (entry: object): readonly string[] =>
  'aliases' in entry && Array.isArray(entry.aliases) ? entry.aliases.map(String) : [];
const namesOf = (entries: Named): readonly string[] =>
  Object.entries(entries).flatMap(([name, entry]) => [name, ...aliasesOf(entry)]);

describe.each<[string, Named, Named]>([
  ['Stage types', stageDefinitions, keptStageDefinitions],
  ['Deploy strategies', strategyDefinitions, keptStrategyDefinitions],
  ['Triggers', triggerDefinitions, keptTriggerDefinitions],
  ['Notifications', {}, keptNotificationDefinitions],
])('docs/compatibility.md, %s', (heading, running, kept) => {
  it('marks what runs as running, or as different on purpose', () => {
    const marks = marksOf(under(heading));
    expect(namesOf(running).filter((name) => !['runs', 'differs'].includes(marks.get(name) ?? ''))).toEqual([]);
  });

  it('marks what is kept as kept', () => {
    const marks = marksOf(under(heading));
    expect(namesOf(kept).filter((name) => marks.get(name) !== 'kept')).toEqual([]);
  });
});

it('docs/compatibility.md names every helper function of expressions', () => {
  const marks = marksOf(under('Expressions'));
  expect(FUNCTION_NAMES.filter((name) => !marks.has(`#${name}`))).toEqual([]);
});

it('docs/compatibility.md speaks of the routes of every noun', () => {
  const routes = under('Routes');
  const nouns = new Set(Object.values(contract).map(({ path }) => `/${path.split('/')[1] ?? ''}`));
  expect([...nouns].filter((noun) => !routes.includes(`\`${noun}`))).toEqual([]);
});
