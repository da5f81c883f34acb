import { isJsonObject } from '@gennaker/pipeline-dsl';
import type { Command, Given } from '../command.ts';
import { readPairs } from '../documents/pairs.ts';
import { readObject } from '../documents/read-document.ts';
import type { Terminal } from '../output/terminal.ts';
import { EXIT, Problem } from '../problem.ts';
import { needPipeline, parsePipelinePath, startPath } from '../server/pipelines.ts';
import { Server, ServerRefusal, serverOptions } from '../server/server.ts';
import { watch } from './watch.ts';

const about = `Starts a pipeline of the server by hand and prints the id of the execution. Parameters that are not given take their
defaults. --trigger takes more of what a trigger may hold, such as artifacts. With --watch the command follows the
execution and its exit code says how it ended.`;

export const triggerCommand: Command = {
  name: 'trigger',
  summary: 'Start a pipeline of the server',
  words: '<application>/<pipeline>',
  wordCount: { min: 1, max: 1 },
  about,
  examples: [
    ["gennaker trigger 'shop/Deploy web' -p version=2.0.0", 'start it and print the id'],
    ["gennaker trigger 'shop/Deploy web' -p version=2.0.0 --watch", 'start it and follow it'],
  ],
  options: {
    ...serverOptions,
    parameter: { short: 'p', value: 'name=value', multiple: true, help: 'Parameter of the pipeline; may be repeated' },
    trigger: { value: 'file', help: 'More of the trigger (JSON or YAML): artifacts, parameters' },
    watch: { short: 'w', help: 'Follow the execution until it ends' },
    json: { help: 'Print JSON: the id, or with --watch the ended execution' },
  },
  run: runTrigger,
};

async function runTrigger(given: Given, terminal: Terminal): Promise<number> {
  const server = Server.of(given, terminal);
  const { application, pipeline } = parsePipelinePath(given.words[0]!);
  const file = given.text('trigger');
  const trigger = file === undefined ? {} : readObject(file, 'trigger', terminal);
  const own = isJsonObject(trigger['parameters']) ? trigger['parameters'] : {};
  const parameters = { ...own, ...readPairs(given.texts('parameter'), '--parameter') };
  const id = await start(server, { application, pipeline }, { type: 'manual', ...trigger, parameters });
  const follows = given.flag('watch');
  if (given.flag('json') && !follows) terminal.out(`${JSON.stringify({ id })}\n`);
  else if (!given.flag('json')) terminal.out(`${id}\n`);
  return follows ? watch(server, id, given, terminal) : EXIT.ok;
}

async function start(
  server: Server,
  { application, pipeline }: { application: string; pipeline: string },
  trigger: Record<string, unknown>,
): Promise<string> {
  try {
    const answer = await server.ask('POST', startPath(application, pipeline), trigger);
    const ref = isJsonObject(answer) ? answer['ref'] : undefined;
    if (typeof ref === 'string') return ref.split('/').at(-1) ?? ref;
  } catch (error) {
    if (error instanceof ServerRefusal && error.status === 404)
      await needPipeline(server, `${application}/${pipeline}`);
    throw error;
  }
  throw new Problem(`${server.url} started ${application}/${pipeline} but did not say which execution it is.`);
}
