import { isJsonObject } from '../json.ts';
import { type Expression, nodeOf, type Piece, type StagePiece } from './reference.ts';
import { isStageHandle, type StageHandle } from './stage-code.ts';

/** Where a value stands, for error sentences, and how a stage is named in its expressions. */
export interface ValueOptions {
  readonly at: string;
  resolve(piece: StagePiece): string;
}

/** The text of an expression, without `${ }`. */
export const expressionText = ({ pieces }: Expression, resolve: ValueOptions['resolve']): string =>
  pieces.map((piece: Piece) => (typeof piece === 'string' ? piece : resolve(piece))).join('');

/**
 * A value as stored JSON: references become `${…}`, keys whose value is undefined are left out. Throws an Error naming
 * the field that holds something else than JSON.
 */
export function compileValue(value: unknown, options: ValueOptions): unknown {
  const node = nodeOf(value);
  if (node?.kind === 'expression') return `\${${expressionText(node, options.resolve)}}`;
  if (node)
    return node.parts
      .map((part) => (typeof part === 'string' ? part : `\${${expressionText(part, options.resolve)}}`))
      .join('');
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return value;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  if (Array.isArray(value))
    return value.map((entry, index) => compileValue(entry, { ...options, at: `${options.at}, entry ${index + 1}` }));
  if (isPlainObject(value)) return compileObject(value, options);
  throw new Error(`${options.at}: ${describe(value)} is no JSON and cannot be stored in a pipeline.`);
}

function compileObject(value: Record<string, unknown>, options: ValueOptions): Record<string, unknown> {
  const entries = Object.entries(value).filter(([, entry]) => entry !== undefined);
  return Object.fromEntries(
    entries.map(([key, entry]) => [key, compileValue(entry, { ...options, at: `${options.at}, "${key}"` })]),
  );
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (!isJsonObject(value) || isStageHandle(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  // A plain object of another realm, such as a sandbox that ran the file, has a prototype of its own without a parent.
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function describe(value: unknown): string {
  if (isStageHandle(value)) return 'a stage (did you mean one of its outputs?)';
  return typeof value === 'object' ? 'an object of a class' : typeof value === 'number' ? String(value) : typeof value;
}

/** Every stage whose values are read somewhere in a value, with how they are read. */
export function piecesIn(value: unknown): readonly StagePiece[] {
  const node = nodeOf(value);
  if (node) {
    const expressions = node.kind === 'text' ? node.parts.filter((part) => typeof part !== 'string') : [node];
    return expressions.flatMap(({ pieces }) => pieces.filter((piece) => typeof piece !== 'string'));
  }
  if (Array.isArray(value)) return value.flatMap(piecesIn);
  return isPlainObject(value) ? Object.values(value).flatMap(piecesIn) : [];
}

/** Every stage whose values are read somewhere in a value, each once. */
export const stagesReadBy = (value: unknown): ReadonlySet<StageHandle> =>
  new Set(piecesIn(value).map(({ stage }) => stage));
