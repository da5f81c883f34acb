import type {
  CreateLaunchTemplateRequest,
  CreateLaunchTemplateVersionRequest,
  DeleteLaunchTemplateRequest,
  DeleteLaunchTemplateVersionsRequest,
  DescribeLaunchTemplatesRequest,
  DescribeLaunchTemplateVersionsRequest,
  GetLaunchTemplateDataRequest,
  ModifyLaunchTemplateRequest,
  RequestLaunchTemplateData,
} from '@aws-sdk/client-ec2';
import { refuse } from '../../wire/service-error.ts';
import type { RegionStore } from '../../world/state.ts';
import { page } from '../paging.ts';
import type { Call } from '../service.ts';
import { onceByToken } from './client-token.ts';
import { filtered, tagList } from './filters.ts';
import { imageFor } from './image-storage.ts';
import { instanceType } from './instance-types.ts';
import type { LaunchTemplate, LaunchTemplateVersion } from './state.ts';
import { tagsFor } from './tags.ts';

const namePattern = /^[A-Za-z0-9().\-/_]{3,128}$/;

/** Finds a template by id or by name; undefined when there is none. */
export function findTemplate(store: RegionStore, ref: { id?: string; name?: string }): LaunchTemplate | undefined {
  if (ref.id !== undefined) return store.launchTemplates[ref.id];
  return Object.values(store.launchTemplates).find((template) => template.name === ref.name);
}

/** Reads `$Latest`, `$Default`, a number, or nothing (the default version). */
export function versionOf(template: LaunchTemplate, version: string | undefined): LaunchTemplateVersion | undefined {
  if (version === '$Latest') return template.versions[template.latestVersion];
  if (version === undefined || version === '' || version === '$Default')
    return template.versions[template.defaultVersion];
  return template.versions[version];
}

function templateOf(
  store: RegionStore,
  input: { LaunchTemplateId?: string; LaunchTemplateName?: string },
): LaunchTemplate {
  const { LaunchTemplateId: id, LaunchTemplateName: name } = input;
  const found = findTemplate(store, { id, name });
  if (found !== undefined) return found;
  if (id !== undefined) return noTemplateId(id);
  return noTemplateName(name ?? '');
}

function noTemplateId(id: string): never {
  refuse('InvalidLaunchTemplateId.NotFound', `The specified launch template, with template ID ${id}, does not exist.`);
}

function noTemplateName(name: string): never {
  refuse(
    'InvalidLaunchTemplateName.NotFoundException',
    `The specified launch template, with template name ${name}, does not exist.`,
  );
}

function templateOut(template: LaunchTemplate) {
  return {
    LaunchTemplateId: template.id,
    LaunchTemplateName: template.name,
    CreateTime: new Date(template.createdAt),
    CreatedBy: template.createdBy,
    DefaultVersionNumber: template.defaultVersion,
    LatestVersionNumber: template.latestVersion,
    Tags: tagList(template.tags),
  };
}

function versionOut(template: LaunchTemplate, version: LaunchTemplateVersion) {
  return {
    LaunchTemplateId: template.id,
    LaunchTemplateName: template.name,
    VersionNumber: version.version,
    VersionDescription: version.description ?? undefined,
    CreateTime: new Date(version.createdAt),
    CreatedBy: template.createdBy,
    DefaultVersion: version.version === template.defaultVersion,
    LaunchTemplateData: version.data,
  };
}

/** Bad data is accepted with a warning, as EC2 does; the launch is what fails later. */
function warningFor(call: Call, data: RequestLaunchTemplateData) {
  const errors: Array<{ Code: string; Message: string }> = [];
  if (
    data.ImageId !== undefined &&
    !data.ImageId.startsWith('resolve:') &&
    imageFor(call.world, call.store, data.ImageId, call.look) === undefined
  ) {
    errors.push({ Code: 'InvalidAMIID.NotFound', Message: `The image id '[${data.ImageId}]' does not exist` });
  }
  if (data.InstanceType !== undefined && instanceType(data.InstanceType) === undefined) {
    errors.push({ Code: 'InvalidParameterValue', Message: `Invalid value '${data.InstanceType}' for InstanceType.` });
  }
  return errors.length === 0 ? undefined : { Errors: errors };
}

