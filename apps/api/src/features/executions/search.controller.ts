import { type Execution, isJsonObject, type JsonObject } from '@gennaker/pipeline-dsl';
import { contract } from '@gennaker/pipeline-dsl/contract';
import { holdsSubset } from '@gennaker/pipeline-dsl/json-subset';
import { Controller, Inject } from '@nestjs/common';
import type { Clock, Engine } from '../../engine/index.ts';
import type { Applications, ExecutionQueries } from '../../persistence/index.ts';
import { notFound } from '../http/problem.ts';
import { badRequest, Call, type CallOf, Route } from '../http/route.ts';
import { APPLICATIONS, CLOCK, ENGINE, QUERIES } from '../ports.ts';
import { failedStagesOf } from './failed-stages.ts';
import { statusesOf } from './statuses.ts';

/** As far as a date reaches, either way. */
const MOST_MS = 8_640_000_000_000_000;
const FORTNIGHT_MS = 14 * 24 * 3_600_000;

/** Finding executions. */
@Controller()
export class ExecutionSearchController {
  private readonly engine: Engine;
  private readonly queries: ExecutionQueries;
  private readonly applications: Applications;
  private readonly clock: Clock;

  constructor(
    @Inject(ENGINE) engine: Engine,
    @Inject(QUERIES) queries: ExecutionQueries,
    @Inject(APPLICATIONS) applications: Applications,
    @Inject(CLOCK) clock: Clock,
  ) {
    this.engine = engine;
    this.queries = queries;
    this.applications = applications;
    this.clock = clock;
  }

  @Route(contract.searchExecutions)
  async search(@Call() { params, query }: CallOf<typeof contract.searchExecutions>) {
    const asked = query.trigger === undefined ? undefined : askedTrigger(query.trigger);
    return this.queries.search({
      ...(params.application === '*' ? {} : { application: params.application }),
      type: 'PIPELINE',
      pipelineName: query.pipelineName,
      triggerTypes: query.triggerTypes,
      eventId: query.eventId,
      statuses: statusesOf(query.statuses),
      from: wholeOf(query.triggerTimeStartBoundary),
      to: wholeOf(query.triggerTimeEndBoundary),
      startIndex: query.startIndex,
      size: query.size,
      reverse: query.reverse,
      expand: query.expand,
      ...(asked === undefined ? {} : { accepts: (trigger: JsonObject) => holdsSubset(asked, trigger) }),
    });
  }

  @Route(contract.applicationPipelines)
  async ofApplication(@Call() { params, query }: CallOf<typeof contract.applicationPipelines>) {
    const found = await this.queries.ofApplication(params.application, {
      expand: query.expand,
      statuses: statusesOf(query.statuses),
      limit: query.limit,
      since: this.clock.now() - FORTNIGHT_MS,
      pipelineName: query.pipelineNameFilter,
      pipelines: query.pipelineLimit,
    });
    if (found.length === 0 && !(await this.applications.find(params.application)))
      throw notFound('application', params.application);
    return found;
  }

  @Route(contract.failedStages)
  async failedStages(@Call() { query }: CallOf<typeof contract.failedStages>) {
    const read = (id: string): Promise<Execution | null> => this.engine.read(id);
    const found = await failedStagesOf(query.executionId, { read, limit: query.limit, origin: query.deckOrigin });
    if (found === null) throw notFound('execution', query.executionId);
    return found;
  }
}

/** The trigger that a search asks for, out of base64. */
function askedTrigger(text: string): JsonObject {
  try {
    const value: unknown = JSON.parse(Buffer.from(text, 'base64').toString('utf8'));
    if (isJsonObject(value)) return value;
  } catch {
    // Told below: what it holds is no JSON.
  }
  throw badRequest([{ pointer: '/query/trigger', message: 'must be the base64 of a JSON object' }]);
}

const wholeOf = (value: number | undefined): number | undefined =>
  value === undefined || Number.isNaN(value) ? undefined : Math.trunc(Math.min(Math.max(value, -MOST_MS), MOST_MS));
