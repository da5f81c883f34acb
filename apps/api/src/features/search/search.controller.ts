import { contract } from '@gennaker/pipeline-dsl/contract';
import { Controller, Inject } from '@nestjs/common';
import type { Applications, Documents } from '../../persistence/index.ts';
import { Call, type CallOf, Route } from '../http/route.ts';
import { APPLICATIONS, PROJECTS } from '../ports.ts';

const KINDS = ['applications', 'projects'] as const;

/** Finding things by a part of their name. */
@Controller()
export class SearchController {
  private readonly applications: Applications;
  private readonly projects: Documents;

  constructor(@Inject(APPLICATIONS) applications: Applications, @Inject(PROJECTS) projects: Documents) {
    this.applications = applications;
    this.projects = projects;
  }

  @Route(contract.search)
  async search(@Call() { query }: CallOf<typeof contract.search>) {
    const wanted = KINDS.filter((kind) => query.type === undefined || query.type.includes(kind));
    const found = (await Promise.all(wanted.map((kind) => this.named(kind, query.q.trim().toLowerCase())))).flat();
    const first = Math.max(0, query.page - 1) * query.pageSize;
    return [
      {
        query: query.q,
        platform: query.platform ?? 'aws',
        pageNumber: Math.max(1, query.page),
        pageSize: query.pageSize,
        totalMatches: found.length,
        results: found.slice(first, first + query.pageSize),
      },
    ];
  }

  private async named(kind: (typeof KINDS)[number], part: string) {
    if (kind === 'applications')
      return (await this.applications.list())
        .filter(({ name }) => name.toLowerCase().includes(part))
        .map(({ name, email }) => ({
          type: kind,
          application: name,
          name,
          email,
          url: `/applications/${encodeURIComponent(name)}`,
        }));
    return (await this.projects.list())
      .filter(({ name }) => name.toLowerCase().includes(part))
      .map(({ id, name, content }) => ({
        type: kind,
        id,
        name,
        email: content['email'],
        url: `/projects/${encodeURIComponent(id)}`,
      }));
  }
}
