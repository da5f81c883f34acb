import { contract } from '@gennaker/pipeline-dsl/contract';
import { Controller, Inject } from '@nestjs/common';
import { ProblemError } from '../http/problem.ts';
import { Call, type CallOf, Route } from '../http/route.ts';
import { SYSTEM, type SystemFacts } from '../ports.ts';

/** Version, health, and who the caller is. */
@Controller()
export class SystemController {
  private readonly system: SystemFacts;

  constructor(@Inject(SYSTEM) system: SystemFacts) {
    this.system = system;
  }

  @Route(contract.version)
  version() {
    return { version: this.system.version };
  }

  @Route(contract.live)
  live() {
    return { status: 'ok' };
  }

  @Route(contract.ready)
  async ready() {
    const checks = await this.system.checks();
    const bad = Object.entries(checks).filter(([, word]) => word !== 'ok');
    if (bad.length > 0) {
      const said = bad.map(([name, word]) => `${name}: ${word}`).join('; ');
      throw new ProblemError(503, 'system.not-ready', `This server cannot serve now. ${said}`);
    }
    return { status: 'ok', checks };
  }

  @Route(contract.whoAmI)
  whoAmI(@Call() { principal }: CallOf<typeof contract.whoAmI>) {
    return {
      username: principal.user,
      email: principal.user,
      firstName: '',
      lastName: '',
      roles: [...principal.roles],
      allowedAccounts: this.system.accounts.map(({ name }) => name),
      enabled: true,
      accountNonExpired: true,
      accountNonLocked: true,
      credentialsNonExpired: true,
    };
  }
}
