import type { Command, Given } from '../command.ts';
import type { Terminal } from '../output/terminal.ts';
import { EXIT } from '../problem.ts';
import { followExecution } from '../server/follow-execution.ts';
import { createProgress } from '../server/progress.ts';
import { Server, serverOptions } from '../server/server.ts';

const about = `Follows an execution live until it ends: its stages, how long each takes, what it waits for, why it failed. On a
screen the picture is redrawn; elsewhere (a file, a build log) each change is a line. A lost connection is made again.
Ending the command leaves the execution alone. The exit code is 0 when it ends SUCCEEDED and 1 otherwise.`;

export const watchCommand: Command = {
  name: 'watch',
  summary: 'Follow an execution until it ends',
  words: '<execution id>',
  wordCount: { min: 1, max: 1 },
  about,
  examples: [
    ['gennaker watch 01KB3M0Z4T9V8Q2R7S6X5Y1W0A', 'follow it'],
    ['gennaker watch 01KB3M0Z4T9V8Q2R7S6X5Y1W0A --json', 'wait for its end and print it as JSON'],
  ],
  options: { ...serverOptions, json: { help: 'Print nothing but the ended execution as JSON' } },
  run: (given, terminal) => watch(Server.of(given, terminal), given.words[0]!, given, terminal),
};

/** Follows the execution and answers the exit code its end stands for. */
export async function watch(server: Server, id: string, given: Given, terminal: Terminal): Promise<number> {
  const isJson = given.flag('json');
  const progress = isJson ? null : createProgress(terminal);
  const ended = await followExecution(server, id, (execution) => progress?.show(execution));
  progress?.end(ended);
  if (isJson) terminal.out(`${JSON.stringify(ended, null, 2)}\n`);
  return ended.status === 'SUCCEEDED' ? EXIT.ok : EXIT.no;
}
