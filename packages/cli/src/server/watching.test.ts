import { createServer, type Server as HttpServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Execution, Stage } from '@gennaker/pipeline-dsl';
import { afterEach, describe, expect, it } from 'vitest';
import { plainPaint, type Terminal } from '../output/terminal.ts';
import { followExecution } from './follow-execution.ts';
import { createProgress } from './progress.ts';
import { readMessages } from './read-events.ts';
import { Server } from './server.ts';

const stage = (name: string, more: Partial<Stage> = {}): Stage =>
  ({
    id: name,
    refId: name,
    type: 'wait',
    name,
    status: 'NOT_STARTED',
    startTime: null,
    endTime: null,
    context: {},
    outputs: {},
    tasks: [],
    parentStageId: null,
    attempt: 1,
    wait: null,
    ...more,
  }) as unknown as Stage;

const execution = (more: Partial<Execution> = {}): Execution =>
  ({
    id: 'e1',
    application: 'shop',
    name: 'Release',
    status: 'RUNNING',
    buildTime: 0,
    startTime: 0,
    endTime: null,
    cancellationReason: null,
    wait: null,
    sequence: 3,
    stages: [stage('Pause'), stage('Deploy')],
    ...more,
  }) as unknown as Execution;

describe('a stream of events', () => {
  it('is read message by message, wherever the bytes are cut', async () => {
    const text =
      'retry: 1000\n: open\n\nid: 4\nevent: change\ndata: {"a":\ndata: "ä"}\n\n: beat\n\nevent: bye\r\ndata: {}\r\n\r\n';
    const bytes = new TextEncoder().encode(text);
    for (const size of [1, 7, bytes.length]) {
      const body = new ReadableStream<Uint8Array>({
        start(controller) {
          for (let at = 0; at < bytes.length; at += size) controller.enqueue(bytes.slice(at, at + size));
          controller.close();
        },
      });
      const messages = [];
      for await (const message of readMessages(body)) messages.push(message);
      expect(messages).toEqual([
        { event: 'change', data: '{"a":\n"ä"}' },
        { event: 'bye', data: '{}' },
      ]);
    }
  });
});

describe('following an execution', () => {
  let http: HttpServer | undefined;
  afterEach(async () => {
    http?.closeAllConnections();
    await new Promise((done) => http?.close(done));
  });

  /** A server that answers with these pictures and streams, one after the other. */
  async function serve(pictures: readonly Execution[], streams: ReadonlyArray<(answer: ServerResponse) => void>) {
    const left = { pictures: [...pictures], streams: [...streams] };
    const asked: string[] = [];
    http = createServer((request, answer) => {
      asked.push(`${request.url} after ${request.headers['last-event-id'] ?? 'nothing'}`);
      if (!request.url?.endsWith('/stream')) {
        answer.end(JSON.stringify(left.pictures.length > 1 ? left.pictures.shift() : left.pictures[0]));
        return;
      }
      answer.writeHead(200, { 'content-type': 'text/event-stream' });
      left.streams.shift()?.(answer);
    });
    await new Promise<void>((done) => http?.listen(0, '127.0.0.1', done));
    const { port } = http.address() as AddressInfo;
    return { server: new Server(`http://127.0.0.1:${port}`), asked };
  }

  const send = (answer: ServerResponse, sequence: number, body: object): void =>
    void answer.write(
      `id: ${sequence}\nevent: change\ndata: ${JSON.stringify({ sequence, at: sequence, executionId: 'e1', ...body })}\n\n`,
    );
  const completed = { type: 'execution.completed', data: { status: 'SUCCEEDED', endTime: 9_000 } };

  it('folds the events that come, and ends with the execution', async () => {
    const { server } = await serve(
      [execution()],
      [
        (answer) => {
          send(answer, 4, { type: 'stage.started', stageId: 'Pause', data: { status: 'RUNNING', startTime: 0 } });
          send(answer, 5, completed);
        },
      ],
    );
    const seen: string[] = [];
    const ended = await followExecution(server, 'e1', ({ stages, status }) =>
      seen.push(`${status} ${stages[0]?.status}`),
    );
    expect(seen).toEqual(['RUNNING NOT_STARTED', 'RUNNING NOT_STARTED', 'RUNNING RUNNING', 'SUCCEEDED RUNNING']);
    expect(ended.status).toBe('SUCCEEDED');
  });

  it('goes on after a lost connection, from what it has', async () => {
    const { server, asked } = await serve(
      [execution(), execution({ sequence: 6 })],
      [(answer) => answer.destroy(), (answer) => send(answer, 7, completed)],
    );
    expect((await followExecution(server, 'e1', () => undefined)).status).toBe('SUCCEEDED');
    expect(asked).toEqual([
      '/pipelines/e1 after nothing',
      '/executions/e1/stream after 3',
      '/pipelines/e1 after nothing',
      '/executions/e1/stream after 6',
    ]);
  });

  it('fetches the picture anew when the server asks it to', async () => {
    const done = execution({ status: 'TERMINAL', endTime: 5_000 });
    const { server } = await serve([execution(), done], [(answer) => answer.write('event: reset\ndata: {}\n\n')]);
    expect((await followExecution(server, 'e1', () => undefined)).status).toBe('TERMINAL');
  });
});

