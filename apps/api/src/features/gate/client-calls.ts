import { type Answered, eventually, type TestApplication } from '../../testing/start-test-application.ts';

/** A client program as the server sees it: every command asks for the version first and reads nothing but JSON. */
export interface Client {
  /** Sends one call of a command; refuses an answer whose content type is not JSON, as the older generation does. */
  call(method: string, path: string, body?: unknown): Promise<Answered>;
  /** What both generations do after POST /tasks: ask for the task until it has ended. */
  finished(created: Answered): Promise<Answered['body']>;
}

const GOOD: readonly string[] = ['SUCCEEDED', 'STOPPED', 'SKIPPED'];
const OPEN: readonly string[] = ['NOT_STARTED', 'RUNNING'];

/** Statuses under which clients call a task done well. */
export const isGood = (status: string): boolean => GOOD.includes(status);

export function clientOf(app: TestApplication, user = 'ana'): Client {
  const call: Client['call'] = async (method, path, body) => {
    const version = await app.send('GET', '/version');
    if (version.status !== 200 || typeof version.body?.version !== 'string') throw new Error('the server is not there');
    const answer = await app.send(method, path, body, { accept: 'application/json', 'x-spinnaker-user': user });
    if (!/^application\/json\b/.test(answer.type))
      throw new Error(`${method} ${path}: content type ${JSON.stringify(answer.type)}`);
    return answer;
  };
  return {
    call,
    finished: async (created) => {
      if (created.status !== 200) throw new Error(`the task was refused: ${JSON.stringify(created.body)}`);
      const id = String(created.body.ref).replace(/^\/tasks\//, '');
      return eventually(
        async () => (await call('GET', `/tasks/${id}`)).body,
        (task) => !OPEN.includes(task.status),
      );
    },
  };
}
