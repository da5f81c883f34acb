import { contract } from '@gennaker/pipeline-dsl/contract';
import { Controller, Inject } from '@nestjs/common';
import { Call, type CallOf, Route } from '../http/route.ts';
import { SERVER_GROUPS, type ServerGroups } from '../ports.ts';

/** What runs where, read live from the cloud. */
@Controller()
export class ClustersController {
  private readonly serverGroups: ServerGroups;

  constructor(@Inject(SERVER_GROUPS) serverGroups: ServerGroups) {
    this.serverGroups = serverGroups;
  }

  @Route(contract.applicationClusters)
  async ofApplication(@Call() { params }: CallOf<typeof contract.applicationClusters>) {
    return this.serverGroups.listApplication(params.application);
  }
}
