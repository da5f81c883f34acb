import { contract } from '@gennaker/pipeline-dsl/contract';
import { Controller, Inject } from '@nestjs/common';
import { notFound } from '../http/problem.ts';
import { Call, type CallOf, Route } from '../http/route.ts';
import { SYSTEM, type SystemFacts } from '../ports.ts';

/** Accounts that pipelines may deploy into. */
@Controller()
export class AccountsController {
  private readonly system: SystemFacts;

  constructor(@Inject(SYSTEM) system: SystemFacts) {
    this.system = system;
  }

  @Route(contract.listAccounts)
  list() {
    return this.system.accounts.map(toCredentials);
  }

  @Route(contract.getAccount)
  get(@Call() { params }: CallOf<typeof contract.getAccount>) {
    const found = this.system.accounts.find(({ name }) => name === params.name);
    if (!found) throw notFound('account', params.name);
    return toCredentials(found);
  }
}

const toCredentials = (account: SystemFacts['accounts'][number]) => ({
  name: account.name,
  type: 'aws',
  cloudProvider: 'aws',
  accountType: account.name,
  environment: account.name,
  primaryAccount: true,
  permissions: {},
  authorized: true,
  regions: account.regions.map((name) => ({ name })),
});
