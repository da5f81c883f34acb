import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import {
  DeleteParameterCommand,
  GetParameterCommand,
  GetParametersCommand,
  PutParameterCommand,
} from '@aws-sdk/client-ssm';
import type { Clients } from '../clients.ts';
import type { Lab } from '../lab.ts';
import type { Place } from '../place.ts';

/** A bucket with an object, both deleted again. */
export async function objects(lab: Lab, { s3 }: Clients, place: Place): Promise<void> {
  const Bucket = `${place.name}-${place.account}`;
  const LocationConstraint = place.region as 'eu-west-1';
  const far = place.region === 'us-east-1' ? {} : { CreateBucketConfiguration: { LocationConstraint } };
  await lab.send(s3, new CreateBucketCommand({ Bucket, ...far }));
  const Key = 'a folder/logs & more.txt';
  lab.later(`bucket ${Bucket}`, async () => {
    const { Buckets } = await s3.send(new ListBucketsCommand({}));
    if (!Buckets?.some((bucket) => bucket.Name === Bucket)) return;
    await s3.send(new DeleteObjectCommand({ Bucket, Key }));
    await s3.send(new DeleteBucketCommand({ Bucket }));
  });
  await lab.send(s3, new HeadBucketCommand({ Bucket }));
  await lab.send(s3, new ListBucketsCommand({}));
  await lab.send(s3, new PutObjectCommand({ Bucket, Key, Body: 'It ran.\n', ContentType: 'text/plain' }));
  await lab.refused(s3, new PutObjectCommand({ Bucket, Key, Body: 'again', IfNoneMatch: '*' }), 'PreconditionFailed');
  await lab.send(s3, new HeadObjectCommand({ Bucket, Key }));
  const { Body } = await lab.send(s3, new GetObjectCommand({ Bucket, Key }));
  const text = await Body?.transformToString();
  if (text !== 'It ran.\n') throw new Error(`The object reads '${text}'`);
  await lab.refused(s3, new GetObjectCommand({ Bucket, Key: 'absent' }), 'NoSuchKey');
  await lab.send(s3, new ListObjectsV2Command({ Bucket, Prefix: 'a folder/' }));
  await lab.send(s3, new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key: 'absent' }] } }));
  await lab.send(s3, new DeleteObjectCommand({ Bucket, Key }));
  await lab.send(s3, new DeleteBucketCommand({ Bucket }));
}

/** The public name of the newest Amazon Linux image, and a parameter of our own. */
export async function parameters(lab: Lab, { ssm }: Clients, place: Place): Promise<void> {
  const image = '/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64';
  const { Parameter } = await lab.send(ssm, new GetParameterCommand({ Name: image }));
  if (!Parameter?.Value?.startsWith('ami-')) throw new Error(`The image's parameter reads '${Parameter?.Value}'`);
  await lab.refused(ssm, new GetParameterCommand({ Name: `/${place.name}/none` }), 'ParameterNotFound');
  const Name = `/${place.name}/version`;
  await lab.send(ssm, new PutParameterCommand({ Name, Value: '1', Type: 'String', Tags: [place.tag] }));
  await lab.send(ssm, new GetParametersCommand({ Names: [Name, image] }));
  await lab.send(ssm, new DeleteParameterCommand({ Name }));
}