describe('progress', () => {
  const show = (isLive: boolean, pictures: readonly Execution[]): string => {
    let out = '';
    const terminal: Terminal = {
      out: (text) => {
        out += text;
      },
      err: () => undefined,
      isLive,
      width: 60,
      paint: plainPaint,
      env: {},
      folder: '/',
      now: () => 65_000,
    };
    const progress = createProgress(terminal);
    for (const picture of pictures) progress.show(picture);
    progress.end(pictures.at(-1)!);
    return out;
  };

  const failure = { exception: { details: { error: 'No capacity' } } };
  const pictures = [
    execution(),
    execution({
      stages: [
        stage('Pause', { status: 'RUNNING', startTime: 0, wait: { kind: 'time', reason: 'time to pass', since: 0 } }),
        stage('Deploy'),
      ],
    }),
    execution({ stages: [stage('Pause', { status: 'SUCCEEDED', startTime: 0, endTime: 5_000 }), stage('Deploy')] }),
    execution({
      status: 'TERMINAL',
      endTime: 65_000,
      stages: [
        stage('Pause', { status: 'SUCCEEDED', startTime: 0, endTime: 5_000 }),
        stage('Deploy', { status: 'TERMINAL', startTime: 5_000, endTime: 65_000 }),
        stage('Create', {
          status: 'TERMINAL',
          startTime: 5_000,
          endTime: 65_000,
          parentStageId: 'Deploy',
          context: failure,
        }),
      ],
    }),
  ];

  it('is a line for each change where nobody looks', () => {
    expect(show(false, pictures)).toBe(
      [
        '     +0s  Release  RUNNING',
        '     +0s  Pause  RUNNING: waiting for time to pass',
        '     +5s  Pause  SUCCEEDED',
        '  +1m 5s  Deploy  TERMINAL',
        '  +1m 5s  Deploy / Create  TERMINAL: No capacity',
        'Release ended TERMINAL after 1m 5s',
        '',
      ].join('\n'),
    );
  });

  it('is drawn over and over on a screen, without lines that wrap', () => {
    const out = show(true, pictures);
    const last = out.slice(out.lastIndexOf('\u001b[J') + 3);
    expect(last).toBe(
      [
        'Release of shop: TERMINAL',
        '  ✓ Pause     SUCCEEDED  5s',
        '  ✗ Deploy    TERMINAL   1m',
        '    ✗ Create  TERMINAL   1m  No capacity',
        'Release ended TERMINAL after 1m 5s',
        '',
      ].join('\n'),
    );
    expect([out.split('\u001b[3A').length, out.split('\u001b[4A').length]).toEqual([4, 2]);
  });
});
