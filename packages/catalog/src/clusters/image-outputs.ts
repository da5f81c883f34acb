import * as z from 'zod';

/** An image, as stages that find or make one publish it for stages that deploy. */
export const imageDetail = z.looseObject({
  region: z.string().describe('Region the image is in'),
  account: z.string().describe('Account it was found in'),
  imageId: z.string().describe('Id, such as ami-1234'),
  imageName: z.string().describe('Name'),
  ami: z.string().describe('Id, in its older spelling'),
  amiName: z.string().describe('Name, in its older spelling'),
  cloudProvider: z.string().describe('Always `aws`'),
  cloudProviderType: z.string().describe('Always `aws`'),
});

const foundImage = z.looseObject({
  ...imageDetail.shape,
  refId: z.string().describe('refId of the stage that found it'),
  ownerId: z.string().nullable().optional().describe('Number of the account that made it'),
  creationDate: z.string().optional().describe('When it was made, ISO 8601'),
  architecture: z.string().nullable().optional().describe('Architecture, such as x86_64'),
  tags: z.record(z.string(), z.string()).optional().describe('Tags of the image'),
  matched: z.number().optional().describe('How many images fitted; this is the newest'),
  sourceServerGroup: z.string().optional().describe('Server group that runs it, when it was found on a cluster'),
});

const bakedImage = z.looseObject({
  ...imageDetail.shape,
  amiSuffix: z.string().optional().describe('End of the name; not there when the image was baked before'),
  baseOs: z.string().nullable().describe('Base system it was asked for with'),
  baseLabel: z.string().describe('Base label'),
  baseAmiId: z.string().describe('Image it was made from'),
  storeType: z.string().describe('Store'),
  vmType: z.string().describe('Virtualization'),
  package: z.string().nullable().describe('Packages in it'),
  refId: z.string().describe('refId of the stage that baked it'),
});

const imageArtifacts = z.array(
  z.looseObject({
    type: z.string().describe('Always `aws/image`'),
    name: z.string().describe('Name of the image'),
    reference: z.string().describe('Id of the image'),
    location: z.string().describe('Region'),
    metadata: z.looseObject({
      account: z.string().describe('Account'),
      tags: z.record(z.string(), z.string()).describe('Tags of the image'),
    }),
  }),
);

/** Outputs of stages that look for images. */
export const foundImages = z.looseObject({
  amiDetails: z.array(foundImage).optional().describe('The images found'),
  deploymentDetails: z.array(foundImage).optional().describe('The images found, for a deploy stage'),
  artifacts: imageArtifacts.optional().describe('The images as artifacts'),
  inferredRegions: z.array(z.string()).optional().describe('Regions added because later deploy stages name them'),
  warning: z.string().optional().describe('What is worth a look although it went well'),
});

/** Outputs of stages that make images. */
export const bakedImages = z.looseObject({
  deploymentDetails: z.array(bakedImage).optional().describe('The images, for a deploy stage'),
  artifacts: imageArtifacts.optional().describe('The images as artifacts'),
});
