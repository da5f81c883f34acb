import { contract } from '@gennaker/pipeline-dsl/contract';
import { Controller, Inject } from '@nestjs/common';
import type { Clock, Engine, OutsideWorld } from '../../engine/index.ts';
import { notFound } from '../http/problem.ts';
import { Call, type CallOf, Route } from '../http/route.ts';
import { CLOCK, ENGINE, OUTSIDE } from '../ports.ts';
import { type Evaluation, evaluateTextIn, evaluateVariablesIn } from './evaluate.ts';

/** Trying expressions against an execution, running or past. */
@Controller()
export class EvaluateController {
  private readonly engine: Engine;
  private readonly clock: Clock;
  private readonly outside: OutsideWorld;

  constructor(@Inject(ENGINE) engine: Engine, @Inject(CLOCK) clock: Clock, @Inject(OUTSIDE) outside: OutsideWorld) {
    this.engine = engine;
    this.clock = clock;
    this.outside = outside;
  }

  @Route(contract.evaluateExpression)
  async evaluate(@Call() { params, query, principal }: CallOf<typeof contract.evaluateExpression>) {
    return evaluateTextIn(await this.evaluation(params.id, principal.user), query.expression);
  }

  @Route(contract.evaluatePostedExpression)
  async evaluatePosted(@Call() { params, body, principal }: CallOf<typeof contract.evaluatePostedExpression>) {
    return evaluateTextIn(
      await this.evaluation(params.id, principal.user),
      typeof body === 'string' ? body : body.expression,
    );
  }

  @Route(contract.evaluateStageExpression)
  async evaluateInStage(@Call() { params, query, principal }: CallOf<typeof contract.evaluateStageExpression>) {
    const evaluation = await this.evaluation(params.id, principal.user);
    const stage = evaluation.execution.stages.find(({ id }) => id === params.stageId);
    if (!stage) throw notFound('stage', params.stageId);
    return evaluateTextIn(evaluation, query.expression, stage);
  }

  @Route(contract.evaluateVariables)
  async variables(@Call() { params, query, body, principal }: CallOf<typeof contract.evaluateVariables>) {
    const { requisiteStageRefIds = [], spelVersion } = query;
    return evaluateVariablesIn(await this.evaluation(params.id, principal.user), body, {
      requisiteStageRefIds,
      inOrder: spelVersion?.toLowerCase() !== 'v3',
    });
  }

  private async evaluation(id: string, user: string): Promise<Evaluation> {
    const execution = await this.engine.read(id);
    if (!execution) throw notFound('execution', id);
    return { execution, user, clock: this.clock, outside: this.outside };
  }
}
