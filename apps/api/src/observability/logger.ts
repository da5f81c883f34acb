import type { JsonObject } from '@gennaker/pipeline-dsl';

const LEVELS = ['silent', 'error', 'warn', 'info', 'debug', 'trace'] as const;
export type LogLevel = (typeof LEVELS)[number];

export interface Logger {
  debug(message: string, facts?: JsonObject): void;
  info(message: string, facts?: JsonObject): void;
  warn(message: string, facts?: JsonObject): void;
  error(message: string, facts?: JsonObject): void;
}

const SECRET = /pass(word|phrase)?|secret|token|authorization|cookie|credential|private.?key|access.?key/i;
const HIDDEN = '(hidden)';

/** Facts without what must not be written down: values under names that sound like secrets, passwords in addresses. */
export function redact(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return value.replace(/(\w+:\/\/[^:@/\s]*:)[^@/\s]+@/g, `$1${HIDDEN}@`);
  if (typeof value !== 'object' || value === null) return value;
  if (depth > 6) return '…';
  if (Array.isArray(value)) return value.slice(0, 100).map((item) => redact(item, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, SECRET.test(key) ? HIDDEN : redact(inner, depth + 1)]),
  );
}

/** One JSON object a line: time, level, message, facts. */
export function createLogger(level: LogLevel, write: (line: string) => void, now: () => number): Logger {
  const limit = LEVELS.indexOf(level);
  const at =
    (name: LogLevel) =>
    (message: string, facts: JsonObject = {}) => {
      if (LEVELS.indexOf(name) > limit) return;
      const time = new Date(now()).toISOString();
      write(`${JSON.stringify({ time, level: name, message, ...(redact(facts) as JsonObject) })}\n`);
    };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}
