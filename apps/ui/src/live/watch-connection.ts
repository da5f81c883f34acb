import { systemNow } from '@gennaker/ui-kit';
import { connection } from './connection.ts';

const PROBE_MS = 5_000;

/** Keeps the connection's picture true: follows the browser's online state and asks the server while it is silent. */
export function watchConnection(): void {
  globalThis.addEventListener('offline', () => connection.offline(true));
  globalThis.addEventListener('online', () => connection.offline(false));
  setInterval(() => {
    if (connection.read().lostAt === null || document.visibilityState === 'hidden') return;
    fetch('/health', { headers: { accept: 'application/json' } }).then(
      (response) => {
        if (response.ok) connection.heard(systemNow());
      },
      () => undefined,
    );
  }, PROBE_MS);
}
