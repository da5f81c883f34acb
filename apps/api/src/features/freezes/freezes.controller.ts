import { type Freeze, isInForce } from '@gennaker/pipeline-dsl';
import { contract } from '@gennaker/pipeline-dsl/contract';
import { Controller, Inject } from '@nestjs/common';
import type { Ids, WorkQueue } from '../../engine/index.ts';
import type { Freezes } from '../../persistence/index.ts';
import { notFound, ProblemError } from '../http/problem.ts';
import { badRequest, Call, type CallOf, Route } from '../http/route.ts';
import { CLOCK, FREEZES, IDS, QUEUE } from '../ports.ts';

const MOST_LISTED = 500;

/** Times in which nothing is changed. */
@Controller()
export class FreezesController {
  private readonly freezes: Freezes;
  private readonly queue: WorkQueue;
  private readonly clock: { now(): number };
  private readonly ids: Ids;

  constructor(
    @Inject(FREEZES) freezes: Freezes,
    @Inject(QUEUE) queue: WorkQueue,
    @Inject(CLOCK) clock: { now(): number },
    @Inject(IDS) ids: Ids,
  ) {
    this.freezes = freezes;
    this.queue = queue;
    this.clock = clock;
    this.ids = ids;
  }

  @Route(contract.listFreezes)
  async list(@Call() { query }: CallOf<typeof contract.listFreezes>) {
    const found = query.all ? await this.freezes.list(MOST_LISTED) : await this.freezes.inForce(true);
    return [...found].sort((a, b) => b.createdAt - a.createdAt).map((freeze) => this.shown(freeze));
  }

  @Route(contract.createFreeze)
  async create(@Call() { body, principal }: CallOf<typeof contract.createFreeze>) {
    const { scope, reason, exempt } = body;
    const now = this.clock.now();
    const from = Math.max(body.from ?? now, now);
    const until = body.until ?? null;
    if (until !== null && until <= from)
      throw badRequest([
        { pointer: '/until', message: from === now ? 'must be in the future' : 'must be after `from`' },
      ]);
    const freeze: Freeze = {
      id: this.ids.next(),
      scope,
      target: targetOf(body),
      reason,
      from,
      until,
      exempt,
      createdAt: now,
      createdBy: principal.user,
      endedAt: null,
      endedBy: null,
    };
    await this.freezes.add(freeze);
    return this.shown(freeze);
  }

  @Route(contract.endFreeze)
  async end(@Call() { params, principal }: CallOf<typeof contract.endFreeze>) {
    const due = await this.freezes.end(params.id, principal.user, this.clock.now());
    if (due) await this.queue.wake([due]);
    const freeze = await this.freezes.find(params.id);
    if (!freeze) throw notFound('freeze', params.id);
    if (!due) throw new ProblemError(409, 'freezes.over', `Freeze ${params.id} is over already.`);
    return this.shown(freeze);
  }

  private readonly shown = (freeze: Freeze) => ({ ...freeze, inForce: isInForce(freeze, this.clock.now()) });
}

function targetOf(body: CallOf<typeof contract.createFreeze>['body']): string | null {
  if (body.scope === 'account') return body.account;
  if (body.scope === 'application') return body.application;
  return body.scope === 'pipeline' ? body.pipelineId : null;
}
