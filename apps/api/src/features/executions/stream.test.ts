import { applyEvent, type Execution, type ExecutionEvent } from '@gennaker/pipeline-dsl';
import { describe, expect } from 'vitest';
import { appTest } from '../../testing/app-test.ts';
import { eventually, startTestApplication, type TestApplication } from '../../testing/start-test-application.ts';

/** A client of a stream: what it got, until it is closed. */
async function listen(url: string, headers: Record<string, string> = {}) {
  const abort = new AbortController();
  const response = await fetch(url, { headers, signal: abort.signal });
  const messages: Array<{ id?: string; event?: string; data?: string }> = [];
  let text = '';
  const reading = (async () => {
    for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      const parts = text.split('\n\n');
      text = parts.pop() ?? '';
      for (const part of parts)
        messages.push(Object.fromEntries(part.split('\n').map((line) => line.split(/: (.*)/s).slice(0, 2))));
    }
  })().catch(() => undefined);
  return {
    type: response.headers.get('content-type'),
    messages,
    events: () =>
      messages.filter(({ event }) => event === 'change').map(({ data }) => JSON.parse(data ?? '') as ExecutionEvent),
    ended: () => reading,
    close: () => abort.abort(),
  };
}

async function start(app: TestApplication, name: string): Promise<Execution> {
  const stages = [
    { refId: '1', type: 'manualJudgment', name: 'Hold' },
    { refId: '2', requisiteStageRefIds: ['1'], type: 'wait', waitTime: 0 },
  ];
  await app.send('POST', '/pipelines', { application: 'live', name, stages });
  const { ref } = (await app.send('POST', `/pipelines/live/${name}`, {})).body;
  return eventually(
    async () => (await app.send('GET', ref)).body,
    (execution) => execution.stages[0].wait !== null,
  );
}

const judge = (app: TestApplication, { id, stages }: Execution) =>
  app.send('PATCH', `/pipelines/${id}/stages/${stages[0]!.id}`, { judgmentStatus: 'continue' });

describe('the stream of an execution', () => {
  appTest('replays from the rows and goes on live, each event once and in order', async ({ app }) => {
    const execution = await start(app, 'whole');
    const client = await listen(`${app.url}/executions/${execution.id}/stream`);
    expect(client.type).toContain('text/event-stream');
    await judge(app, execution);
    const events = await eventually(
      async () => client.events(),
      (all) => all.at(-1)?.type === 'execution.completed',
    );
    expect(events.map(({ sequence }) => sequence)).toEqual(events.map((_, i) => i + 1));
    expect(client.messages.filter(({ id }) => id).map(({ id }) => Number(id))).toEqual(
      events.map(({ sequence }) => sequence),
    );
    client.close();
  });

  appTest('resumes after the event a client names, and folds into what the server shows', async ({ app }) => {
    const picture = await start(app, 'resumed');
    const client = await listen(`${app.url}/executions/${picture.id}/stream?after=1`, {
      'last-event-id': String(picture.sequence),
    });
    await judge(app, picture);
    const events = await eventually(
      async () => client.events(),
      (all) => all.at(-1)?.type === 'execution.completed',
    );
    expect(events[0]?.sequence).toBe(picture.sequence + 1);
    const shown = (await app.send('GET', `/pipelines/${picture.id}`)).body;
    expect(events.reduce(applyEvent, picture)).toEqual(shown);
    const replayed = (await app.send('GET', `/executions/${picture.id}/events?after=${picture.sequence}`)).body;
    expect(replayed).toEqual(events);
    client.close();
  });

  appTest('tells a client that is ahead to fetch its picture anew', async ({ app }) => {
    const { id } = await start(app, 'ahead');
    const client = await listen(`${app.url}/executions/${id}/stream`, { 'last-event-id': '99999' });
    await eventually(
      async () => client.messages,
      (all) => all.some(({ event }) => event === 'reset'),
    );
    expect(client.events()).toEqual([]);
    client.close();
  });

  appTest(
    'shows in one process what another one does, and says goodbye when its process ends',
    async ({ app, databaseUrl }) => {
      const other = await startTestApplication(databaseUrl, { role: 'api' });
      const execution = await start(app, 'elsewhere');
      const client = await listen(`${other.url}/executions/${execution.id}/stream?after=${execution.sequence}`);
      await judge(app, execution);
      await eventually(
        async () => client.events(),
        (all) => all.at(-1)?.type === 'execution.completed',
      );
      await other.stop();
      await client.ended();
      expect(client.messages.at(-1)).toMatchObject({ event: 'bye' });
    },
  );
});
