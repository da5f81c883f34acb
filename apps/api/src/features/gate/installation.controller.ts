import { contract } from '@gennaker/pipeline-dsl/contract';
import { Controller } from '@nestjs/common';
import { Route } from '../http/route.ts';

/** What other installations set up and this one cannot: the lists are empty. */
@Controller()
export class InstallationController {
  @Route(contract.preconfiguredWebhooks)
  webhooks() {
    return [];
  }

  @Route(contract.preconfiguredJobs)
  jobs() {
    return [];
  }

  @Route(contract.subscriptions)
  subscriptions() {
    return [];
  }
}
