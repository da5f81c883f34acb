import { isJsonObject, type JsonObject } from '@gennaker/pipeline-dsl';
import type { Terminal } from '../output/terminal.ts';
import { EXIT, Problem } from '../problem.ts';
import { readValue } from './read-document.ts';

/** The pipeline of a file, in JSON or YAML. */
export async function loadPipeline(path: string, terminal: Terminal): Promise<JsonObject> {
  const value = readValue(path, terminal);
  if (isJsonObject(value) && Array.isArray(value['stages'])) return value;
  if (isJsonObject(value) && isJsonObject(value['pipeline'])) return value['pipeline'];
  throw new Problem(`${path} holds no pipeline: an object with a list of stages is expected.`, {
    advice: `"gennaker validate ${path}" says what is wrong with it.`,
    exitCode: EXIT.no,
  });
}