function checkData(data: RequestLaunchTemplateData | undefined): RequestLaunchTemplateData {
  if (data === undefined) refuse('MissingParameter', 'The request must contain the parameter LaunchTemplateData');
  if (
    data.NetworkInterfaces?.some((nic) => nic.Groups?.length) &&
    (data.SecurityGroupIds?.length || data.SecurityGroups?.length)
  ) {
    refuse(
      'InvalidParameterCombination',
      'Network interfaces and an instance-level security groups may not be specified on the same request',
    );
  }
  if (data.UserData !== undefined && Buffer.from(data.UserData, 'base64').length > 16384) {
    refuse('InvalidParameterValue', 'User data is limited to 16384 bytes');
  }
  return data;
}

export const launchTemplateHandlers = {
  CreateLaunchTemplate(call: Call, input: CreateLaunchTemplateRequest) {
    const name = input.LaunchTemplateName ?? '';
    const data = checkData(input.LaunchTemplateData);
    if (!namePattern.test(name)) {
      refuse(
        'InvalidLaunchTemplateName.MalformedException',
        `A launch template name must be between 3 and 128 characters, and may contain letters, numbers, and the following characters: - ( ) . / _.`,
      );
    }
    const tags = tagsFor(input.TagSpecifications, 'launch-template');
    const [id] = onceByToken(call, input.ClientToken, input, () => {
      if (findTemplate(call.store, { name }) !== undefined) {
        refuse('InvalidLaunchTemplateName.AlreadyExistsException', 'Launch template name already in use.');
      }
      const made = `lt-${call.world.random.hex(17)}`;
      const first: LaunchTemplateVersion = {
        version: 1,
        createdAt: call.now,
        description: input.VersionDescription ?? null,
        data,
      };
      call.store.launchTemplates[made] = {
        id: made,
        name,
        createdAt: call.now,
        createdBy: call.identity.arn,
        defaultVersion: 1,
        latestVersion: 1,
        versions: { 1: first },
        tags,
      };
      return [made];
    });
    const template = call.store.launchTemplates[id!] ?? noTemplateId(id!);
    return { LaunchTemplate: templateOut(template), Warning: warningFor(call, data) };
  },

  CreateLaunchTemplateVersion(call: Call, input: CreateLaunchTemplateVersionRequest) {
    const template = templateOf(call.store, input);
    const source =
      input.SourceVersion === undefined
        ? {}
        : (versionOf(template, input.SourceVersion)?.data ?? noVersion(input.SourceVersion));
    const data = checkData({ ...source, ...input.LaunchTemplateData });
    const [version] = onceByToken(call, input.ClientToken, input, () => {
      template.latestVersion += 1;
      const made = template.latestVersion;
      template.versions[made] = {
        version: made,
        createdAt: call.now,
        description: input.VersionDescription ?? null,
        data,
      };
      return [String(made)];
    });
    return {
      LaunchTemplateVersion: versionOut(template, template.versions[version!]!),
      Warning: warningFor(call, data),
    };
  },

  ModifyLaunchTemplate(call: Call, input: ModifyLaunchTemplateRequest) {
    const template = templateOf(call.store, input);
    const version = versionOf(template, input.DefaultVersion) ?? noVersion(input.DefaultVersion ?? '');
    template.defaultVersion = version.version;
    return { LaunchTemplate: templateOut(template) };
  },

  DescribeLaunchTemplates(call: Call, input: DescribeLaunchTemplatesRequest) {
    for (const id of input.LaunchTemplateIds ?? []) if (!call.view.launchTemplates[id]) noTemplateId(id);
    for (const name of input.LaunchTemplateNames ?? []) if (!findTemplate(call.view, { name })) noTemplateName(name);
    const all = Object.values(call.view.launchTemplates).filter(
      (template) =>
        (!input.LaunchTemplateIds?.length || input.LaunchTemplateIds.includes(template.id)) &&
        (!input.LaunchTemplateNames?.length || input.LaunchTemplateNames.includes(template.name)),
    );
    const kept = filtered(all, input.Filters, {
      'launch-template-name': (template) => template.name,
      'create-time': (template) => new Date(template.createdAt).toISOString(),
    });
    const { items, next } = page(kept, input.NextToken, input.MaxResults, 200);
    return { LaunchTemplates: items.map(templateOut), NextToken: next };
  },

  DescribeLaunchTemplateVersions(call: Call, input: DescribeLaunchTemplateVersionsRequest) {
    const single = input.LaunchTemplateId !== undefined || input.LaunchTemplateName !== undefined;
    const templates = single ? [templateOf(call.view, input)] : Object.values(call.view.launchTemplates);
    const found = templates.flatMap((template) =>
      versionsOf(template, input).map((version) => versionOut(template, version)),
    );
    const { items, next } = page(found, input.NextToken, input.MaxResults, 200);
    return { LaunchTemplateVersions: items, NextToken: next };
  },

  DeleteLaunchTemplate(call: Call, input: DeleteLaunchTemplateRequest) {
    const template = templateOf(call.store, input);
    delete call.store.launchTemplates[template.id];
    return { LaunchTemplate: templateOut(template) };
  },

  DeleteLaunchTemplateVersions(call: Call, input: DeleteLaunchTemplateVersionsRequest) {
    const template = templateOf(call.store, input);
    const done: object[] = [];
    const failed: object[] = [];
    for (const version of input.Versions ?? []) {
      const named = {
        LaunchTemplateId: template.id,
        LaunchTemplateName: template.name,
        VersionNumber: Number(version),
      };
      const Code = deletionProblem(template, version);
      if (Code !== null) {
        const Message = `Could not delete launch template version ${version}.`;
        failed.push({ ...named, ResponseError: { Code, Message } });
        continue;
      }
      delete template.versions[version];
      done.push(named);
    }
    return {
      SuccessfullyDeletedLaunchTemplateVersions: done,
      UnsuccessfullyDeletedLaunchTemplateVersions: failed,
    };
  },

  GetLaunchTemplateData(call: Call, input: GetLaunchTemplateDataRequest) {
    const id = input.InstanceId ?? '';
    const instance =
      call.view.instances[id] ?? refuse('InvalidInstanceID.NotFound', `The instance ID '${id}' does not exist`);
    const data = {
      ImageId: instance.imageId,
      InstanceType: instance.type,
      KeyName: instance.keyName ?? undefined,
      UserData: instance.userData ?? undefined,
      SecurityGroupIds: instance.securityGroupIds,
    };
    return { LaunchTemplateData: data };
  },
};

function noVersion(version: string): never {
  refuse(
    'InvalidLaunchTemplateId.VersionNotFound',
    `Could not find the specified version ${version} for the launch template.`,
  );
}

function deletionProblem(template: LaunchTemplate, version: string): string | null {
  if (template.versions[version] === undefined) return 'launchTemplateVersionDoesNotExist';
  return Number(version) === template.defaultVersion ? 'unexpectedError' : null;
}

function versionsOf(template: LaunchTemplate, input: DescribeLaunchTemplateVersionsRequest): LaunchTemplateVersion[] {
  if (input.Versions?.length)
    return input.Versions.map((version) => versionOf(template, version) ?? noVersion(version));
  const low = Number(input.MinVersion ?? 0);
  const high = Number(input.MaxVersion ?? Number.MAX_SAFE_INTEGER);
  return Object.values(template.versions)
    .filter(({ version }) => version >= low && version <= high)
    .sort((a, b) => b.version - a.version);
}
