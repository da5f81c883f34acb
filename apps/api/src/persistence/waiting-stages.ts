import type { Pool } from 'pg';

/** A stage that waits, and its execution. */
export interface WaitingStage {
  readonly executionId: string;
  readonly stageId: string;
}

/** A wait says in its reason which server groups and instances it is for. */
const NAMED = `select distinct s.execution_id as "executionId", s.id as "stageId"
  from due d
  join stage s on s.execution_id = d.message->>'executionId'
  where d.message->>'type' = 'DriveExecution' and s.status = 'RUNNING' and s.wait->>'kind' = 'resource'
    and exists (select from unnest($1::text[]) as named(name) where position(named.name in s.wait->>'reason') > 0)`;

/** Stages that wait for something of the cloud. */
export class WaitingStages {
  private readonly pool: Pool;

  constructor(pool: Pool) {
    this.pool = pool;
  }

  /** Those whose wait names any of these server groups or instances; perhaps one too many, as names begin alike. */
  async naming(names: readonly string[]): Promise<readonly WaitingStage[]> {
    const { rows } = await this.pool.query<WaitingStage>(NAMED, [names]);
    return rows;
  }
}
