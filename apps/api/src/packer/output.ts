/** What a run has told so far. */
export interface Told {
  /** The last lines for people. */
  readonly lines: string[];
  readonly errors: string[];
  /** Image ids by region. */
  readonly images: Record<string, string>;
}

const MOST_LINES = 200;
const LONGEST_LINE = 2_000;

const unescaped = (text: string): string =>
  text.replaceAll('%!(PACKER_COMMA)', ',').replaceAll('\\n', '\n').replaceAll('\\r', '');

function keep(list: string[], text: string): void {
  for (const line of text.split('\n')) if (line.trim() !== '') list.push(line.trimEnd().slice(0, LONGEST_LINE));
  list.splice(0, Math.max(0, list.length - MOST_LINES));
}

/** Reads one line of `-machine-readable` output: `time,target,type,data…`. Other lines are kept as they are. */
export function readLine(told: Told, line: string): void {
  const [time, , type, ...data] = line.split(',');
  if (type === undefined || !/^\d+$/.test(time ?? '')) return keep(told.lines, line);
  const text = data.map(unescaped);
  if (type === 'ui') {
    const said = text.slice(1).join(',');
    keep(told.lines, said);
    if (text[0] === 'error') keep(told.errors, said);
  } else if (type === 'error') keep(told.errors, text.join(','));
  else if (type === 'artifact' && text[1] === 'id')
    for (const [, region, id] of (text[2] ?? '').matchAll(/([a-z0-9-]+):(ami-[0-9a-f]+)/g))
      if (region && id) told.images[region] = id;
}
