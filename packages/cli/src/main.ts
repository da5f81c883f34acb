import { runCommandLine } from './command-line.ts';
import { processTerminal } from './output/terminal.ts';

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
});
process.exitCode = await runCommandLine(process.argv.slice(2), processTerminal());
