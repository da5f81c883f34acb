import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { resolve, sep } from 'node:path';
import { FailureError, isJsonObject } from '@gennaker/pipeline-dsl';

const LARGEST_BYTES = 1_000_000;

const noTemplate = (name: string, why: string): FailureError =>
  new FailureError({
    code: 'packer.no-template',
    message: `The file ${name} ${why} the folder of Packer templates.`,
    advice: 'Put it there on every worker, or correct its name in the stage.',
    retry: false,
  });

/** Path of a file in the folder; it may not lead out of it. */
export function pathOf(folder: string, name: string): string {
  const path = resolve(folder, name);
  if (path.startsWith(resolve(folder) + sep) && !name.includes('\0')) return path;
  throw noTemplate(name, 'is not in');
}

export async function readTemplate(folder: string, name: string): Promise<string> {
  try {
    const text = await readFile(pathOf(folder, name), 'utf8');
    if (text.length <= LARGEST_BYTES) return text;
  } catch (error) {
    if (error instanceof FailureError) throw error;
    throw noTemplate(name, 'cannot be read from');
  }
  throw noTemplate(name, `has more than ${LARGEST_BYTES} bytes, too many for`);
}

export const digestOf = (texts: readonly string[]): string =>
  texts.reduce((hash, text) => hash.update(text).update('\0'), createHash('sha256')).digest('hex');

/** Names of the variables that a template declares, in either of Packer's languages. */
export function declaredVariables(template: string): ReadonlySet<string> {
  try {
    const document: unknown = JSON.parse(template);
    const variables = isJsonObject(document) ? document['variables'] : null;
    return new Set(isJsonObject(variables) ? Object.keys(variables) : []);
  } catch {
    return new Set([...template.matchAll(/^\s*variable\s+"(\w+)"/gm)].map(([, name = '']) => name));
  }
}
