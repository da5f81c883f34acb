import { FAULTS, ofNewcomers, TRANSIENT } from './faults.ts';
import type { OperationRow } from './operation.ts';
import { OPERATIONS } from './operations.ts';
import { STRATEGIES } from './strategies.ts';

const row = (...cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
const rule = (columns: number): string => row(...Array.from({ length: columns }, () => '---'));

function machines(fault: string, { stands, drifts }: OperationRow): string {
  if (stands?.faults === 'all' || stands?.faults.includes(fault)) return 'stands it';
  return drifts?.fault === fault ? 'run, drifts' : 'run';
}

function operation(each: OperationRow): string {
  const faults = ofNewcomers([]).map(({ name }) => machines(name, each));
  const deleted = each.on?.map((group) => `${group}, three moments`).join('; ') ?? 'acts on none';
  return row(each.name, 'as asked', ...faults, deleted, 'every step');
}

/** What is run with what, from the tables themselves: operations first, then strategies. */
export const tableOfRows = (): string =>
  [
    row(
      'Operation',
      TRANSIENT.map(({ name }) => name).join(', '),
      ...ofNewcomers([]).map(({ name }) => name),
      'a group that somebody deletes',
      'kills',
    ),
    rule(ofNewcomers([]).length + 4),
    ...OPERATIONS.map(operation),
    '',
    row('Strategy', ...FAULTS.map(({ name }) => name), 'kills'),
    rule(FAULTS.length + 2),
    ...STRATEGIES.map(({ name }) =>
      row(name, ...FAULTS.map(({ fails }) => (fails ? 'goes back' : 'run')), 'every step'),
    ),
  ].join('\n');
