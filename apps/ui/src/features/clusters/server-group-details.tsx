import { Link } from '@tanstack/react-router';
import { InstancesTable } from './instances-table.tsx';
import { type ServerGroupView, shareTexts } from './server-group.ts';

/** Facts of a server group, and each instance with the word of every source on its health. */
export function ServerGroupDetails({ app, group }: { readonly app: string; readonly group: ServerGroupView }) {
  const { account, region, name } = group;
  return (
    <div className="bg-surface border-line border-t px-4 py-3">
      <GroupFacts group={group} />
      <InstancesTable of={name} instances={group.instances} />
      <p className="m-0 mt-2">
        <Link to="/apps/$app/clusters/$account/$region/$name" params={{ app, account, region, name }}>
          Launch settings, scaling and activities of {name}
        </Link>
      </p>
    </div>
  );
}

/** What a server group is of and where its requests come from. */
export function GroupFacts({ group }: { readonly group: ServerGroupView }) {
  const facts: Array<[string, string]> = [
    ['Image', [group.image?.name, group.image?.id].filter(Boolean).join(' · ') || 'unknown'],
    ['Target groups', group.targetGroups.join(', ') || 'none'],
    ['Load balancers', group.loadBalancers.join(', ') || 'none'],
    ['Requests', shareTexts(group).join(', ') || 'none'],
    ['Suspended processes', group.suspendedProcesses.join(', ') || 'none'],
  ];
  return (
    <dl className="facts mb-2">
      {facts.map(([word, value]) => (
        <div key={word} className="contents">
          <dt>{word}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
