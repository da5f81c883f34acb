import { GetInstanceProfileCommand, ListInstanceProfilesCommand } from '@aws-sdk/client-iam';
import { alarms } from './chapters/alarms.ts';
import { endGroup, launchWithHook, makeGroup, playGroup, playMember, untilMember } from './chapters/groups.ts';
import { images } from './chapters/images.ts';
import { launchTemplates, makeTemplate } from './chapters/launch-templates.ts';
import { deleteLoadBalancer, loadBalancing } from './chapters/load-balancing.ts';
import { messages } from './chapters/messages.ts';
import { policiesAndSchedules, refresh, traffic, warmPool } from './chapters/scaling.ts';
import { deleteSecurityGroup, makeSecurityGroup, securityGroups } from './chapters/security-groups.ts';
import { stacks } from './chapters/stacks.ts';
import { objects, parameters } from './chapters/storage.ts';
import type { Clients } from './clients.ts';
import type { Lab } from './lab.ts';
import { findPlace, type PlaceWishes } from './place.ts';

/** Sends every operation in turn; whatever was made is taken away at the end, also after a failure. */
export async function runSuite(lab: Lab, clients: Clients, wishes: PlaceWishes, now: () => Date): Promise<void> {
  try {
    await lab.chapter('The account', async () => {
      const place = await findPlace(lab, clients, wishes);
      const groupId = await makeSecurityGroup(lab, clients, place);
      await lab.chapter('Security groups', async () => {
        await securityGroups(lab, clients, groupId);
        await deleteSecurityGroup(lab, clients, place);
      });
      await lab.chapter('Objects', () => objects(lab, clients, place));
      await lab.chapter('Parameters', () => parameters(lab, clients, place));
      await lab.chapter('Stacks', () => stacks(lab, clients, place));
      await lab.chapter('Profiles', async () => {
        const { InstanceProfiles } = await lab.send(clients.iam, new ListInstanceProfilesCommand({}));
        const InstanceProfileName = InstanceProfiles?.[0]?.InstanceProfileName;
        if (InstanceProfileName) await lab.send(clients.iam, new GetInstanceProfileCommand({ InstanceProfileName }));
      });
      await lab.chapter('Instances and images', () => images(lab, clients, place, groupId));
      await lab.chapter('Launch templates, load balancers and groups', async () => {
        const templateId = await makeTemplate(lab, clients, place, groupId);
        await lab.chapter('Launch templates', () => launchTemplates(lab, clients, place, templateId));
        const balancing = await loadBalancing(lab, clients, place, groupId);
        const name = await makeGroup(lab, clients, place, templateId);
        await lab.chapter('Messages', () => messages(lab, clients, place, name));
        await lab.chapter('Alarms', () => alarms(lab, clients, place, name, now()));
        await lab.chapter('Policies and schedules', () => policiesAndSchedules(lab, clients, name));
        const first = await launchWithHook(lab, clients, name);
        await lab.chapter('A group', () => playGroup(lab, clients, name));
        await lab.chapter('Traffic', () => traffic(lab, clients, name, first, balancing));
        await lab.chapter('A member', () => playMember(lab, clients, name, first));
        await lab.chapter('Warm pool', () => warmPool(lab, clients, name));
        await lab.chapter('Instance refresh', () => refresh(lab, clients, name, templateId));
        await endGroup(lab, clients, name, await untilMember(lab, clients, name, 'InService'));
        await deleteLoadBalancer(lab, clients, place);
      });
    });
  } finally {
    await lab.cleanUp();
    for (const client of Object.values(clients)) client.destroy();
  }
}
