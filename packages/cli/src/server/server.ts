import { isJsonObject, type JsonObject } from '@gennaker/pipeline-dsl';
import type { Given, OptionDefinition } from '../command.ts';
import type { Terminal } from '../output/terminal.ts';
import { EXIT, Problem, usage } from '../problem.ts';

/** Options of every command that talks to a server. */
export const serverOptions = {
  server: { value: 'url', help: 'Address of the server (GENNAKER_SERVER; default http://localhost:8084)' },
  token: { value: 'token', help: 'Token that says who you are (GENNAKER_TOKEN)' },
  user: { value: 'name', help: 'Name to act under where the server asks for no token (GENNAKER_USER)' },
} as const satisfies Record<string, OptionDefinition>;

const PATIENCE_MS = 30_000;

/** An answer other than the wanted one. `status` 0 means that there was none. */
export class ServerRefusal extends Problem {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string, advice?: string) {
    super(message, {
      exitCode: status >= 500 || status === 0 ? EXIT.unavailable : EXIT.no,
      ...(advice ? { advice } : {}),
    });
    this.status = status;
    this.code = code;
  }
}

/** A Gennaker over HTTP. */
export class Server {
  readonly url: string;
  private readonly headers: Readonly<Record<string, string>>;

  constructor(url: string, headers: Readonly<Record<string, string>> = {}) {
    this.url = url.replace(/\/+$/, '');
    this.headers = headers;
  }

  /** The server that options and environment name. */
  static of(given: Given, { env }: Terminal): Server {
    const url = given.text('server') ?? (env['GENNAKER_SERVER'] || 'http://localhost:8084');
    if (!/^https?:\/\/[^\s]+$/.test(url) || !URL.canParse(url))
      throw usage(`"${url}" is no address of a server.`, 'Write it like http://localhost:8084.');
    const token = given.text('token') ?? env['GENNAKER_TOKEN'];
    const user = given.text('user') ?? env['GENNAKER_USER'];
    return new Server(url, {
      ...(token ? { authorization: `Bearer ${token}` } : {}),
      ...(user ? { 'x-spinnaker-user': user } : {}),
    });
  }

  /** The JSON answered; throws `ServerRefusal` for any answer that is no success. */
  async ask(method: string, path: string, body?: unknown): Promise<unknown> {
    const response = await this.send(method, path, body);
    const text = await response.text();
    if (!response.ok) throw refusal(response.status, text, `${this.url}${path}`);
    if (text === '') return undefined;
    try {
      return JSON.parse(text) as unknown;
    } catch {
      throw new ServerRefusal(
        0,
        'server.no-json',
        `${this.url}${path} answered something that is no JSON.`,
        'Is this the address of a Gennaker server?',
      );
    }
  }

  /** As `ask`; null where there is nothing. */
  async find(path: string): Promise<JsonObject | null> {
    try {
      const answer = await this.ask('GET', path);
      return isJsonObject(answer) ? answer : null;
    } catch (error) {
      if (error instanceof ServerRefusal && error.status === 404) return null;
      throw error;
    }
  }

  /** A stream of server-sent events after the given one. */
  async stream(path: string, lastEventId: number, signal: AbortSignal): Promise<Response> {
    return fetch(this.url + path, {
      headers: { ...this.headers, accept: 'text/event-stream', 'last-event-id': String(lastEventId) },
      signal,
    });
  }

  private async send(method: string, path: string, body: unknown): Promise<Response> {
    try {
      return await fetch(this.url + path, {
        method,
        headers: { ...this.headers, accept: 'application/json', 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(PATIENCE_MS),
      });
    } catch (error) {
      throw unreachable(this.url, error);
    }
  }
}

/** No answer came. */
export function unreachable(url: string, error: unknown): ServerRefusal {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const reason = cause instanceof Error ? ((cause as NodeJS.ErrnoException).code ?? cause.message) : String(cause);
  return new ServerRefusal(
    0,
    'server.unreachable',
    `No server answers at ${url} (${reason}).`,
    'Start one with "npm start", or name another with --server or GENNAKER_SERVER.',
  );
}

function refusal(status: number, text: string, url: string): ServerRefusal {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    body = null;
  }
  const told = isJsonObject(body) ? body : {};
  const message = typeof told['message'] === 'string' ? told['message'] : `${url} answered with status ${status}.`;
  const code = typeof told['code'] === 'string' ? told['code'] : `http.${status}`;
  const fields = Array.isArray(told['fields']) ? told['fields'].filter(isJsonObject) : [];
  const lines = fields.map((field) => `  ${String(field['pointer'])}: ${String(field['message'])}`);
  return new ServerRefusal(status, code, message, advice(status, lines));
}

function advice(status: number, lines: readonly string[]): string | undefined {
  if (lines.length > 0) return lines.join('\n');
  if (status === 401) return 'Say who you are with --token or GENNAKER_TOKEN.';
  if (status === 403) return 'Ask an owner of the application for the right to do this.';
  return undefined;
}
