import { isComplete, monikerProblem } from '@gennaker/pipeline-dsl';
import { call } from '../../client/call.ts';
import { ApiProblem } from '../../client/problem.ts';

/** Why a name is refused, or null when it is fine. */
export const applicationProblem = (name: string): string | null => monikerProblem({ app: name });

const POLL_MS = 500;
const POLLS = 120;
const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** Attributes of an application, named. */
export type ApplicationChange = Readonly<Record<string, unknown>> & { readonly name: string };

/**
 * Runs the job that creates or changes an application and waits, up to a minute, until it has ended. What a change does
 * not name stays as it is.
 */
export async function saveApplication(
  type: 'createApplication' | 'updateApplication',
  application: ApplicationChange,
  idempotencyKey: string,
): Promise<void> {
  const { name } = application;
  const verb = type === 'createApplication' ? 'Create' : 'Change';
  const body = { application: name, description: `${verb} application ${name}`, job: [{ type, application }] };
  const { ref } = await call('createTask', { body, idempotencyKey });
  const id = ref.slice(ref.lastIndexOf('/') + 1);
  for (let i = 0; i < POLLS; i++) {
    const task = await call('getTask', { params: { id } });
    if (task.status === 'SUCCEEDED') return;
    if (isComplete(task.status)) throw failed(name, task);
    await pause(POLL_MS);
  }
}

function failed(name: string, task: Record<string, unknown>): ApiProblem {
  const variables = Array.isArray(task.variables) ? (task.variables as Array<{ key?: unknown; value?: unknown }>) : [];
  const exception = variables.find((variable) => variable.key === 'exception')?.value as
    | { details?: { errors?: string[]; error?: string } }
    | undefined;
  const said = exception?.details?.errors?.[0] ?? exception?.details?.error;
  return new ApiProblem({
    timestamp: 0,
    status: 409,
    error: 'Failed',
    code: 'applications.not-saved',
    message: said ?? `Application ${name} could not be saved.`,
  });
}
