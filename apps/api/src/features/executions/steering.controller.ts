import type { Execution, Status } from '@gennaker/pipeline-dsl';
import { contract } from '@gennaker/pipeline-dsl/contract';
import { Controller, Inject } from '@nestjs/common';
import { type Engine, Refusal } from '../../engine/index.ts';
import type { ExecutionQueries } from '../../persistence/index.ts';
import { ProblemError } from '../http/problem.ts';
import { Call, type CallOf, Route } from '../http/route.ts';
import { ENGINE, QUERIES } from '../ports.ts';

/** At most so many at once; more are told as a refusal, so that nobody believes all were meant. */
const MOST_AT_ONCE = 1_000;

type Body = CallOf<typeof contract.steerExecutions>['body'];

const WHERE: Readonly<Record<Body['act'], readonly Status[]>> = {
  cancel: ['NOT_STARTED', 'RUNNING', 'PAUSED'],
  pause: ['RUNNING'],
  resume: ['PAUSED'],
};

/** The same act on many executions; each keeps a record of its own of who did it. */
@Controller()
export class SteeringController {
  private readonly engine: Engine;
  private readonly queries: ExecutionQueries;

  constructor(@Inject(ENGINE) engine: Engine, @Inject(QUERIES) queries: ExecutionQueries) {
    this.engine = engine;
    this.queries = queries;
  }

  @Route(contract.steerExecutions)
  async steer(@Call() { body, principal }: CallOf<typeof contract.steerExecutions>) {
    const found = await this.find(body);
    const executions = found.map(({ id, application, name, status }) => ({ id, application, name, status }));
    const picture = { count: found.length, executions };
    if (body.count === undefined) return { ...picture, done: false, skipped: [] };
    if (body.count !== found.length)
      throw new ProblemError(
        409,
        'executions.other-count',
        `Nothing was done: ${found.length} executions fit now, not ${body.count}. Look at them again.`,
      );
    const skipped: Array<{ id: string; why: string }> = [];
    for (const { id } of found) {
      try {
        await this.act(body, id, principal.user);
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        skipped.push({ id, why: error.message });
      }
    }
    return { ...picture, done: true, skipped };
  }

  private act({ act, reason }: Body, id: string, user: string): Promise<void> {
    if (act === 'pause') return this.engine.pause(id, user);
    return act === 'resume' ? this.engine.resume(id, user) : this.engine.cancel(id, user, reason ?? null);
  }

  private async find({ act, filter }: Body): Promise<readonly Execution[]> {
    const size = MOST_AT_ONCE + 1;
    const found = await this.queries.search({ ...filter, statuses: WHERE[act], startIndex: 0, size, expand: false });
    if (found.length < size) return found;
    throw new ProblemError(
      400,
      'executions.too-many',
      `More than ${MOST_AT_ONCE} executions fit; narrow the filter, or freeze changes first.`,
    );
  }
}
