#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { startSandbox } from './sandbox.ts';
import type { Scenario } from './scenario/schema.ts';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '4000' },
    host: { type: 'string', default: '127.0.0.1' },
    scenario: { type: 'string' },
    seed: { type: 'string', default: '1' },
    speed: { type: 'string', default: '1' },
    profile: { type: 'string', default: 'fast' },
    data: { type: 'string' },
  },
});

function scenarioFrom(name: string | undefined): Scenario | undefined {
  if (name === undefined || name === 'demo') return undefined;
  return JSON.parse(readFileSync(name, 'utf8')) as Scenario;
}

const sandbox = await startSandbox({
  port: Number(values.port),
  host: values.host,
  scenario: scenarioFrom(values.scenario),
  seed: Number(values.seed),
  speed: Number(values.speed),
  profile: values.profile === 'real' ? 'real' : 'fast',
  data: values.data,
}).catch((error: unknown) => {
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
