import { contract } from '@gennaker/pipeline-dsl/contract';
import { Controller } from '@nestjs/common';
import { notFound, ProblemError } from '../http/problem.ts';
import { Call, type CallOf, Route } from '../http/route.ts';

/** Canary analyses: none is run here, and the answers say so. */
@Controller()
export class AnalysesController {
  @Route(contract.startAnalysis)
  start(): never {
    throw notRun();
  }

  @Route(contract.startAnalysisByConfig)
  startByConfig(): never {
    throw notRun();
  }

  @Route(contract.getAnalysis)
  get(@Call() { params }: CallOf<typeof contract.getAnalysis>): never {
    throw notFound('canary run', params.id);
  }

  @Route(contract.listAnalyses)
  list() {
    return [];
  }

  @Route(contract.canaryAccounts)
  accounts() {
    return [];
  }

  @Route(contract.canaryJudges)
  judges() {
    return [];
  }
}

const notRun = (): ProblemError =>
  new ProblemError(
    501,
    'canaries.not-run',
    'This server keeps canary configs but runs no canary analysis. Nothing was started; compare the metrics with a tool of your own, for example from a webhook stage.',
  );
