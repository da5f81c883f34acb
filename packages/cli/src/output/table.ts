/** A row of a table: cells, or a line of its own that no column follows. */
export type Row = readonly string[] | string;

/** Columns padded to their widest cell; the last one runs free. Widths leave colour sequences out. */
export function table(rows: readonly Row[], indent = ''): string {
  const celled = rows.filter((row) => typeof row !== 'string');
  const columns = Math.max(0, ...celled.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, at) =>
    Math.max(...celled.map((row) => shownLength(row[at] ?? ''))),
  );
  return rows
    .map((row) => {
      if (typeof row === 'string') return `${indent}${row}`;
      const cells = row.map((cell, at) =>
        at === row.length - 1 ? cell : cell + ' '.repeat((widths[at] ?? 0) - shownLength(cell)),
      );
      return `${indent}${cells.join('  ')}`.trimEnd();
    })
    .join('\n');
}

const ESCAPE = String.fromCharCode(27);
const shownLength = (text: string): number =>
  [
    ...text
      .split(ESCAPE)
      .map((part, at) => (at === 0 ? part : part.replace(/^\[\d+m/, '')))
      .join(''),
  ].length;
