import { describe, expect, it } from 'vitest';
import { readArguments } from './cli-options.ts';
import { scenarioNames } from './scenarios/named.ts';

describe('the command line', () => {
  it('starts the demo on port 4000 when nothing is said', () => {
    expect(readArguments([])).toEqual({
      kind: 'start',
      port: 4000,
      host: '127.0.0.1',
      scenario: undefined,
      seed: 1,
      speed: 1,
      frozen: false,
      profile: 'fast',
      data: undefined,
    });
  });

  it('takes what is said', () => {
    const said = '--port 0 --scenario lossy --seed 7 --speed 60 --frozen --profile real --snapshot a.json';
    expect(readArguments(said.split(' '))).toMatchObject({
      port: 0,
      scenario: 'lossy',
      seed: 7,
      speed: 60,
      frozen: true,
      profile: 'real',
      data: 'a.json',
    });
    expect(readArguments(['--data', 'b.json'])).toMatchObject({ data: 'b.json' });
  });

  it.each([
    ['--port 70000', "--port cannot be '70000'"],
    ['--speed 0', "--speed cannot be '0'"],
    ['--seed x', "--seed cannot be 'x'"],
    ['--profile slow', "--profile is fast or real, not 'slow'"],
    ['--snapshot a --data b', '--snapshot and --data are the same'],
    ['--colour red', "Unknown option '--colour'"],
  ])('refuses %s', (said, message) => {
    expect(readArguments(said.split(' '))).toMatchObject({ kind: 'wrong', message: expect.stringContaining(message) });
  });

  it('names every option and scenario in its help', () => {
    const asked = readArguments(['--help']);
    const text = asked.kind === 'help' ? asked.text : '';
    for (const word of ['--port', '--scenario', '--seed', '--speed', '--snapshot', ...scenarioNames]) {
      expect(text).toContain(word);
    }
  });
});
