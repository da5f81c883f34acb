import { FailureError } from '@gennaker/pipeline-dsl';
import type {
  BakeCommand,
  BakeDrop,
  BakedImage,
  BakeInstance,
  BakeSpec,
  CloudPlace,
  CloudRef,
  CloudTrace,
  Image,
  ImageCopySpec,
  ImageSpec,
  Images,
  ImageUser,
  LooseSnapshot,
  Operation,
} from '../ports/index.ts';
import type { VirtualClock } from './clock.ts';
import { Trouble } from './trouble.ts';

interface Machine {
  readonly id: string;
  readonly spec: BakeSpec;
  readonly operation: Operation;
  readonly startedAt: number;
  removed: boolean;
  /** When a script was sent to it. */
  sentAt?: number;
  stopped?: boolean;
}

interface Making {
  readonly operationKey: string;
  readonly availableAt: number;
}

/** Does the name fit? `*` stands for any text, `?` for any sign. */
function fitsGlob(name: string, glob: string): boolean {
  let at = 0;
  let signAt = 0;
  /** Where to go on when what follows the last `*` does not fit: there, and one sign later in the name. */
  let star = -1;
  let afterStar = 0;
  while (at < name.length) {
    if (glob[signAt] === '*') {
      star = signAt++;
      afterStar = at;
    } else if (glob[signAt] === '?' || glob[signAt] === name[at]) {
      signAt += 1;
      at += 1;
    } else if (star >= 0) {
      signAt = star + 1;
      at = ++afterStar;
    } else return false;
  }
  return /^\**$/.test(glob.slice(signAt));
}

const BAKE_KEY = 'cd:bake-key';
const isPath = (nameOrId: string): boolean => nameOrId.startsWith('resolve:ssm:') || nameOrId.startsWith('/');

/** Images in memory, and machines that bake them as told. */
export class FakeImages implements Images {
  readonly trouble = new Trouble();
  readonly images: Image[] = [];
  readonly machines: Machine[] = [];
  /** Snapshots that no image uses any more. */
  readonly snapshots: LooseSnapshot[] = [];
  /** How the next scripts end: exit code and the log before the result. `null`: they stop without a result. */
  scriptEnd: { readonly rc: number; readonly log: string } | null = { rc: 0, log: 'Complete!' };
  bootMs = 10_000;
  scriptMs = 60_000;
  imageMs = 30_000;
  /** A new permission is seen by the other account after so long. */
  shareMs = 8_000;
  /** Bucket for results; null: there is none, and the console has to do. */
  bucket: string | null = null;
  /** Scripts are sent to machines, which answer so long after their boot; null: scripts are given at the start. */
  agentMs: number | null = null;
  /** Parameters by path; each holds an image id. */
  readonly parameters = new Map<string, string>();
  /** Accounts that images are shared with: `image/account`, and when that account sees it. */
  readonly shares = new Map<string, number>();
  /** Subnets without room for instances. */
  readonly fullSubnets = new Set<string>();
  private readonly making = new Map<string, Making>();
  private readonly clock: VirtualClock;
  private readonly users: (ref: CloudRef) => readonly ImageUser[];

  constructor(clock: VirtualClock, users: (ref: CloudRef) => readonly ImageUser[] = () => []) {
    this.clock = clock;
    this.users = users;
  }

  add(image: Partial<Image> & { readonly id: string }): Image {
    const whole: Image = {
      account: 'prod',
      region: 'us-east-1',
      name: `${image.id}-name`,
      createdTime: this.images.length,
      architecture: 'x86_64',
      ownerId: '111111111111',
      rootDeviceName: '/dev/xvda',
      tags: {},
      ...image,
    };
    this.images.push(whole);
    return whole;
  }

  /** Machines that bake and were not removed. */
  get leftMachines(): readonly string[] {
    return this.machines.filter((machine) => !machine.removed).map((machine) => machine.id);
  }

  /** Machines that bake and images that were made, as those who look for marks see them. */
  traces(): readonly CloudTrace[] {
    const machines = this.machines
      .filter(({ removed }) => !removed)
      .map(({ id, spec, operation }): CloudTrace => {
        const { account, region, bakeKey, expiresTime } = spec;
        const { executionId, stageId } = operation;
        const name = `bake ${bakeKey.slice(0, 12)}`;
        return { kind: 'machine', account, region, id, name, executionId, stageId, state: 'running', expiresTime };
      });
    const images = this.images
      .filter(({ tags }) => tags['cd:execution'])
      .map((image): CloudTrace => {
        const { account, region, id, name, tags } = image;
        const [executionId, stageId] = [tags['cd:execution'] ?? null, tags['cd:stage'] ?? null];
        const { state } = this.draw(image);
        return {
          kind: 'image',
          account,
          region,
          id,
          name,
          executionId,
          stageId,
          state,
          bakeKey: tags[BAKE_KEY] ?? null,
        };
      });
    return [...machines, ...images, ...this.snapshots];
  }

