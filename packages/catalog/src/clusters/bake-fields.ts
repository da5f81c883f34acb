import * as z from 'zod';
import { describeField, flag, optionalChoice, optionalNumber, optionalText, textList, textMap } from '../kit/fields.ts';
import { placeFields } from './fields.ts';

const what = {
  package: optionalText({
    label: 'Packages',
    help: 'Names of packages to install, with blanks between. `name=1.2.3` asks for a version; a name alone gets that of the artifact, or of the file in the build that triggered, of this name.',
    group: 'Content',
    order: 10,
    placeholder: 'web=1.2.3',
  }),
  packageArtifactIds: textList({
    label: 'Package artifacts',
    help: 'Ids of expected artifacts of type deb or rpm that are installed too.',
    group: 'Content',
    order: 11,
  }),
  script: optionalText(
    {
      label: 'Script',
      help: 'Shell commands run as root after the packages are installed. The first that fails ends the bake.',
      group: 'Content',
      order: 11,
      widget: 'code',
    },
    12_000,
  ),
  extendedAttributes: describeField(z.record(z.string(), z.unknown()).nullish(), {
    label: 'Attributes',
    help: 'Environment variables of the packages and the script; other values make another image.',
    group: 'Content',
    order: 12,
    widget: 'map',
  }),
};

const template = {
  templateFileName: optionalText({
    label: 'Packer template',
    help: 'A file in the folder of templates: Packer bakes with it, in place of packages and script.',
    group: 'Content',
    order: 13,
    placeholder: 'web.pkr.hcl',
  }),
  varFileName: optionalText({
    label: 'Packer variables',
    help: 'A file with variables of the template, in the same folder.',
    group: 'Content',
    order: 14,
  }),
};

const base = {
  baseOs: optionalText({
    label: 'Base system',
    help: 'The newest image with the tag `base-os` of this value, or else the image of this name, is the base.',
    group: 'Base image',
    order: 20,
    placeholder: 'al2023',
  }),
  baseAmi: optionalText({
    label: 'Base image',
    help: 'Id or name of the base image, or a parameter that holds its id (`resolve:ssm:/path`); stronger than the base system.',
    group: 'Base image',
    order: 21,
    placeholder: 'ami-',
  }),
  baseLabel: optionalText({ label: 'Base label', help: 'Kept and shown; chooses nothing.', widget: 'hidden' }),
  vmType: optionalChoice(['hvm', 'pv'], {
    label: 'Virtualization',
    help: 'Always `hvm` in fact.',
    widget: 'hidden',
  }),
  storeType: optionalText({ label: 'Store', help: 'Always `ebs` in fact.', widget: 'hidden' }),
};

const machine = {
  instanceType: optionalText({
    label: 'Instance type',
    help: 'Machine to bake on. Default: a small one of the base image’s architecture.',
    group: 'Machine',
    order: 30,
  }),
  subnetId: optionalText({
    label: 'Subnet',
    help: 'Subnet to bake in; it needs a way to the package repositories. With commas between several: the next is tried when one has no room. Default: the default network.',
    group: 'Machine',
    order: 31,
    placeholder: 'subnet-',
  }),
  securityGroups: textList({
    label: 'Security groups',
    help: 'Ids of security groups of the machine. Default: that of the network.',
    group: 'Machine',
    order: 32,
  }),
  associatePublicIpAddress: flag({
    label: 'Public address',
    help: 'Gives the machine a public address. Default: as the subnet does.',
    group: 'Machine',
    order: 32,
  }),
  iamRole: optionalText({
    label: 'Instance profile',
    help: 'Identity of the machine while it bakes.',
    group: 'Machine',
    order: 33,
  }),
  rootVolumeSize: optionalNumber(
    { label: 'Root volume', help: 'Default: as large as the base image’s.', unit: 'GiB', group: 'Machine', order: 34 },
    { min: 1, max: 16_384 },
  ),
  encrypted: flag({
    label: 'Encrypted',
    help: 'Encrypts the root volume, and with it the image.',
    group: 'Machine',
    order: 35,
  }),
  kmsKeyId: optionalText({
    label: 'Encryption key',
    help: 'Key to encrypt with. Images under the default key cannot be shared with other accounts.',
    group: 'Machine',
    order: 36,
  }),
};

const spread = {
  copyToRegions: textList({
    label: 'Copy to regions',
    help: 'Regions to copy the image to once it is there, in place of a bake of their own.',
    group: 'Copies',
    order: 50,
    widget: 'regions',
  }),
  copyKmsKeyIds: textMap({
    label: 'Keys of copies',
    help: 'Encryption key by region. Needed for copies of an encrypted image under a key of your own.',
    group: 'Copies',
    order: 51,
    widget: 'map',
  }),
  shareWithAccounts: textList({
    label: 'Share with accounts',
    help: 'Accounts, by name or number, that may start from the image and its copies. The tags are repeated there.',
    group: 'Copies',
    order: 52,
  }),
};

const result = {
  amiName: optionalText(
    { label: 'Image name', help: 'Beginning of the name. Default: package and version.', group: 'Result', order: 40 },
    80,
  ),
  amiSuffix: optionalText(
    { label: 'Name suffix', help: 'Default: time of the bake, as yyyyMMddHHmmss in UTC.', group: 'Result', order: 41 },
    30,
  ),
  rebake: flag({
    label: 'Rebake',
    help: 'Bakes even when an image of the same content exists.',
    group: 'Result',
    order: 42,
  }),
  user: optionalText({ label: 'Owner', help: 'Who asked for it; kept and shown.', widget: 'hidden' }),
  cloudProviderType: optionalText({ label: 'Provider', help: 'Always `aws`.', widget: 'hidden' }),
};

/** Everything that says what is baked, on what, and where. */
export const bakeFields = {
  ...placeFields,
  account: optionalText({
    label: 'Account',
    help: 'Account to bake in. Default: the account that a later deploy stage names.',
    group: 'Target',
    order: 1,
    widget: 'account',
  }),
  credentials: optionalText({
    label: 'Account (other spelling)',
    help: 'Read when `account` is absent.',
    widget: 'hidden',
  }),
  ...what,
  ...template,
  ...base,
  ...machine,
  ...result,
  ...spread,
};
