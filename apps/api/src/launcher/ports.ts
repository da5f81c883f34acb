import { createServer } from 'node:net';
import { hasCode } from './processes.ts';

/** Whether a server could listen on this address now. Errors other than "in use" or "not allowed" are thrown. */
export function isPortFree(port: number, host = '127.0.0.1'): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', (error) => (hasCode(error, 'EADDRINUSE', 'EACCES') ? resolve(false) : reject(error)));
    probe.listen({ port, host, exclusive: true }, () => probe.close(() => resolve(true)));
  });
}

/** A port nobody listens on now; another process may still take it before it is used. */
export function findFreePort(host = '127.0.0.1'): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen({ port: 0, host }, () => {
      const address = probe.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      probe.close(() => resolve(port));
    });
  });
}

/** The port used before when it is free, so that addresses stay the same between starts; otherwise any free one. */
export async function keepPort(earlier: number | null): Promise<number> {
  return earlier !== null && (await isPortFree(earlier)) ? earlier : findFreePort();
}
