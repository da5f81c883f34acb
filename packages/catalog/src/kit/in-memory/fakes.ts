import { FailureError, type JsonObject } from '@gennaker/pipeline-dsl';
import type {
  ArtifactQuery,
  ChildStart,
  ChildState,
  ClusterRef,
  DeploymentMonitor,
  DeploymentMonitors,
  DeploymentRecord,
  Deployments,
  Http,
  HttpAnswer,
  HttpRequest,
  Pipelines,
  Recoveries,
  RecoveryStart,
} from '../ports/index.ts';
import { Trouble } from './trouble.ts';

/** A web of addresses that answer as told; requests are kept. */
export class FakeHttp implements Http {
  readonly trouble = new Trouble();
  readonly requests: HttpRequest[] = [];
  private readonly answers = new Map<string, HttpAnswer[]>();

  /** Answers of `METHOD url`, one a request; the last one stays. */
  answer(
    request: string,
    ...answers: ReadonlyArray<{ status?: number; body?: unknown; headers?: Record<string, string> }>
  ): void {
    const whole = answers.map(({ status = 200, body = {}, headers = {} }) => ({
      status,
      headers,
      body: typeof body === 'string' ? body : JSON.stringify(body),
    }));
    this.answers.set(request, whole);
  }

  async send(request: HttpRequest): Promise<HttpAnswer> {
    this.requests.push(request);
    return this.trouble.run('send', () => {
      const answers = this.answers.get(`${request.method} ${request.url}`) ?? [];
      const answer = answers.length > 1 ? answers.shift() : answers[0];
      if (answer) return answer;
      throw new FailureError({ code: 'http.unreachable', message: `Nobody answers at ${request.url}.`, retry: true });
    });
  }
}

/** Child pipelines in memory; a test ends them. */
export class FakePipelines implements Pipelines {
  readonly trouble = new Trouble();
  readonly children = new Map<string, ChildState>();
  readonly starts: ChildStart[] = [];
  /** Artifacts of the newest execution of a pipeline, by the pipeline's id or name. */
  readonly published = new Map<string, { executionId: string; artifacts: readonly unknown[] }>();
  readonly queries: ArtifactQuery[] = [];
  private readonly byKey = new Map<string, string>();

  async start(child: ChildStart): Promise<{ executionId: string; name: string }> {
    return this.trouble.run('start', () => {
      const known = this.byKey.get(child.correlationKey);
      if (known) return { executionId: known, name: child.pipeline };
      const executionId = `child-${this.children.size + 1}`;
      this.byKey.set(child.correlationKey, executionId);
      this.starts.push(child);
      this.children.set(executionId, {
        executionId,
        name: child.pipeline,
        application: child.application,
        status: 'RUNNING',
        outputs: {},
        failures: [],
        canceledBy: null,
      });
      return { executionId, name: child.pipeline };
    });
  }

  async read(executionId: string): Promise<ChildState | null> {
    return this.children.get(executionId) ?? null;
  }

  async cancel(executionId: string, _reason: string, user: string): Promise<void> {
    const child = this.children.get(executionId);
    if (child) this.children.set(executionId, { ...child, status: 'CANCELED', canceledBy: user });
  }

  async artifacts(query: ArtifactQuery): Promise<{ executionId: string; artifacts: readonly unknown[] } | null> {
    this.queries.push(query);
    return this.published.get(query.pipeline) ?? null;
  }

  /** Ends the newest child. */
  end(status: ChildState['status'], more: { outputs?: JsonObject; failures?: ChildState['failures'] } = {}): void {
    const [id, child] = [...this.children].at(-1) ?? [];
    if (id && child) this.children.set(id, { ...child, status, ...more });
  }
}

/** Recoveries that were asked for, each once; nobody runs them. */
export class FakeRecoveries implements Recoveries {
  readonly trouble = new Trouble();
  readonly starts: RecoveryStart[] = [];

  async start(recovery: RecoveryStart): Promise<{ executionId: string }> {
    return this.trouble.run('start', () => {
      const known = this.starts.findIndex(({ correlationKey }) => correlationKey === recovery.correlationKey);
      if (known >= 0) return { executionId: `recovery-${known + 1}` };
      this.starts.push(recovery);
      return { executionId: `recovery-${this.starts.length}` };
    });
  }
}

/** What is remembered of deployments, as a test wrote it. */
export class FakeDeployments implements Deployments {
  readonly records: DeploymentRecord[] = [];

  async of(_cluster: ClusterRef, serverGroups: readonly string[]): Promise<readonly DeploymentRecord[]> {
    return this.records.filter(({ serverGroup }) => serverGroups.includes(serverGroup));
  }

  add(serverGroup: string, more: Partial<DeploymentRecord> = {}): void {
    const record = { executionId: `of-${serverGroup}`, user: 'ann', cameUp: true, replaced: null, replacedImage: null };
    this.records.push({ ...record, ...more, serverGroup });
  }
}

/** Deployment monitors as a test set them up; what they answer is the web's. */
export class FakeMonitors implements DeploymentMonitors {
  readonly known: DeploymentMonitor[] = [];

  async find(id: string): Promise<DeploymentMonitor | null> {
    return this.known.find((monitor) => monitor.id === id) ?? null;
  }

  async ids(): Promise<readonly string[]> {
    return this.known.map(({ id }) => id);
  }
}
