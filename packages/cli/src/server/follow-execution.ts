import { setTimeout as sleep } from 'node:timers/promises';
import { applyEvent, type Execution, type ExecutionEvent, isComplete } from '@gennaker/pipeline-dsl';
import { EXIT, Problem } from '../problem.ts';
import { objectOf, readMessages, type StreamMessage } from './read-events.ts';
import { type Server, ServerRefusal } from './server.ts';

/** Tries in a row before it gives up; together some two minutes. */
const MOST_FAILURES = 12;
const LONGEST_PAUSE_MS = 15_000;
/** The server lets hear of itself more often than this. */
const SILENCE_MS = 45_000;

/**
 * Tells every new picture of an execution until it has ended, and answers the last one. A lost connection is made
 * again; nothing is told twice or left out, because each picture carries the number of its newest event.
 */
export async function followExecution(
  server: Server,
  id: string,
  onPicture: (execution: Execution) => void,
): Promise<Execution> {
  const path = `/pipelines/${encodeURIComponent(id)}`;
  const read = async (): Promise<Execution> => (await server.ask('GET', path)) as Execution;
  let picture = await read();
  onPicture(picture);
  for (let failures = 0; !isComplete(picture.status); failures += 1) {
    if (failures > 0) await sleep(Math.min(LONGEST_PAUSE_MS, 500 * 2 ** failures));
    if (failures > MOST_FAILURES)
      throw new Problem(`The connection to ${server.url} is lost again and again.`, {
        advice: `The execution goes on without you: gennaker watch ${id}`,
        exitCode: EXIT.unavailable,
      });
    try {
      if (failures > 0) picture = await read();
      for await (const next of pictures(server, id, picture, read)) {
        failures = 0;
        picture = next;
        onPicture(picture);
        if (isComplete(picture.status)) break;
      }
    } catch (error) {
      if (error instanceof ServerRefusal && error.status >= 400 && error.status < 500) throw error;
    }
  }
  return picture;
}

/** The given picture once the stream is open, then each newer one. */
async function* pictures(
  server: Server,
  id: string,
  from: Execution,
  read: () => Promise<Execution>,
): AsyncGenerator<Execution> {
  const controller = new AbortController();
  const silence = setTimeout(() => controller.abort(), SILENCE_MS);
  const path = `/executions/${encodeURIComponent(id)}/stream`;
  try {
    const response = await server.stream(path, from.sequence, controller.signal);
    if (!response.ok || !response.body)
      throw new ServerRefusal(
        response.status,
        'stream.refused',
        `${server.url} answered ${response.status} for the events of ${id}.`,
      );
    let picture = from;
    yield picture;
    for await (const message of readMessages(heard(response.body, () => silence.refresh()))) {
      const news = message.event === 'reset' ? await read() : fold(picture, message);
      if (news === picture) continue;
      picture = news;
      yield picture;
    }
  } finally {
    clearTimeout(silence);
    controller.abort();
  }
}

function fold(picture: Execution, message: StreamMessage): Execution {
  const event = message.event === 'change' ? objectOf(message) : null;
  return event === null ? picture : applyEvent(picture, event as unknown as ExecutionEvent);
}

/** The same bytes; says when some came. */
const heard = (body: ReadableStream<Uint8Array>, onBytes: () => void): ReadableStream<Uint8Array> =>
  body.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        onBytes();
        controller.enqueue(chunk);
      },
    }),
  );
