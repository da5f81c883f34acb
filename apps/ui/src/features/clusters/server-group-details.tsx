import { HEALTH_FACES, InstanceDot } from './instance-dot.tsx';
import { type InstanceView, type ServerGroupView, shareTexts } from './server-group.ts';

const reasonText = (instance: InstanceView): string =>
  instance.reasons
    .map((reason) =>
      [reason.where ?? reason.source, reason.description ?? reason.state, reason.code].filter(Boolean).join(': '),
    )
    .join('; ');

/** Facts of a server group, and each instance with the word of every source on its health. */
export function ServerGroupDetails({ group }: { readonly group: ServerGroupView }) {
  const facts: Array<[string, string]> = [
    ['Image', [group.image?.name, group.image?.id].filter(Boolean).join(' · ') || 'unknown'],
    ['Target groups', group.targetGroups.join(', ') || 'none'],
    ['Load balancers', group.loadBalancers.join(', ') || 'none'],
    ['Requests', shareTexts(group).join(', ') || 'none'],
    ['Suspended processes', group.suspendedProcesses.join(', ') || 'none'],
  ];
  return (
    <div className="bg-surface px-4 py-3">
      <dl className="facts">
        {facts.map(([word, value]) => (
          <div key={word} className="contents">
            <dt>{word}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <table className="gk-table gk-table-bare mt-2" aria-label={`Instances of ${group.name}`}>
        <thead>
          <tr>
            <th scope="col">Instance</th>
            <th scope="col">Health</th>
            <th scope="col">Zone</th>
            <th scope="col">Why</th>
          </tr>
        </thead>
        <tbody>
          {group.instances.map((one) => (
            <tr key={one.id}>
              <td className="gk-mono">{one.id}</td>
              <td>
                <span className="flex items-center gap-2">
                  <InstanceDot health={one.health} label="" />
                  {HEALTH_FACES[one.health].word}
                </span>
              </td>
              <td>{one.zone}</td>
              <td className="gk-muted">{reasonText(one)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
