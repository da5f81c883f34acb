import type { HttpRequest } from '@gennaker/catalog/kit';
import { isJsonObject, type JsonObject } from '@gennaker/pipeline-dsl';

/** An answer of a service. */
export interface PlannedAnswer {
  readonly status: number;
  readonly body: unknown;
  readonly headers: Record<string, string>;
}

/**
 * How a service answers when the script says nothing: 200, with what the stage looks for at the places it looks at, so
 * that the work behind the call counts as done.
 */
export function defaultAnswer(request: HttpRequest, context: JsonObject): PlannedAnswer {
  const body: JsonObject = {};
  const statusUrl = `${request.url.replace(/[?#].*$/, '').replace(/\/$/, '')}/status`;
  put(body, context['statusUrlJsonPath'], statusUrl);
  put(body, context['statusJsonPath'], firstOf(context['successStatuses']) ?? 100);
  put(body, context['progressJsonPath'], 100);
  // What a deployment monitor that is content answers.
  if (typeof context['monitor'] === 'string') body['nextStep'] = { directive: 'CONTINUE' };
  return { status: 200, body, headers: { location: statusUrl } };
}

function firstOf(list: unknown): string | undefined {
  const words = Array.isArray(list) ? list.map(String) : typeof list === 'string' ? list.split(',') : [];
  return words.map((word) => word.trim()).find((word) => word !== '');
}

/** Sets a value at a plain path like `$.status.state` or `$.runs[0].state`; other paths are left alone. */
function put(body: JsonObject, path: unknown, value: unknown): void {
  if (typeof path !== 'string' || !path.startsWith('$')) return;
  const parts = [...path.slice(1).matchAll(/\.([\w-]+)|\['([^']+)'\]|\[(\d+)\]/g)].map(
    ([, dotted, quoted, index]) => dotted ?? quoted ?? Number(index),
  );
  let at: unknown = body;
  parts.forEach((part, i) => {
    const isLast = i === parts.length - 1;
    const next: unknown = isLast ? value : typeof parts[i + 1] === 'number' ? [] : {};
    if (Array.isArray(at) && typeof part === 'number') at = at[part] = isLast ? next : (at[part] ?? next);
    else if (isJsonObject(at)) at = at[String(part)] = isLast ? next : (at[String(part)] ?? next);
  });
}
