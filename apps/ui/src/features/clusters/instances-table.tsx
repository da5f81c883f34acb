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
}

/** Each instance with its health, and the word of every source on it. */
export function InstancesTable({ of, instances, actions }: InstancesTableProps) {
  return (
    <div className="gk-table-wrap">
      <table className="gk-table gk-table-bare" aria-label={`Instances of ${of}`}>
        <thead>
          <tr>
            <th scope="col">Instance</th>
            <th scope="col">Health</th>
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
              <td className="align-top">
                <span className="gk-mono block py-1 whitespace-nowrap">{one.id}</span>
                <span className="gk-muted block pb-1">
                  {one.zone}
                  {one.launchTime === null ? null : (
                    <>
                      {one.zone ? ', ' : ''}started <Ago at={one.launchTime} />
                    </>
                  )}
                </span>
              </td>
              <td className="align-top">
                <span className="flex items-center gap-2 py-1 whitespace-nowrap">
                  <InstanceDot health={one.health} label="" />
                  {HEALTH_FACES[one.health].word}
                </span>
              </td>
              <td className="align-top">
                <Sources reasons={one.reasons} />
              </td>
              {actions ? <td className="align-top text-right">{actions(one)}</td> : null}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Sources({ reasons }: { readonly reasons: readonly Reason[] }) {
  if (reasons.length === 0) return <span className="gk-muted block py-1">Nothing yet</span>;
  return (
    <ul className="m-0 list-none p-0 py-1">
      {reasons.map((reason) => (
        <li key={`${reason.source} ${reason.where}`} style={{ overflowWrap: 'anywhere' }}>
          <span className="gk-muted">{sourceText(reason)}</span> {reasonText(reason)}
        </li>
      ))}
    </ul>
  );
}
