import { partsOf } from '../pointer.ts';

/** Where a value stands in a text: offsets, end exclusive. Members carry the place of their key too. */
export interface Spot {
  start: number;
  end: number;
  keyStart?: number;
  keyEnd?: number;
  children?: Map<string, Spot> | Spot[];
}

/** A stretch of a text. Lines and columns count from 1, columns in UTF-16 units; ends are exclusive. */
export interface Place {
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
  readonly offset: number;
  readonly endOffset: number;
}

/** Turns offsets into lines and columns. Lines end with `\n`, `\r\n` or `\r`. */
export function createLineTable(text: string): (start: number, end: number) => Place {
  const starts = [0];
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 10 || (code === 13 && text.charCodeAt(at + 1) !== 10)) starts.push(at + 1);
  }
  const lineOf = (offset: number): number => {
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if (starts[middle]! <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  };
  return (start, end) => {
    const offset = Math.max(0, Math.min(start, text.length));
    const endOffset = Math.max(offset, Math.min(end, text.length));
    const line = lineOf(offset);
    const endLine = lineOf(endOffset);
    return {
      line: line + 1,
      column: offset - starts[line]! + 1,
      endLine: endLine + 1,
      endColumn: endOffset - starts[endLine]! + 1,
      offset,
      endOffset,
    };
  };
}

const childOf = (spot: Spot, part: string): Spot | undefined =>
  Array.isArray(spot.children) ? spot.children[Number(part)] : spot.children?.get(part);

/** The spot of a pointer, or of the nearest value around it that exists. */
export function findSpot(root: Spot, pointer: string): { readonly spot: Spot; readonly exact: boolean } {
  let spot = root;
  for (const part of partsOf(pointer)) {
    const next = childOf(spot, part);
    if (!next) return { spot, exact: false };
    spot = next;
  }
  return { spot, exact: true };
}
