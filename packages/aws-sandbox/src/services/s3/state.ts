/** A checksum a client gave and S3 verified. */
export interface Checksum {
  algorithm: 'CRC32' | 'CRC32C' | 'SHA1' | 'SHA256';
  value: string;
  /** `COMPOSITE`: of the parts' checksums, as multipart uploads have. */
  type: 'FULL_OBJECT' | 'COMPOSITE';
}

/** What is kept beside the bytes of an object, as given when it was put. */
export interface ObjectHeaders {
  contentType: string;
  cacheControl?: string;
  contentDisposition?: string;
  contentEncoding?: string;
  contentLanguage?: string;
  serverSideEncryption?: string;
  kmsKeyId?: string;
  storageClass?: string;
  metadata: Record<string, string>;
}

export interface StoredObject {
  key: string;
  /** Base64. */
  body: string;
  size: number;
  /** With its quotes. */
  etag: string;
  modifiedAt: number;
  checksum: Checksum | null;
  parts: number | null;
  headers: ObjectHeaders;
}

export interface UploadPart {
  number: number;
  body: string;
  size: number;
  etag: string;
  modifiedAt: number;
  checksum: Checksum | null;
}

/** A multipart upload under way. */
export interface Upload {
  id: string;
  key: string;
  startedAt: number;
  headers: ObjectHeaders;
  algorithm: Checksum['algorithm'] | null;
  type: Checksum['type'];
  parts: Record<string, UploadPart>;
}

export interface Bucket {
  name: string;
  account: string;
  region: string;
  createdAt: number;
  objects: Record<string, StoredObject>;
  uploads: Record<string, Upload>;
}

/** Buckets have one name space over all accounts and regions. */
export type BucketState = Record<string, Bucket>;
