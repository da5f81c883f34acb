import { type ArgumentsHost, Catch, type ExceptionFilter, Inject, NotFoundException } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Clock } from '../../engine/index.ts';
import { CLOCK, LOGGER, type Logger, PAGE, type Pages } from '../ports.ts';
import { toProblem } from './problem.ts';

/** Answers every thrown thing with a problem; defects go to the log with the request's id. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly clock: Clock;
  private readonly logger: Logger;
  private readonly pages: Pages;

  constructor(@Inject(CLOCK) clock: Clock, @Inject(LOGGER) logger: Logger, @Inject(PAGE) pages: Pages) {
    this.pages = pages;
    this.clock = clock;
    this.logger = logger;
  }

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    if (error instanceof NotFoundException && this.pages.page(request, reply)) return;
    const { problem, defect } = toProblem(error, this.clock.now(), String(request.id));
    if (defect) {
      this.logger.error('a request failed', {
        requestId: String(request.id),
        method: request.method,
        path: request.url.split('?')[0],
        problem: error instanceof Error ? (error.stack ?? error.message) : String(error),
      });
    }
    if (reply.sent) return;
    void reply
      .status(problem.status)
      .header('content-type', 'application/json; charset=utf-8')
      .send(JSON.stringify(problem));
  }
}
