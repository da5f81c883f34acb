import { contract } from '@gennaker/pipeline-dsl/contract';
import { Controller, Inject } from '@nestjs/common';
import type { Janitor } from '../../janitor/index.ts';
import { Route } from '../http/route.ts';
import { JANITOR } from '../ports.ts';

/** What executions that are dead have left in the cloud. */
@Controller()
export class JanitorController {
  private readonly janitor: Janitor;

  constructor(@Inject(JANITOR) janitor: Janitor) {
    this.janitor = janitor;
  }

  @Route(contract.janitor)
  async report() {
    const { at, remains, unread } = await this.janitor.look();
    return { mode: this.janitor.mode, at, remains: remains.map((rest) => ({ ...rest })), unread: [...unread] };
  }
}
