import { isComplete, isJsonObject, type Stage } from '@gennaker/pipeline-dsl';
import { Chip } from '@gennaker/ui-kit';
import type { StageDetailsProps } from '../../kit/ui/index.ts';

/** Server groups a deploy made, by region. */
export function deployedGroups(stage: Pick<Stage, 'context' | 'outputs'>): Array<{ region: string; names: string[] }> {
  const found = stage.outputs['deploy.server.groups'] ?? stage.context['deploy.server.groups'];
  if (!isJsonObject(found)) return [];
  return Object.entries(found).flatMap(([region, names]) =>
    Array.isArray(names) ? [{ region, names: names.filter((name) => typeof name === 'string') }] : [],
  );
}

/** What a deploy has made, once it has ended. Until then it is shown as it is in the cloud. */
export function DeployDetails({ stage, execution }: StageDetailsProps) {
  const family = execution.stages.filter((one) => one.id === stage.id || one.parentStageId === stage.id);
  const groups = family.flatMap(deployedGroups);
  const unique = [...new Map(groups.map((group) => [group.region + group.names.join(), group])).values()];
  if (unique.length === 0 || !isComplete(stage.status)) return null;
  return (
    <section className="gk-card flex flex-col gap-2 p-3" aria-label="Server groups it made">
      <h3 className="gk-label m-0">Server groups it made</h3>
      {unique.map(({ region, names }) => (
        <div key={region + names.join()} className="flex flex-wrap items-center gap-2">
          <span className="gk-label">{region}</span>
          {names.map((name) => (
            <Chip key={name} mono>
              {name}
            </Chip>
          ))}
        </div>
      ))}
    </section>
  );
}
