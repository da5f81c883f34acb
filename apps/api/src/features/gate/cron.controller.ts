import { contract } from '@gennaker/pipeline-dsl/contract';
import { checkCron } from '@gennaker/pipeline-dsl/cron';
import { Controller } from '@nestjs/common';
import { ProblemError } from '../http/problem.ts';
import { Call, type CallOf, Route } from '../http/route.ts';

/** Schedules, told in words. */
@Controller()
export class CronController {
  @Route(contract.validateCron)
  validate(@Call() { query }: CallOf<typeof contract.validateCron>) {
    const checked = checkCron(query.expression);
    if ('description' in checked) return { response: 'Cron expression is valid', description: checked.description };
    const { problem } = checked;
    throw new ProblemError(400, 'cron.invalid', problem, {
      fields: [{ pointer: '/query/expression', message: problem }],
    });
  }
}
