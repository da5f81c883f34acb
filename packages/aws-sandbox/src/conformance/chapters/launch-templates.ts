import {
  CreateLaunchTemplateCommand,
  CreateLaunchTemplateVersionCommand,
  DeleteLaunchTemplateCommand,
  DeleteLaunchTemplateVersionsCommand,
  DescribeLaunchTemplatesCommand,
  DescribeLaunchTemplateVersionsCommand,
  ModifyLaunchTemplateCommand,
} from '@aws-sdk/client-ec2';
import type { Clients } from '../clients.ts';
import type { Lab } from '../lab.ts';
import type { Place } from '../place.ts';

/** Makes a template with two versions; version 1 stays until the end for the groups. */
export async function makeTemplate(lab: Lab, { ec2 }: Clients, place: Place, groupId: string): Promise<string> {
  const create = {
    LaunchTemplateName: `${place.name}-template`,
    LaunchTemplateData: {
      ImageId: place.imageId,
      InstanceType: place.instanceType,
      MetadataOptions: { HttpTokens: 'required' as const },
      NetworkInterfaces: [{ DeviceIndex: 0, Groups: [groupId] }],
      TagSpecifications: [{ ResourceType: 'instance' as const, Tags: [place.tag] }],
    },
    TagSpecifications: [{ ResourceType: 'launch-template' as const, Tags: [place.tag] }],
  };
  const first = await lab.send(ec2, new CreateLaunchTemplateCommand({ ...create, ClientToken: place.name }));
  const { LaunchTemplateId = '' } = first.LaunchTemplate ?? {};
  lab.later(`launch template ${LaunchTemplateId}`, () =>
    ec2.send(new DeleteLaunchTemplateCommand({ LaunchTemplateId })),
  );
  const again = await lab.send(ec2, new CreateLaunchTemplateCommand({ ...create, ClientToken: place.name }));
  if (again.LaunchTemplate?.LaunchTemplateId !== LaunchTemplateId)
    throw new Error('The same client token made another launch template');
  await lab.refused(
    ec2,
    new CreateLaunchTemplateCommand({ ...create, ClientToken: `${place.name}-2` }),
    'InvalidLaunchTemplateName.AlreadyExistsException',
  );
  return LaunchTemplateId;
}

export async function launchTemplates(lab: Lab, { ec2 }: Clients, place: Place, id: string): Promise<void> {
  const LaunchTemplateId = id;
  await lab.send(
    ec2,
    new CreateLaunchTemplateVersionCommand({
      LaunchTemplateId,
      SourceVersion: '1',
      LaunchTemplateData: { InstanceType: 't3.small' },
    }),
  );
  await lab.send(ec2, new ModifyLaunchTemplateCommand({ LaunchTemplateId, DefaultVersion: '2' }));
  await lab.send(ec2, new ModifyLaunchTemplateCommand({ LaunchTemplateId, DefaultVersion: '1' }));
  await lab.send(ec2, new DescribeLaunchTemplatesCommand({ LaunchTemplateIds: [id] }));
  const { LaunchTemplateVersions } = await lab.send(
    ec2,
    new DescribeLaunchTemplateVersionsCommand({ LaunchTemplateId, Versions: ['$Latest', '$Default'] }),
  );
  const numbers = (LaunchTemplateVersions ?? []).map((version) => version.VersionNumber).sort();
  if (numbers.join() !== '1,2') throw new Error(`Latest and default versions are ${numbers.join()}`);
  await lab.send(ec2, new DeleteLaunchTemplateVersionsCommand({ LaunchTemplateId, Versions: ['2'] }));
  const spare = await lab.send(
    ec2,
    new CreateLaunchTemplateCommand({
      LaunchTemplateName: `${place.name}-spare`,
      LaunchTemplateData: { ImageId: place.imageId },
      TagSpecifications: [{ ResourceType: 'launch-template', Tags: [place.tag] }],
    }),
  );
  const spareId = spare.LaunchTemplate?.LaunchTemplateId;
  await lab.send(ec2, new DeleteLaunchTemplateCommand({ LaunchTemplateId: spareId }));
  await lab.refused(
    ec2,
    new DeleteLaunchTemplateCommand({ LaunchTemplateId: spareId }),
    'InvalidLaunchTemplateId.NotFound',
  );
}
