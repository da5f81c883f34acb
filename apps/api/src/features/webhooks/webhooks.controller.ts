import { isJsonObject } from '@gennaker/pipeline-dsl';
import { contract } from '@gennaker/pipeline-dsl/contract';
import { Controller, Inject, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Deliveries, Delivery } from '../../persistence/index.ts';
import type { Receiver } from '../../triggers/index.ts';
import { notFound } from '../http/problem.ts';
import { badRequest, Call, type CallOf, Route } from '../http/route.ts';
import { DELIVERIES, RECEIVER } from '../ports.ts';

/** Webhooks that arrive, and what came of them. */
@Controller()
export class WebhooksController {
  private readonly receiver: Receiver;
  private readonly deliveries: Deliveries;

  constructor(@Inject(RECEIVER) receiver: Receiver, @Inject(DELIVERIES) deliveries: Deliveries) {
    this.receiver = receiver;
    this.deliveries = deliveries;
  }

  @Route(contract.receiveWebhook)
  async receive(@Call() { params, body }: CallOf<typeof contract.receiveWebhook>, @Req() request: FastifyRequest) {
    const payload = body ?? {};
    if (!isJsonObject(payload)) throw badRequest([{ pointer: '', message: 'must be a JSON object' }]);
    return this.receiver.receive({
      kind: params.kind,
      source: params.source,
      payload,
      headers: request.headers,
      bytes: request.rawBytes?.length ?? 0,
    });
  }

  @Route(contract.listDeliveries)
  async list(@Call() { query }: CallOf<typeof contract.listDeliveries>) {
    return (await this.deliveries.list(query)).map((delivery) => toAnswer(delivery, false));
  }

  @Route(contract.getDelivery)
  async get(@Call() { params }: CallOf<typeof contract.getDelivery>) {
    const delivery = await this.deliveries.find(params.id);
    if (!delivery) throw notFound('delivery', params.id);
    return toAnswer(delivery, true);
  }
}

function toAnswer({ verdict, payload, ...delivery }: Delivery, whole: boolean) {
  return {
    ...delivery,
    ...(whole ? { payload } : {}),
    status: verdict === null ? 'RECEIVED' : 'JUDGED',
    matched: verdict?.['matched'] ?? [],
  };
}
