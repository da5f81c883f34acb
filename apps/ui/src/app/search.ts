import * as z from 'zod';

/** Reads the query of an address as plain text values: `stage=1` is the text "1", never a number. */
export function parseSearch(search: string): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(search));
}

/** Writes what is set, in key order, so that equal views have equal addresses. */
export function stringifySearch(search: Readonly<Record<string, unknown>>): string {
  const entries = Object.entries(search)
    .filter(([, value]) => value !== undefined && value !== null && value !== '')
    .map(([key, value]) => [key, String(value)] as [string, string])
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const text = new URLSearchParams(entries).toString().replaceAll('%2C', ',');
  return text ? `?${text}` : '';
}

const text = z.string().max(500).optional().catch(undefined);
const oneOf = <const Values extends readonly [string, ...string[]]>(values: Values) =>
  z.enum(values).optional().catch(undefined);

/** View state per route. Unknown keys are kept; a bad value falls back to the default. */
export const searchSchemas = {
  applications: z.looseObject({ q: text }),
  executions: z.looseObject({ q: text, pipeline: text, status: text, trigger: text }),
  execution: z.looseObject({
    view: oneOf(['graph', 'list']),
    stage: text,
    tab: oneOf(['summary', 'inputs', 'outputs', 'events', 'config']),
    attempt: text,
  }),
  pipelines: z.looseObject({ q: text, start: text }),
  editor: z.looseObject({
    stage: text,
    mode: oneOf(['graph', 'split', 'code', 'outline']),
    panel: oneOf(['settings', 'parameters', 'triggers']),
  }),
  clusters: z.looseObject({ q: text, group: text, view: oneOf(['loadBalancers']) }),
  serverGroup: z.looseObject({ tab: oneOf(['launch', 'scaling', 'activities']) }),
  inbox: z.looseObject({ app: text }),
  freezes: z.looseObject({ new: text }),
} as const;

export type ExecutionSearch = z.infer<typeof searchSchemas.execution>;
export type EditorSearch = z.infer<typeof searchSchemas.editor>;
