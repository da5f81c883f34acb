import { afterEach, describe, expect, it } from 'vitest';
import { connection } from '../live/connection.ts';
import { call, fillPath, queryText } from './call.ts';
import { ApiProblem, fieldErrors } from './problem.ts';
import { isSilent } from './query-client.ts';

const original = globalThis.fetch;
afterEach(() => {
  globalThis.fetch = original;
});

const answering = (status: number, body: unknown): string[] => {
  const asked: string[] = [];
  globalThis.fetch = (async (url: string, init: RequestInit) => {
    asked.push(`${init.method} ${url}`);
    return new Response(typeof body === 'string' ? body : JSON.stringify(body), { status });
  }) as typeof globalThis.fetch;
  return asked;
};

const problemOf = async (run: Promise<unknown>): Promise<ApiProblem> => {
  const thrown = await run.then(
    () => null,
    (error: unknown) => error,
  );
  if (thrown instanceof ApiProblem) return thrown;
  throw new Error('no problem was thrown');
};

describe('calls to the API', () => {
  it('go where the contract says, with names escaped', async () => {
    const asked = answering(200, []);
    await call('searchExecutions', { params: { application: 'a/b' }, query: { size: 5, statuses: 'RUNNING' } });
    expect(asked).toEqual(['GET /applications/a%2Fb/executions/search?size=5&statuses=RUNNING']);
  });

  it('put refused inputs at their fields', async () => {
    const fields = [{ pointer: '/parameters/version', message: 'Version is required.' }];
    answering(400, {
      timestamp: 1,
      status: 400,
      error: 'Bad Request',
      code: 'executions.missing-parameter',
      message: 'No.',
      fields,
    });
    const problem = await problemOf(call('startPipeline', { params: { application: 'a', nameOrId: 'p' }, body: {} }));
    expect(fieldErrors(problem, '/parameters')).toEqual({ version: 'Version is required.' });
    expect(fieldErrors(problem, '/other')).toEqual({});
  });

  it('say that an answer is not in the agreed form', async () => {
    answering(200, { not: 'a list' });
    expect((await problemOf(call('listApplications'))).problem.code).toBe('ui.unexpected-answer');
  });

  it('turn an unreadable refusal and silence into words', async () => {
    answering(500, '<html>');
    expect((await problemOf(call('listApplications'))).problem.code).toBe('http.unreadable');
    expect(connection.read().lostAt).toBeNull();
    globalThis.fetch = (async () => {
      throw new TypeError('failed');
    }) as typeof globalThis.fetch;
    expect((await problemOf(call('listApplications'))).status).toBe(0);
  });

  it('take a proxy that reaches nobody for silence, and a refusal of the server for an answer', async () => {
    answering(503, { timestamp: 1, status: 503, error: 'Busy', code: 'system.busy', message: 'Too many at once.' });
    expect((await problemOf(call('listApplications'))).problem.code).toBe('system.busy');
    expect(connection.read().lostAt).toBeNull();
    answering(502, '<html>');
    const silence = await problemOf(call('listApplications'));
    expect(silence.status).toBe(0);
    expect(connection.read().lostAt).not.toBeNull();
    expect(isSilent({ state: { data: undefined, error: silence } })).toBe(true);
    expect(isSilent({ state: { data: [], error: silence } })).toBe(false);
    answering(200, []);
    await call('listApplications');
    expect(connection.read().lostAt).toBeNull();
  });

  it('need every part of the path and leave out what is not set', () => {
    expect(() => fillPath('/pipelines/:id', {})).toThrow('needs id');
    expect(queryText({ a: undefined, b: '' })).toBe('?b=');
  });
});
