import { isJsonObject, type JsonObject } from '@gennaker/pipeline-dsl';
import { contract } from '@gennaker/pipeline-dsl/contract';
import { Controller, Inject } from '@nestjs/common';
import type { Documents, ExecutionQueries } from '../../persistence/index.ts';
import { statusesOf } from '../executions/statuses.ts';
import { notFound } from '../http/problem.ts';
import { Call, type CallOf, Route } from '../http/route.ts';
import { PROJECTS, QUERIES, SERVER_GROUPS, type ServerGroups } from '../ports.ts';
import { clustersOf } from './project-clusters.ts';
import { toProject } from './project-shape.ts';

const MOST_APPLICATIONS = 50;

/** Reading projects; they are written by ad-hoc tasks. */
@Controller()
export class ProjectsController {
  private readonly projects: Documents;
  private readonly queries: ExecutionQueries;
  private readonly serverGroups: ServerGroups;

  constructor(
    @Inject(PROJECTS) projects: Documents,
    @Inject(QUERIES) queries: ExecutionQueries,
    @Inject(SERVER_GROUPS) serverGroups: ServerGroups,
  ) {
    this.projects = projects;
    this.queries = queries;
    this.serverGroups = serverGroups;
  }

  @Route(contract.listProjects)
  async list() {
    return (await this.projects.list()).map(toProject);
  }

  @Route(contract.getProject)
  async get(@Call() { params }: CallOf<typeof contract.getProject>) {
    return this.need(params.idOrName);
  }

  @Route(contract.projectPipelines)
  async pipelines(@Call() { params, query }: CallOf<typeof contract.projectPipelines>) {
    const { config } = await this.need(params.idOrName);
    const shown = objectsAt(config, 'pipelineConfigs').map((each) => each['pipelineConfigId']);
    const ids = shown.filter((id) => typeof id === 'string');
    return this.queries.byPipelines(ids, query.limit, { expand: true, statuses: statusesOf(query.statuses) });
  }

  @Route(contract.projectClusters)
  async clusters(@Call() { params }: CallOf<typeof contract.projectClusters>) {
    const { config } = await this.need(params.idOrName);
    const listed = Array.isArray(config['applications']) ? config['applications'] : [];
    const names = listed.filter((name) => typeof name === 'string').slice(0, MOST_APPLICATIONS);
    const groups = await Promise.all(names.map((name) => this.serverGroups.listApplication(name)));
    return clustersOf(objectsAt(config, 'clusters'), names, groups.flat());
  }

  private async need(idOrName: string): Promise<ReturnType<typeof toProject>> {
    const found = await this.projects.find('', idOrName);
    if (!found) throw notFound('project', idOrName);
    return toProject(found);
  }
}

const objectsAt = (config: JsonObject, key: string): JsonObject[] =>
  Array.isArray(config[key]) ? config[key].filter(isJsonObject) : [];
