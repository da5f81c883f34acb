import { EventEmitter } from 'node:events';
import { expect, it } from 'vitest';
import { listenForEnd } from './signals.ts';

function listener() {
  const source = new EventEmitter();
  const told: string[] = [];
  let nowMs = 0;
  listenForEnd({ source, now: () => nowMs, onFirst: () => told.push('first'), onSecond: () => told.push('second') });
  return {
    told,
    send(signal: string, atMs: number) {
      nowMs = atMs;
      source.emit(signal);
    },
  };
}

it('takes the same Ctrl-C from the terminal and from npm as one wish', () => {
  const { told, send } = listener();
  send('SIGINT', 0);
  send('SIGINT', 40);
  expect(told).toEqual(['first']);
});

it('takes a later signal, of any kind, as impatience', () => {
  const { told, send } = listener();
  send('SIGTERM', 0);
  send('SIGINT', 1_500);
  expect(told).toEqual(['first', 'second']);
});
