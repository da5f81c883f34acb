import { isStatus, type Status } from '@gennaker/pipeline-dsl';
import { badRequest } from '../http/route.ts';

/** Refuses words that are no status. */
export function statusesOf(words: readonly string[] | undefined): readonly Status[] | undefined {
  if (!words || words.length === 0) return undefined;
  const wrong = words.find((word) => !isStatus(word));
  if (wrong !== undefined)
    throw badRequest([{ pointer: '/query/statuses', message: `${JSON.stringify(wrong.slice(0, 100))} is no status` }]);
  return words as readonly Status[];
}
