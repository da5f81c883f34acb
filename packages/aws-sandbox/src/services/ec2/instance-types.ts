export interface InstanceType {
  name: string;
  vcpus: number;
  memoryMiB: number;
  architectures: Array<'x86_64' | 'arm64'>;
  burstable: boolean;
}

const sizes: Array<[string, number, number]> = [
  ['nano', 2, 512],
  ['micro', 2, 1024],
  ['small', 2, 2048],
  ['medium', 2, 4096],
  ['large', 2, 8192],
  ['xlarge', 4, 16384],
  ['2xlarge', 8, 32768],
];

function family(name: string, architectures: InstanceType['architectures'], burstable: boolean): InstanceType[] {
  return sizes
    .filter(([size]) => burstable || !['nano', 'micro', 'small'].includes(size))
    .map(([size, vcpus, memoryMiB]) => ({ name: `${name}.${size}`, vcpus, memoryMiB, architectures, burstable }));
}

/** The instance types this sandbox offers. */
export const instanceTypes: InstanceType[] = [
  ...family('t3', ['x86_64'], true),
  ...family('t3a', ['x86_64'], true),
  ...family('t4g', ['arm64'], true),
  ...family('m5', ['x86_64'], false),
  ...family('m6i', ['x86_64'], false),
  ...family('m6g', ['arm64'], false),
  ...family('m7g', ['arm64'], false),
  ...family('c5', ['x86_64'], false),
  ...family('c6g', ['arm64'], false),
  ...family('r5', ['x86_64'], false),
  { name: 'm1.small', vcpus: 1, memoryMiB: 1740, architectures: ['x86_64'], burstable: false },
];

const byName = new Map(instanceTypes.map((type) => [type.name, type]));

export const instanceType = (name: string): InstanceType | undefined => byName.get(name);
