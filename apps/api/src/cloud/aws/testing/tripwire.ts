import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Stands between the room and its cloud, notes every change sent, and can strike right before or after one. */
export interface Tripwire {
  readonly endpoint: string;
  /** Actions of the changes that passed, in order. */
  readonly changes: string[];
  /** Strikes at the nth change from now (from 1): `before` keeps it from the cloud, `after` lets it take effect. */
  arm(nth: number, side: 'before' | 'after', strike: () => void): void;
  stop(): Promise<void>;
}

/** The action of a call, wherever its protocol says it: in the form, in a header, or in the path. */
const actionOf = (body: string, { headers, url }: IncomingMessage): string =>
  /(?:^|&)Action=([A-Za-z]+)/.exec(body)?.[1] ??
  /\.([A-Za-z]+)$/.exec(String(headers['x-amz-target'] ?? ''))?.[1] ??
  /\/operation\/([A-Za-z]+)/.exec(url ?? '')?.[1] ??
  '';
const isChange = (action: string): boolean => !/^(Describe|Get|Assume)/.test(action);

async function readAll(message: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of message) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

function forward(
  target: URL,
  incoming: IncomingMessage,
  body: Buffer,
): Promise<{ status: number; answer: IncomingMessage; bytes: Buffer }> {
  return new Promise((resolve, reject) => {
    const { method, url, headers } = incoming;
    const outgoing = request(
      { host: target.hostname, port: target.port, method, path: url, headers },
      (answer) =>
        void readAll(answer).then((bytes) => resolve({ status: answer.statusCode ?? 500, answer, bytes }), reject),
    );
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

/** Starts the tripwire in front of a cloud's address. */
export async function startTripwire(cloud: string): Promise<Tripwire> {
  const target = new URL(cloud);
  const changes: string[] = [];
  let armed: { left: number; readonly side: 'before' | 'after'; readonly strike: () => void } | null = null;

  async function handle(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const body = await readAll(incoming);
    const action = actionOf(body.toString('utf8'), incoming);
    let strikes: typeof armed = null;
    if (isChange(action) && armed && --armed.left === 0) {
      strikes = armed;
      armed = null;
    }
    if (strikes?.side === 'before') {
      strikes.strike();
      outgoing.destroy();
      return;
    }
    const { status, answer, bytes } = await forward(target, incoming, body);
    if (isChange(action)) changes.push(action);
    strikes?.strike();
    outgoing.writeHead(status, answer.headers).end(bytes);
  }

  const server = createServer((incoming, outgoing) => void handle(incoming, outgoing).catch(() => outgoing.destroy()));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    changes,
    arm(nth, side, strike) {
      armed = { left: nth, side, strike };
    },
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
