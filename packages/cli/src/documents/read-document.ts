import { readFileSync } from 'node:fs';
import { extname, resolve } from 'node:path';
import { isJsonObject, type JsonObject } from '@gennaker/pipeline-dsl';
import { LineCounter, parseAllDocuments } from 'yaml';
import type { Terminal } from '../output/terminal.ts';
import { EXIT, Problem, usage } from '../problem.ts';

/** The text of a file; `-` is standard input. */
export function readText(path: string, terminal: Terminal): string {
  try {
    return readFileSync(path === '-' ? 0 : resolve(terminal.folder, path), 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT')
      throw new Problem(`There is no file ${path}.`, { advice: `Looked from ${terminal.folder}.` });
    if (code === 'EISDIR') throw new Problem(`${path} is a folder.`, { advice: 'Name the files in it.' });
    throw new Problem(`${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** The value a JSON or YAML file holds. */
export function readValue(path: string, terminal: Terminal): unknown {
  return parseText(readText(path, terminal), path);
}

function parseText(text: string, path: string): unknown {
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, { lineCounter: lines });
  const [first, second] = Array.isArray(documents) ? documents : [];
  const fault = first?.errors[0];
  if (fault) {
    const { line, col } = lines.linePos(fault.pos[0]);
    throw new Problem(`${path}:${line}:${col} is neither JSON nor YAML: ${fault.message.split('\n')[0]}`, {
      advice: `"gennaker validate ${path}" shows the place.`,
      exitCode: EXIT.no,
    });
  }
  if (second) throw usage(`${path} holds several documents.`, 'Keep one document in each file.');
  return first?.toJS({ maxAliasCount: 100 }) as unknown;
}

/** A JSON object from a file. `what` names it in errors. */
export function readObject(path: string, what: string, terminal: Terminal): JsonObject {
  const value = readValue(path, terminal);
  if (isJsonObject(value)) return value;
  throw new Problem(`${path} holds no ${what}: an object is expected.`, { exitCode: EXIT.no });
}

export const isCode = (path: string): boolean => /^\.[cm]?[tj]s$/.test(extname(path));
