#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { readArguments } from './cli-options.ts';
import { startSandbox } from './sandbox.ts';
import type { Scenario } from './scenario/schema.ts';
import { scenarioNames } from './scenarios/named.ts';

const asked = readArguments(process.argv.slice(2));

if (asked.kind === 'help') {
  process.stdout.write(asked.text);
  process.exit(0);
}
if (asked.kind === 'wrong') {
  process.stderr.write(`${asked.message}\nRun gennaker-aws-sandbox --help to see what there is.\n`);
  process.exit(2);
}

function scenarioFrom(name: string | undefined): Scenario | string | undefined {
  if (name === undefined || scenarioNames.includes(name)) return name;
  return JSON.parse(readFileSync(name, 'utf8')) as Scenario;
}

const { kind: _kind, frozen, scenario, ...options } = asked;

async function start() {
  const started = await startSandbox({ ...options, scenario: scenarioFrom(scenario) });
  if (frozen) started.clock.freeze();
  return started;
}

const sandbox = await start().catch((error: unknown) => {
  process.stderr.write(`The sandbox cannot start: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});

process.stdout.write(`${JSON.stringify({ ready: true, url: sandbox.url })}\n`);

let ending = false;
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    if (ending) return;
    ending = true;
    sandbox.stop().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  });
}
