import { type Problem, problemSchema } from './problem-shape.ts';

/** An answer that is not the one asked for, or no answer at all (`status` 0). */
export class ApiProblem extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.message);
    this.name = 'ApiProblem';
    this.problem = problem;
  }

  get status(): number {
    return this.problem.status;
  }
}

/** The server could not be reached; nothing is known about what it did. */
export const unreachable = (at: number): ApiProblem =>
  new ApiProblem({
    timestamp: at,
    status: 0,
    error: 'Unreachable',
    code: 'network.unreachable',
    message: 'The server did not answer. Check the connection; this page tries again by itself.',
  });

/** Code of a refusal that is not in the form the server gives its own. */
export const UNREADABLE = 'http.unreadable';

/** Reads a refusal; an answer in an unknown form becomes a problem that says so. */
export async function readProblem(response: Response, at: number): Promise<ApiProblem> {
  const parsed = problemSchema.safeParse(await response.json().catch(() => undefined));
  if (parsed.success) return new ApiProblem(parsed.data);
  return new ApiProblem({
    timestamp: at,
    status: response.status,
    error: response.statusText,
    code: UNREADABLE,
    message: `The server answered ${response.status} without saying why. Try again, or ask whoever runs it.`,
    requestId: response.headers.get('x-request-id') ?? undefined,
  });
}

/** The problem as words for a screen, whatever was thrown. */
export function problemOf(error: unknown): Problem {
  if (error instanceof ApiProblem) return error.problem;
  const message = error instanceof Error ? error.message : String(error);
  return { timestamp: 0, status: 0, error: 'Defect', code: 'ui.defect', message };
}

/** Messages by field: the last part of each pointer under `prefix` (`/parameters`) is the field's name. */
export function fieldErrors(error: unknown, prefix = ''): Readonly<Record<string, string>> {
  const fields = error instanceof ApiProblem ? (error.problem.fields ?? []) : [];
  return Object.fromEntries(
    fields
      .filter((field) => field.pointer.startsWith(`${prefix}/`))
      .map((field) => [unescapePointer(field.pointer.slice(prefix.length + 1)), field.message]),
  );
}

const unescapePointer = (part: string): string => part.replaceAll('~1', '/').replaceAll('~0', '~');
