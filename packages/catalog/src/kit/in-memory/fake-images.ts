import { FailureError } from '@gennaker/pipeline-dsl';
import type {
  BakedImage,
  BakeInstance,
  BakeSpec,
  CloudRef,
  Image,
  ImageSpec,
  Images,
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
}

interface Making {
  readonly operationKey: string;
  readonly bakeKey: string;
  readonly availableAt: number;
}

/** Images in memory, and machines that bake them as told. */
export class FakeImages implements Images {
  readonly trouble = new Trouble();
  readonly images: Image[] = [];
  readonly machines: Machine[] = [];
  /** How the next scripts end: exit code and the log before the result. `null`: they stop without a result. */
  scriptEnd: { readonly rc: number; readonly log: string } | null = { rc: 0, log: 'Complete!' };
  bootMs = 10_000;
  scriptMs = 60_000;
  imageMs = 30_000;
  private readonly making = new Map<string, Making>();
  private readonly clock: VirtualClock;

  constructor(clock: VirtualClock) {
    this.clock = clock;
  }

  add(image: Partial<Image> & { readonly id: string }): Image {
    const whole: Image = {
      account: 'prod',
      region: 'us-east-1',
      name: `${image.id}-name`,
      createdTime: this.images.length,
      architecture: 'x86_64',
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

  async findByTags(query: Parameters<Images['findByTags']>[0]): Promise<readonly Image[]> {
    const prefix = query.nameGlob?.replace(/\*.*$/, '') ?? '';
    return this.images
      .filter(({ region, name, id }) => region === query.region && name.startsWith(prefix) && this.isAvailable(id))
      .filter(({ tags }) => Object.entries(query.tags).every(([key, value]) => tags[key] === value))
      .sort((a, b) => b.createdTime - a.createdTime);
  }

  async find({ region, nameOrId }: Parameters<Images['find']>[0]): Promise<Image | null> {
    return (
      this.images.find(
        (image) =>
          image.region === region && (image.id === nameOrId || image.name === nameOrId) && this.isAvailable(image.id),
      ) ?? null
    );
  }

  async findBaked({ region, bakeKey }: Parameters<Images['findBaked']>[0]): Promise<readonly BakedImage[]> {
    return this.images
      .filter((image) => image.region === region && this.making.get(image.id)?.bakeKey === bakeKey)
      .map((image) => this.draw(image))
      .sort((a, b) => b.createdTime - a.createdTime);
  }

  async startBake(spec: BakeSpec, operation: Operation): Promise<string> {
    return this.trouble.run('startBake', () => {
      const known = this.machines.find((machine) => machine.operation.key === operation.key);
      if (known) return known.id;
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
      const age = this.clock.now() - machine.startedAt;
      if (age < this.bootMs) return { id, state: 'starting', reason: null };
      return { id, state: age < this.bootMs + this.scriptMs ? 'running' : 'stopped', reason: null };
    });
  }

  async bakeLog({ id }: CloudRef): Promise<string> {
    const machine = this.machines.find((candidate) => candidate.id === id);
    if (!machine || this.scriptEnd === null) return '';
    const { rc, log } = this.scriptEnd;
    return `${log}\ngennaker-bake ${machine.spec.bakeKey} rc=${rc}\n`;
  }

  async endBake(_place: unknown, known: readonly string[], operation: Operation): Promise<void> {
    return this.trouble.run('endBake', () => {
      for (const machine of this.machines)
        if (known.includes(machine.id) || machine.operation.stageId === operation.stageId) machine.removed = true;
    });
  }

  async createImage(spec: ImageSpec, operation: Operation): Promise<string> {
    return this.trouble.run('createImage', () => {
      const { account, region, name, tags, bakeKey } = spec;
      const known = this.images.find((image) => image.region === region && image.name === name);
      if (known && this.making.get(known.id)?.operationKey === operation.key) return known.id;
      if (known)
        throw new FailureError({ code: 'aws.image-name-taken', message: `Image ${name} belongs to something else.` });
      const id = `ami-baked-${this.images.length + 1}`;
      this.add({ id, account, region, name, tags, createdTime: this.clock.now() });
      this.making.set(id, { operationKey: operation.key, bakeKey, availableAt: this.clock.now() + this.imageMs });
      return id;
    });
  }

  async readImage({ id }: CloudRef): Promise<BakedImage | null> {
    const image = this.images.find((candidate) => candidate.id === id);
    return image ? this.draw(image) : null;
  }

  private isAvailable(id: string): boolean {
    const making = this.making.get(id);
    return !making || making.availableAt <= this.clock.now();
  }

  private draw(image: Image): BakedImage {
    return { ...image, state: this.isAvailable(image.id) ? 'available' : 'pending', reason: null };
  }
}