  async defaultAccount(): Promise<string> {
    return 'prod';
  }

  async findByTags(query: Parameters<Images['findByTags']>[0]): Promise<readonly Image[]> {
    const glob = query.nameGlob ?? '*';
    return this.images
      .filter(({ region, name, id }) => region === query.region && fitsGlob(name, glob) && this.isAvailable(id))
      .filter(({ ownerId }) => query.ownerId === undefined || ownerId === query.ownerId)
      .filter(({ tags }) => Object.entries(query.tags).every(([key, value]) => tags[key] === value))
      .sort((a, b) => b.createdTime - a.createdTime);
  }

  async find({ region, nameOrId }: Parameters<Images['find']>[0]): Promise<Image | null> {
    const wanted = isPath(nameOrId) ? this.parameters.get(nameOrId.replace('resolve:ssm:', '')) : nameOrId;
    return (
      this.images.find(
        (image) =>
          image.region === region && (image.id === wanted || image.name === wanted) && this.isAvailable(image.id),
      ) ?? null
    );
  }

  async findBaked({ region, bakeKey }: Parameters<Images['findBaked']>[0]): Promise<readonly BakedImage[]> {
    return this.images
      .filter((image) => image.region === region && image.tags[BAKE_KEY] === bakeKey)
      .map((image) => this.draw(image))
      .sort((a, b) => b.createdTime - a.createdTime);
  }

  async tagImage(ref: CloudRef, tags: Readonly<Record<string, string>>): Promise<void> {
    return this.trouble.run('tagImage', () => {
      const image = this.known(ref);
      this.replace({ ...image, tags: { ...image.tags, ...tags } });
    });
  }

  async untagImage(ref: CloudRef, keys: readonly string[]): Promise<void> {
    return this.trouble.run('untagImage', () => {
      const image = this.known(ref);
      const tags = Object.fromEntries(Object.entries(image.tags).filter(([key]) => !keys.includes(key)));
      this.replace({ ...image, tags });
    });
  }

  async startBake(spec: BakeSpec, operation: Operation): Promise<string> {
    return this.trouble.run('startBake', () => {
      const known = this.machines.find((machine) => machine.operation.key === operation.key);
      if (known) return known.id;
      if (spec.subnetId && this.fullSubnets.has(spec.subnetId))
        throw new FailureError({ code: 'aws.no-capacity', message: `No room in ${spec.subnetId}.`, retry: false });
      const id = `i-bake-${this.machines.length + 1}`;
      this.machines.push({ id, spec, operation, startedAt: this.clock.now(), removed: false });
      return id;
    });
  }

  async readBake({ id }: CloudRef): Promise<BakeInstance | null> {
    return this.trouble.run('readBake', () => {
      const machine = this.machines.find((candidate) => candidate.id === id);
      if (!machine) return null;
      if (machine.removed) return { id, state: 'gone', reason: 'Client.UserInitiatedShutdown' };
      if (!this.isBooted(machine)) return { id, state: 'starting', reason: null };
      const isStopped = this.agentMs === null ? this.isDone(machine) : machine.stopped === true;
      return { id, state: isStopped ? 'stopped' : 'running', reason: null };
    });
  }

  async bakeDrop(_place: CloudPlace, name: string): Promise<BakeDrop | null> {
    if (this.bucket === null) return null;
    return { location: `s3://${this.bucket}/${name}`, putUrl: `https://drop.example/${name}?signed` };
  }

  async readDrop(_place: CloudPlace, location: string): Promise<string | null> {
    const name = location.replace(`s3://${this.bucket}/`, '');
    const machine = this.machines.find(({ spec }) => spec.script.includes(`https://drop.example/${name}?signed`));
    return machine && this.isDone(machine) && this.scriptEnd ? JSON.stringify(this.scriptEnd) : null;
  }

  async bakeLog({ id }: CloudRef): Promise<string> {
    const machine = this.machines.find((candidate) => candidate.id === id);
    if (!machine || this.scriptEnd === null) return '';
    const { rc, log } = this.scriptEnd;
    return `${log}\ngennaker-bake ${machine.spec.bakeKey} rc=${rc}\n`;
  }

  async canSendToBakes(): Promise<boolean> {
    return this.agentMs !== null;
  }

  async sendToBake({ id }: CloudRef, _script: string, operation: Operation): Promise<string | null> {
    return this.trouble.run('sendToBake', () => {
      const machine = this.machines.find((candidate) => candidate.id === id);
      const answers = machine && this.clock.now() - machine.startedAt >= this.bootMs + (this.agentMs ?? 0);
      if (!answers) return null;
      machine.sentAt ??= this.clock.now();
      return `command of ${operation.key}`;
    });
  }

  async readBakeCommand({ id }: CloudRef): Promise<BakeCommand> {
    const sentAt = this.machines.find((candidate) => candidate.id === id)?.sentAt ?? 0;
    if (this.clock.now() - sentAt < this.scriptMs) return { state: 'running' };
    if (!this.scriptEnd) return { state: 'ended', rc: null, log: '', reason: 'Execution Timed Out' };
    const { rc, log } = this.scriptEnd;
    return { state: 'ended', rc, log, reason: rc === 0 ? 'Success' : 'Failed' };
  }

