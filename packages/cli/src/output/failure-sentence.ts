import { isJsonObject, type JsonObject } from '@gennaker/pipeline-dsl';

/** Why a stage failed, from its context: the first of its errors; null when it has none. */
export function failureSentence({ exception }: JsonObject): string | null {
  const details = isJsonObject(exception) && isJsonObject(exception['details']) ? exception['details'] : {};
  const [first] = Array.isArray(details['errors']) ? details['errors'] : [];
  const told: unknown = first ?? details['error'];
  return typeof told === 'string' && told !== '' ? told : null;
}
