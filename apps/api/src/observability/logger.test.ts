import { expect, it } from 'vitest';
import { createLogger } from './logger.ts';

it('writes one object a line from its level up, without what sounds like a secret', () => {
  const lines: string[] = [];
  const logger = createLogger(
    'info',
    (line) => lines.push(line),
    () => 0,
  );
  logger.debug('too quiet');
  logger.info('said', { user: 'ana', apiToken: 'x', at: 'postgresql://a:hush@host/db', deep: [{ password: 'x' }] });
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
    {
      time: '1970-01-01T00:00:00.000Z',
      level: 'info',
      message: 'said',
      user: 'ana',
      apiToken: '(hidden)',
      at: 'postgresql://a:(hidden)@host/db',
      deep: [{ password: '(hidden)' }],
    },
  ]);
});
