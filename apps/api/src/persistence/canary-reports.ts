import type { JsonObject } from '@gennaker/pipeline-dsl';
import type { Pool } from 'pg';

/** What a window of a canary analysis was judged to be. */
export interface StoredCanaryReport {
  readonly id: string;
  readonly application: string;
  readonly executionId: string;
  readonly stageId: string;
  readonly configId: string;
  /** Epoch ms. */
  readonly createdAt: number;
  /** Config and request as they were, and the judgment. */
  readonly content: JsonObject;
}

interface Row {
  readonly id: string;
  readonly application: string;
  readonly execution_id: string;
  readonly stage_id: string;
  readonly config_id: string;
  readonly created_at: string;
  readonly content: JsonObject;
}

const COLUMNS = 'id, application, execution_id, stage_id, config_id, created_at, content';

const toReport = (row: Row): StoredCanaryReport => ({
  id: row.id,
  application: row.application,
  executionId: row.execution_id,
  stageId: row.stage_id,
  configId: row.config_id,
  createdAt: Number(row.created_at),
  content: row.content,
});

/** Reports of canary analyses as rows. One that is there is never changed. */
export class CanaryReports {
  private readonly pool: Pool;

  constructor(pool: Pool) {
    this.pool = pool;
  }

  /** Stores it unless one of that id is there. `pairs`: the series it rests on, as JSON. */
  async keep(report: StoredCanaryReport, pairs: readonly unknown[]): Promise<void> {
    await this.pool.query(
      `insert into canary_report (${COLUMNS}, pairs) values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (id) do nothing`,
      [
        report.id,
        report.application,
        report.executionId,
        report.stageId,
        report.configId,
        report.createdAt,
        JSON.stringify(report.content),
        JSON.stringify(pairs),
      ],
    );
  }

  async find(id: string): Promise<StoredCanaryReport | null> {
    const { rows } = await this.pool.query<Row>(`select ${COLUMNS} from canary_report where id = $1`, [id]);
    return rows[0] ? toReport(rows[0]) : null;
  }

  /** The series a report rests on; null when there is no such report. */
  async pairs(id: string): Promise<readonly unknown[] | null> {
    const { rows } = await this.pool.query<{ pairs: readonly unknown[] }>(
      'select pairs from canary_report where id = $1',
      [id],
    );
    return rows[0]?.pairs ?? null;
  }

  /** Of an application, newest first. `page` counts from 1. */
  async list(application: string, limit: number, page: number): Promise<readonly StoredCanaryReport[]> {
    const { rows } = await this.pool.query<Row>(
      `select ${COLUMNS} from canary_report where application = $1 order by created_at desc, id desc limit $2 offset $3`,
      [application, limit, (page - 1) * limit],
    );
    return rows.map(toReport);
  }
}
