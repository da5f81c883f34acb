import { readFileSync } from 'node:fs';
import { extname, resolve } from 'node:path';
import { isJsonObject, type JsonObject } from '@gennaker/pipeline-dsl';
import { type DocumentFormat, formatFindings, readValue as valueIn } from '@gennaker/pipeline-dsl/document';
import type { Terminal } from '../output/terminal.ts';
import { EXIT, Problem, usage } from '../problem.ts';

/** The text of a file; `-` is standard input. */
export function readText(path: string, terminal: Terminal): string {
  try {
    return readFileSync(path === '-' ? 0 : resolve(terminal.folder, path), 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT') throw usage(`There is no file ${path}.`, `Looked from ${terminal.folder}.`);
    if (code === 'EISDIR') throw usage(`${path} is a folder.`, 'Name the files in it.');
    throw new Problem(`${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** The value a JSON or YAML file holds. */
export function readValue(path: string, terminal: Terminal): unknown {
  return parseText(readText(path, terminal), path);
}

function parseText(text: string, path: string): unknown {
  const read = valueIn(text, { format: formatOf(path) });
  if (read.ok) return read.value;
  throw new Problem(formatFindings(read.findings, text, read.locate, { file: path }).trimEnd(), { exitCode: EXIT.no });
}

/** The format that a file's name says; undefined lets its text tell. */
export function formatOf(path: string): DocumentFormat | undefined {
  if (/\.json$/i.test(path)) return 'json';
  return /\.ya?ml$/i.test(path) ? 'yaml' : undefined;
}

/** A JSON object from a file. `what` names it in errors. */
export function readObject(path: string, what: string, terminal: Terminal): JsonObject {
  const value = readValue(path, terminal);
  if (isJsonObject(value)) return value;
  throw new Problem(`${path} holds no ${what}: an object is expected.`, { exitCode: EXIT.no });
}

export const isCode = (path: string): boolean => /^\.[cm]?[tj]s$/.test(extname(path));
