import { Ago } from '@gennaker/ui-kit';
import type { ReactNode } from 'react';
import { HEALTH_FACES, InstanceDot } from './instance-dot.tsx';
import type { InstanceView } from './server-group.ts';

const SOURCES: Readonly<Record<string, string>> = { machine: 'Machine', group: 'Auto Scaling', target: 'Target group' };

type Reason = InstanceView['reasons'][number];

/** Who says it: a target group by its name. */
export const sourceText = ({ source, where }: Reason): string => where ?? SOURCES[source] ?? source;

/** What it says: "unhealthy: answered 502 (Target.ResponseCodeMismatch)". */
export const reasonText = ({ state, code, description }: Reason): string => {
  const said =
    description && description !== state
      ? description.startsWith(state)
        ? description
        : `${state}: ${description}`
      : state;
  return code ? `${said} (${code})` : said;
};

/** The worst first, so that what keeps a group from being healthy is seen without scrolling. */
export const worstFirst = (instances: readonly InstanceView[]): InstanceView[] =>
  [...instances].sort(
    (a, b) => HEALTH_FACES[a.health].order - HEALTH_FACES[b.health].order || a.id.localeCompare(b.id),
  );

interface InstancesTableProps {
  /** Name of the server group, for the table's own name. */
  readonly of: string;
  readonly instances: readonly InstanceView[];
  /** What can be done with one. */
  readonly actions?: (instance: InstanceView) => ReactNode;
  /** Health under the instance instead of beside it. */
  readonly narrow?: boolean;
}

/** Each instance with its health, and the word of every source on it. */
export function InstancesTable({ of, instances, actions, narrow }: InstancesTableProps) {
  return (
    <div className="gk-table-wrap">
      <table
        className="gk-table gk-table-bare instances"
        data-narrow={narrow ? '' : undefined}
        aria-label={`Instances of ${of}`}
      >
        <thead>
          <tr>
            <th scope="col">Instance</th>
            {narrow ? null : <th scope="col">Health</th>}
            <th scope="col">What each source says</th>
            {actions ? (
              <th scope="col">
                <span className="gk-visually-hidden">Actions</span>
              </th>
            ) : null}
          </tr>
        </thead>
        <tbody>
          {worstFirst(instances).map((one) => (
            <tr key={one.id}>
              <td>
                <span className="gk-mono block whitespace-nowrap">{one.id}</span>
                {narrow ? <InstanceHealth instance={one} /> : null}
                <span className="gk-muted block">
                  {one.zone}
                  {one.launchTime === null ? null : (
                    <>
                      {one.zone ? ', ' : ''}
                      <Ago at={one.launchTime} />
                    </>
                  )}
                </span>
              </td>
              {narrow ? null : (
                <td>
                  <InstanceHealth instance={one} />
                </td>
              )}
              <td>
                <Sources reasons={one.reasons} />
              </td>
              {actions ? <td className="text-right">{actions(one)}</td> : null}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function InstanceHealth({ instance: { health } }: { readonly instance: InstanceView }) {
  return (
    <span className="flex items-center gap-2 whitespace-nowrap">
      <InstanceDot health={health} label="" />
      {HEALTH_FACES[health].word}
    </span>
  );
}

function Sources({ reasons }: { readonly reasons: readonly Reason[] }) {
  if (reasons.length === 0) return <span className="gk-muted">Nothing yet</span>;
  return (
    <ul className="m-0 list-none p-0">
      {reasons.map((reason) => (
        <li key={`${reason.source} ${reason.where}`} style={{ overflowWrap: 'anywhere' }}>
          <span className="gk-muted">{sourceText(reason)}</span> {reasonText(reason)}
        </li>
      ))}
    </ul>
  );
}
