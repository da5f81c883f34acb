/**
 * Code to be laid out: text as it is, parts in a row, a bracket whose entries go on lines of their own when long, or a
 * block of statements.
 */
export type Layout = string | readonly Layout[] | Bracket | Block;

interface Bracket {
  readonly open: string;
  readonly entries: readonly Layout[];
  readonly close: string;
  /** Between bracket and entries where they share a line. */
  readonly pad: string;
}

interface Block {
  readonly open: string;
  readonly statements: readonly Layout[];
}

const WIDTH = 120;

/** Statements in braces, each on its lines; `open` is what stands before the brace. */
export const block = (open: string, statements: readonly Layout[]): Layout => ({ open: `${open}{`, statements });

export const bracket = (open: string, entries: readonly Layout[], close: string, pad = ''): Layout => ({
  open,
  entries,
  close,
  pad,
});

const isRow = (layout: Layout): layout is readonly Layout[] => Array.isArray(layout);

function flat(layout: Layout): string {
  if (typeof layout === 'string') return layout;
  if (isRow(layout)) return layout.map(flat).join('');
  if ('statements' in layout) return '\n';
  const pad = layout.entries.length > 0 ? layout.pad : '';
  return `${layout.open}${pad}${layout.entries.map(flat).join(', ')}${pad}${layout.close}`;
}

/** Text that has to stand on the same line after a part: up to the first bracket behind it. */
function tail(parts: readonly Layout[]): string {
  const until = parts.findIndex((part) => typeof part !== 'string');
  return flat(until < 0 ? parts : parts.slice(0, until));
}

/** Lays code out in lines of at most 120 characters where that is possible. `column`: what stands before on the line. */
export function layOut(layout: Layout, indent = 0, column = indent, after = ''): string {
  const inline = flat(layout);
  if (typeof layout === 'string') return layout;
  if (!inline.includes('\n') && column + inline.length + after.length <= WIDTH) return inline;
  if (isRow(layout)) return layOutRow(layout, indent, column, after);
  const inner = indent + 2;
  if ('statements' in layout) {
    const lines = layout.statements.map((each) => `${' '.repeat(inner)}${layOut(each, inner)}\n`);
    return `${layout.open}\n${lines.join('')}${' '.repeat(indent)}}`;
  }
  if (layout.entries.length === 0) return inline;
  const lines = layout.entries.map((entry) => `${' '.repeat(inner)}${layOut(entry, inner, inner, ',')},\n`);
  return `${layout.open}\n${lines.join('')}${' '.repeat(indent)}${layout.close}`;
}

function layOutRow(parts: readonly Layout[], indent: number, column: number, after: string): string {
  let text = '';
  parts.forEach((part, at) => {
    const line = text.lastIndexOf('\n');
    const here = line < 0 ? column + text.length : text.length - line - 1;
    text += layOut(part, indent, here, `${tail(parts.slice(at + 1))}${after}`);
  });
  return text;
}
