import { contract } from '@gennaker/pipeline-dsl/contract';
import { Controller, Inject } from '@nestjs/common';
import type { Applications } from '../../persistence/index.ts';
import { notFound } from '../http/problem.ts';
import { Call, type CallOf, Route } from '../http/route.ts';
import { APPLICATIONS } from '../ports.ts';

/** Reading applications; they are written by ad-hoc tasks. */
@Controller()
export class ApplicationsController {
  private readonly applications: Applications;

  constructor(@Inject(APPLICATIONS) applications: Applications) {
    this.applications = applications;
  }

  @Route(contract.listApplications)
  async list(@Call() { query }: CallOf<typeof contract.listApplications>) {
    const all = await this.applications.list();
    const { owner, account } = query;
    return all.filter(
      (application) =>
        (owner === undefined || String(application['email'] ?? '').toLowerCase() === owner.toLowerCase()) &&
        (account === undefined || listOf(application['accounts']).includes(account)),
    );
  }

  @Route(contract.getApplication)
  async get(@Call() { params }: CallOf<typeof contract.getApplication>) {
    const attributes = await this.applications.find(params.application);
    if (!attributes) throw notFound('application', params.application);
    return { name: attributes.name, attributes, clusters: {} };
  }

  @Route(contract.applicationHistory)
  async history(@Call() { params, query }: CallOf<typeof contract.applicationHistory>) {
    return this.applications.history(params.application, query.limit);
  }
}

const listOf = (value: unknown): string[] =>
  Array.isArray(value)
    ? value.map(String)
    : typeof value === 'string'
      ? value.split(',').map((item) => item.trim())
      : [];
