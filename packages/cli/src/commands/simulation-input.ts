import type { JsonObject } from '@gennaker/pipeline-dsl';
import type { Given } from '../command.ts';
import { loadRunnable } from '../documents/load-pipeline.ts';
import { readPairs } from '../documents/pairs.ts';
import { readObject, readValue } from '../documents/read-document.ts';
import type { Terminal } from '../output/terminal.ts';
import { emptyScript, parseScript, type Script, withGiven } from '../simulation/script.ts';

/** Options that plan and simulate share. */
export const simulationOptions = {
  script: { value: 'file', help: 'Script (YAML or JSON): initial cloud, outcomes of stages, parameters, expectations' },
  parameter: { short: 'p', value: 'name=value', multiple: true, help: 'Parameter of the pipeline; may be repeated' },
  template: { value: 'file', help: 'Template of which the file is an instance' },
  trigger: { value: 'file', help: 'Trigger the execution starts with (JSON or YAML): payload, artifacts, parameters' },
} as const;

/** The pipeline and the script a command line names. */
export async function simulationInput(
  given: Given,
  terminal: Terminal,
): Promise<{ pipeline: JsonObject; script: Script }> {
  const pipeline = await loadRunnable(given.words[0]!, given.text('template'), terminal);
  const file = given.text('script');
  const triggerFile = given.text('trigger');
  const script = file === undefined ? emptyScript() : parseScript(readValue(file, terminal), file);
  const trigger = triggerFile === undefined ? {} : readObject(triggerFile, 'trigger', terminal);
  const parameters = readPairs(given.texts('parameter'), '--parameter');
  return { pipeline, script: withGiven(script, { parameters, trigger }) };
}
