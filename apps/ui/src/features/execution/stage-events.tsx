import { type Execution, isStatus, type Stage } from '@gennaker/pipeline-dsl';
import { Moment, STATUS_FACES } from '@gennaker/ui-kit';
import { useQuery } from '@tanstack/react-query';
import { Loaded } from '../../app/query-states.tsx';
import { call } from '../../client/call.ts';
import { guardsOverridden, overrideText, withDescendants } from './facts.ts';
import { taskWords } from './sentence.ts';

interface EventRow {
  readonly sequence: number;
  readonly type: string;
  readonly at?: number;
  readonly stageId?: string;
  readonly taskId?: string;
  readonly data?: Readonly<Record<string, unknown>>;
}

const wordOf = (status: unknown): string | null =>
  typeof status === 'string' && isStatus(status) ? STATUS_FACES[status].word : null;

const VERBS: Readonly<Record<string, string>> = {
  'stage.planned': 'Added to the run',
  'stage.started': 'Started',
  'stage.paused': 'Paused',
  'stage.resumed': 'Resumed',
  'stage.signaled': 'Heard from a person or another system',
  'stage.restarted': 'Restarted',
  'stage.completed': 'Ended',
};

/** One event in words. */
export function eventText(event: EventRow, stage: Pick<Stage, 'tasks'>): string {
  const status = wordOf(event.data?.status);
  const patch = event.data?.contextPatch as Stage['context'] | undefined;
  const overridden = patch ? guardsOverridden({ context: patch }) : [];
  if (overridden.length > 0) return overridden.map(overrideText).join('; ');
  const wait = event.data?.wait as { reason?: string } | null | undefined;
  if (event.type === 'task.changed') {
    const task = stage.tasks.find((one) => one.id === event.taskId);
    return `${taskWords(task?.name ?? event.taskId ?? 'task')}: ${(status ?? 'changed').toLowerCase()}`;
  }
  if (wait?.reason) return `Waiting for ${wait.reason}`;
  const verb = VERBS[event.type];
  if (verb) return event.type === 'stage.completed' && status ? `${verb}: ${status.toLowerCase()}` : verb;
  const keys = Object.keys({ ...(event.data?.contextPatch as object), ...(event.data?.outputsPatch as object) });
  return keys.length > 0 ? `Wrote ${keys.join(', ')}` : (status ?? 'Changed');
}

/** What happened to this stage and to what it planned, newest last. */
export function StageEvents({ execution, stage }: { readonly execution: Execution; readonly stage: Stage }) {
  const query = useQuery({
    queryKey: ['events', execution.id, execution.sequence],
    queryFn: ({ signal }) =>
      call('executionEvents', { params: { id: execution.id }, query: { after: 0, limit: 5_000 }, signal }),
    placeholderData: (old) => old,
  });
  return (
    <Loaded query={query} what="events">
      {(all) => {
        const family = new Map(withDescendants(execution.stages, stage).map((one) => [one.id, one]));
        const rows = (all as unknown as EventRow[]).filter((event) => family.has(event.stageId ?? ''));
        if (rows.length === 0) return <p className="gk-muted m-0">Nothing has happened to this stage yet.</p>;
        return (
          <ol className="event-log">
            {rows.map((event) => {
              const of = family.get(event.stageId ?? '') ?? stage;
              return (
                <li key={event.sequence}>
                  <span className="gk-muted">{event.at ? <Moment at={event.at} /> : `#${event.sequence}`}</span>
                  <span>
                    {of.id === stage.id ? null : <span className="gk-muted">{of.name}: </span>}
                    {eventText(event, of)}
                  </span>
                </li>
              );
            })}
          </ol>
        );
      }}
    </Loaded>
  );
}