  async stopBake({ id }: CloudRef): Promise<void> {
    return this.trouble.run('stopBake', () => {
      const machine = this.machines.find((candidate) => candidate.id === id);
      if (machine) machine.stopped = true;
    });
  }

  async endBake(_place: CloudPlace, known: readonly string[], operation: Operation): Promise<void> {
    return this.trouble.run('endBake', () => {
      for (const machine of this.machines)
        if (known.includes(machine.id) || machine.operation.stageId === operation.stageId) machine.removed = true;
    });
  }

  async createImage(spec: ImageSpec, operation: Operation): Promise<string> {
    return this.trouble.run('createImage', () => {
      const { account, region, name, tags, bakeKey } = spec;
      return this.make({ account, region, name, tags }, bakeKey, operation);
    });
  }

  async readImage({ id, region }: CloudRef): Promise<BakedImage | null> {
    const image = this.images.find((candidate) => candidate.id === id && candidate.region === region);
    return image ? this.draw(image) : null;
  }

  async copyImage({ source, region, bakeKey }: ImageCopySpec, operation: Operation): Promise<string> {
    return this.trouble.run('copyImage', () => {
      const known = this.images.find((image) => image.region === region && image.tags[BAKE_KEY] === bakeKey);
      const { account, name, tags } = source;
      return known?.id ?? this.make({ account, region, name, tags }, bakeKey, operation);
    });
  }

  async sharedWith({ id }: CloudRef): Promise<readonly string[]> {
    return [...this.shares.keys()].filter((key) => key.startsWith(`${id}/`)).map((key) => key.slice(id.length + 1));
  }

  async shareImage(ref: CloudRef, withAccount: string): Promise<'seen' | 'unseen' | 'unknown'> {
    return this.trouble.run('shareImage', () => {
      this.known(ref);
      const key = `${ref.id}/${withAccount}`;
      const seenAt = this.shares.get(key) ?? this.clock.now() + this.shareMs;
      this.shares.set(key, seenAt);
      if (/^\d{12}$/.test(withAccount)) return 'unknown';
      return seenAt <= this.clock.now() ? 'seen' : 'unseen';
    });
  }

  async usersOf(ref: CloudRef): Promise<readonly ImageUser[]> {
    return this.users(ref);
  }

  async removeImage(ref: CloudRef): Promise<void> {
    return this.trouble.run('removeImage', () => {
      const at = this.images.findIndex((image) => image.id === ref.id && image.region === ref.region);
      if (at >= 0) this.images.splice(at, 1);
    });
  }

  async removeSnapshot({ id }: CloudRef): Promise<void> {
    return this.trouble.run('removeSnapshot', () => {
      const at = this.snapshots.findIndex((snapshot) => snapshot.id === id);
      if (at >= 0) this.snapshots.splice(at, 1);
    });
  }

  private make(
    parts: Pick<Image, 'account' | 'region' | 'name' | 'tags'>,
    bakeKey: string,
    operation: Operation,
  ): string {
    const known = this.images.find((image) => image.region === parts.region && image.name === parts.name);
    if (known && this.making.get(known.id)?.operationKey === operation.key) return known.id;
    if (known)
      throw new FailureError({
        code: 'aws.image-name-taken',
        message: `Image ${parts.name} belongs to something else.`,
      });
    const id = `ami-baked-${this.images.length + 1}`;
    const now = this.clock.now();
    const { executionId, stageId } = operation;
    const owner = { [BAKE_KEY]: bakeKey, 'cd:execution': executionId, 'cd:stage': stageId };
    this.add({ ...parts, tags: { ...parts.tags, ...owner }, id, createdTime: now });
    this.making.set(id, { operationKey: operation.key, availableAt: now + this.imageMs });
    return id;
  }

  private known({ id, region }: CloudRef): Image {
    const image = this.images.find((candidate) => candidate.id === id && candidate.region === region);
    if (image) return image;
    throw new FailureError({ code: 'aws.gone', message: `Image ${id} does not exist in ${region}.`, retry: false });
  }

  private replace(image: Image): void {
    const at = this.images.findIndex(({ id, region }) => id === image.id && region === image.region);
    this.images[at] = image;
  }

  private isBooted({ startedAt }: Machine): boolean {
    return this.clock.now() - startedAt >= this.bootMs;
  }

  private isDone({ startedAt }: Machine): boolean {
    return this.clock.now() - startedAt >= this.bootMs + this.scriptMs;
  }

  private isAvailable(id: string): boolean {
    const making = this.making.get(id);
    return !making || making.availableAt <= this.clock.now();
  }

  private draw(image: Image): BakedImage {
    return { ...image, state: this.isAvailable(image.id) ? 'available' : 'pending', reason: null };
  }
}
