import type { Command, Given } from '../command.ts';
import type { Terminal } from '../output/terminal.ts';
import { EXIT } from '../problem.ts';
import { checkExpectations, withAsserted } from '../simulation/expectations.ts';
import { simulate } from '../simulation/simulate.ts';
import { simulationInput, simulationOptions } from './simulation-input.ts';
import { simulationText } from './simulation-text.ts';

const about = `Runs a pipeline from end to end without a server, a cloud or waiting: on the engine that runs it in production, with
time that jumps, against a cloud in memory. Without a script everything goes well: clusters have a healthy v000 behind
their load balancer, images are found, judges say continue, services answer 200, child pipelines succeed. Stage types
that this version does not run are played by a stand-in and marked.

A script (YAML or JSON) sets up the cloud, says what happens, and what to expect:

  parameters: { version: 2.0.0 }
  start: 2026-01-05T10:00:00Z
  cloud:
    clusters:
      shop-web: [{ name: shop-web-v007, region: us-east-1, account: prod, size: 3, image: ami-1 }]
    images: [{ id: ami-2, name: web-2.0.0, region: us-east-1, tags: { version: 2.0.0 } }]
    targetGroups: [web-tg]
    unhealthyImages: []
  stages:                      # by name or refId, stages that others plan included
    Approve: { judgment: continue, input: full, by: maria, takes: 25m }
    Deploy:  { error: "The image does not boot" }            # or outcome: fail, skip, cancel, timeout, succeed
    Notify:  { answers: [{ status: 503 }, { status: 200, body: { id: 7 } }] }
    Tests:   { takes: 5m, outputs: { passed: 97 } }
    Canary:  { scores: [95, 40] }                            # of its judgments, in order
  failures:                    # calls to the cloud that fail
    - { call: serverGroups.create, error: "Rate exceeded", retry: true, times: 2 }
  expect:
    status: TERMINAL
    stages: { Approve: SUCCEEDED, Deploy: TERMINAL }
    calls: ["start bake", "create image"]
    noCalls: ["destroy"]

The exit code is 0 when all expectations are met, else 1. Where no status is expected, SUCCEEDED is.`;

export const simulateCommand: Command = {
  name: 'simulate',
  summary: 'Run a pipeline against a scripted cloud and check what it does',
  words: '<file>',
  wordCount: { min: 1, max: 1 },
  about,
  examples: [
    ['gennaker simulate deploy.json -p version=2.0.0', 'what happens when all goes well'],
    ['gennaker simulate deploy.json --script stop.yaml', 'what the script says, with its expectations'],
    [
      "gennaker simulate deploy.json --assert stage:Deploy=SKIPPED --assert 'no-call=create *web'",
      'expectations on the command line',
    ],
    ['gennaker simulate deploy.json --json | jq .stages', 'the whole result as data'],
  ],
  options: {
    ...simulationOptions,
    assert: {
      value: 'expectation',
      multiple: true,
      help: 'status=S, stage:NAME=S, call=TEXT or no-call=TEXT (* stands for anything); may be repeated',
    },
    calls: { help: 'Show every change made to the cloud' },
    reads: { help: 'Show calls that only read too' },
    json: { help: 'Print the result as JSON' },
  },
  run: runSimulate,
};

async function runSimulate(given: Given, terminal: Terminal): Promise<number> {
  const { pipeline, script } = await simulationInput(given, terminal);
  const expected = withAsserted(script.expect, given.texts('assert'));
  const simulation = await simulate(pipeline, script);
  const expectations = checkExpectations(simulation, expected);
  const isMet = expectations.every(({ met }) => met);
  if (given.flag('json')) {
    terminal.out(`${JSON.stringify({ ...simulation, expectations, met: isMet }, null, 2)}\n`);
    return isMet ? EXIT.ok : EXIT.no;
  }
  const calls = given.flag('reads') ? 'all' : given.flag('calls') ? 'changes' : 'none';
  terminal.out(simulationText(simulation, { paint: terminal.paint, calls }));
  const unmet = expectations.filter(({ met }) => !met);
  const { paint } = terminal;
  for (const { text } of unmet) terminal.out(`${paint.red('not met')}  ${text}\n`);
  if (isMet) terminal.out(`${paint.green('met')}  ${expectations.map(({ text }) => text).join('; ')}\n`);
  return isMet ? EXIT.ok : EXIT.no;
}
