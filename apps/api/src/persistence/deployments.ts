import type { ClusterRef, DeploymentRecord, Deployments as DeploymentsPort } from '@gennaker/catalog/kit';
import { isJsonObject, type JsonObject } from '@gennaker/pipeline-dsl';
import type { Pool } from 'pg';

interface Row {
  readonly name: string;
  readonly execution_id: string;
  readonly status: string;
  readonly context: JsonObject;
  readonly user: string | null;
}

/** The newest stage that made each server group. */
const MADE_BY = `select distinct on (l.name) l.name, l.execution_id, s.status, s.context,
    e.details#>>'{authentication,user}' as user
  from ledger l
  join stage s on s.execution_id = l.execution_id and s.id = l.stage_id
  join execution e on e.id = l.execution_id
  where l.kind = 'serverGroup' and l.action = 'create' and l.state = 'done'
    and l.account = $1 and l.region = $2 and l.name = any($3)
  order by l.name, l.id desc`;

/** What the ledger and the stages remember of deployments. */
export class Deployments implements DeploymentsPort {
  private readonly pool: Pool;

  constructor(pool: Pool) {
    this.pool = pool;
  }

  async of(cluster: ClusterRef, serverGroups: readonly string[]): Promise<readonly DeploymentRecord[]> {
    const { rows } = await this.pool.query<Row>(MADE_BY, [cluster.account, cluster.region, serverGroups]);
    return rows.map(toRecord).sort((a, b) => (a.executionId < b.executionId ? 1 : -1));
  }
}

const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);

function toRecord({ name, execution_id: executionId, status, context, user }: Row): DeploymentRecord {
  const image = context['sourceServerGroupImage'];
  const imageId = isJsonObject(image) ? text(image['imageId']) : null;
  return {
    serverGroup: name,
    executionId,
    user: user ?? '',
    cameUp: typeof context['neededInstances'] === 'number' || status === 'SUCCEEDED',
    replaced: text(context['sourceServerGroup']),
    replacedImage: imageId ? { id: imageId, name: isJsonObject(image) ? text(image['imageName']) : null } : null,
  };
}
