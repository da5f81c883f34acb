import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { refuse } from '../../wire/service-error.ts';
import type { Checksum } from './state.ts';

/** The checksum members that S3 inputs share. */
export interface GivenChecksums {
  ContentMD5?: string;
  ChecksumAlgorithm?: string;
  ChecksumCRC32?: string;
  ChecksumCRC32C?: string;
  ChecksumSHA1?: string;
  ChecksumSHA256?: string;
}

const algorithms = {
  CRC32: (body: Uint8Array) => fourBytes(crc32(body)),
  CRC32C: (body: Uint8Array) => fourBytes(crc32c(body)),
  SHA1: (body: Uint8Array) => createHash('sha1').update(body).digest('base64'),
  SHA256: (body: Uint8Array) => createHash('sha256').update(body).digest('base64'),
} satisfies Record<Checksum['algorithm'], (body: Uint8Array) => string>;

const names = Object.keys(algorithms) as Array<Checksum['algorithm']>;
const unserved = ['CRC64NVME', 'SHA512', 'MD5', 'XXHASH64', 'XXHASH3', 'XXHASH128'];

export const isAlgorithm = (name: string | undefined): name is Checksum['algorithm'] =>
  names.some((each) => each === name);

export const md5Hex = (body: Uint8Array): string => createHash('md5').update(body).digest('hex');

export function checksumOf(algorithm: Checksum['algorithm'], body: Uint8Array): string {
  return algorithms[algorithm](body);
}

/** Compares the body with every checksum given for it; answers the one to keep. */
export function verifyBody(body: Uint8Array, given: GivenChecksums): Checksum | null {
  if (given.ContentMD5 !== undefined) {
    const digest = createHash('md5').update(body).digest('base64');
    if (Buffer.from(given.ContentMD5, 'base64').length !== 16)
      refuse('InvalidDigest', 'The Content-MD5 you specified was invalid.');
    if (digest !== given.ContentMD5)
      refuse('BadDigest', 'The Content-MD5 you specified did not match what we received.');
  }
  for (const name of unserved) {
    if ((given as Record<string, unknown>)[`Checksum${name}`] !== undefined)
      refuse('NotImplemented', `The sandbox does not compute ${name} checksums: use CRC32.`, 501);
  }
  const named = names.filter((name) => given[`Checksum${name}`] !== undefined);
  if (named.length > 1)
    refuse('InvalidRequest', 'Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.');
  const [algorithm] = named;
  if (algorithm === undefined) return null;
  const value = checksumOf(algorithm, body);
  if (value !== given[`Checksum${algorithm}`])
    refuse('BadDigest', `The ${algorithm} you specified did not match the calculated checksum.`);
  return { algorithm, value, type: 'FULL_OBJECT' };
}

/** The output members that carry a checksum. */
export function checksumOut(checksum: Checksum | null): Record<string, string> {
  return checksum === null ? {} : { [`Checksum${checksum.algorithm}`]: checksum.value, ChecksumType: checksum.type };
}

function fourBytes(value: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value >>> 0);
  return bytes.toString('base64');
}

const castagnoli = Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit += 1) value = (value & 1) === 1 ? (value >>> 1) ^ 0x82f63b78 : value >>> 1;
  return value >>> 0;
});

function crc32c(body: Uint8Array): number {
  let value = 0xffffffff;
  for (const byte of body) value = (value >>> 8) ^ (castagnoli[(value ^ byte) & 0xff] ?? 0);
  return (value ^ 0xffffffff) >>> 0;
}
