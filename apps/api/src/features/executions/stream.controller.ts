import { contract } from '@gennaker/pipeline-dsl/contract';
import { Controller, Inject, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { EventStreams } from '../../events/index.ts';
import type { ExecutionQueries } from '../../persistence/index.ts';
import { notFound } from '../http/problem.ts';
import { badRequest, Call, type CallOf, Route } from '../http/route.ts';
import { QUERIES, STREAMS } from '../ports.ts';

/** Events of an execution as they happen. */
@Controller()
export class StreamController {
  private readonly queries: ExecutionQueries;
  private readonly streams: EventStreams;

  constructor(@Inject(QUERIES) queries: ExecutionQueries, @Inject(STREAMS) streams: EventStreams) {
    this.queries = queries;
    this.streams = streams;
  }

  @Route(contract.executionStream)
  async stream(
    @Call() { params, query }: CallOf<typeof contract.executionStream>,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const after = afterOf(request.headers['last-event-id'], query.after);
    const head = await this.queries.head(params.id);
    if (!head) throw notFound('execution', params.id);
    const { raw } = reply.hijack();
    raw.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
      'x-content-type-options': 'nosniff',
      'x-spinnaker-request-id': String(request.id),
    });
    this.streams.open(params.id, after, head.sequence, raw);
  }
}

/** The last event the client has seen: the header of a reconnect is newer than the address it reconnects to. */
function afterOf(header: string | string[] | undefined, query: number | undefined): number {
  if (header === undefined) return query ?? 0;
  const text = String(header).trim();
  const after = text === '' ? 0 : Number(text);
  if (Number.isSafeInteger(after) && after >= 0) return after;
  throw badRequest([{ pointer: '/headers/last-event-id', message: 'must be the whole number of an event' }]);
}
