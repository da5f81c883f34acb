import { FailureError } from '@gennaker/pipeline-dsl';
import type { Operation, Packer, PackerSpec, PackerState } from '../ports/index.ts';
import type { VirtualClock } from './clock.ts';
import type { FakeImages } from './fake-images.ts';
import { Trouble } from './trouble.ts';

interface Run {
  readonly spec: PackerSpec;
  readonly key: string;
  readonly endsAt: number;
  readonly imageId: string;
  stopped: boolean;
}

/** Packer in memory: a run takes a while and ends as told, with an image that carries the variable `bake_key`. */
export class FakePacker implements Packer {
  readonly trouble = new Trouble();
  /** Digests of the templates that exist; none given: every template does, but those that come with other bakeries. */
  templates: Readonly<Record<string, string>> | null = null;
  runs: Run[] = [];
  runMs = 120_000;
  /** Exit code and errors of the next runs. */
  end: { readonly exitCode: number; readonly errors: readonly string[] } = { exitCode: 0, errors: [] };
  private readonly clock: VirtualClock;
  private readonly images: FakeImages;

  constructor(clock: VirtualClock, images: FakeImages) {
    this.clock = clock;
    this.images = images;
  }

  async digest(template: string): Promise<string> {
    const digest = this.templates ? this.templates[template] : /^aws-/.test(template) ? null : `digest of ${template}`;
    if (digest) return digest;
    throw new FailureError({ code: 'packer.no-template', message: `There is no template ${template}.` });
  }

  async start(spec: PackerSpec, operation: Operation): Promise<void> {
    return this.trouble.run('start', () => {
      if (this.runs.some((run) => run.key === operation.key)) return;
      const imageId = `ami-packer-${this.runs.length + 1}`;
      const run = { spec, key: operation.key, endsAt: this.clock.now() + this.runMs, imageId, stopped: false };
      this.runs.push(run);
      this.clock.in(this.runMs, () => {
        if (run.stopped || this.end.exitCode !== 0) return;
        const name = spec.variables['image_name'] ?? imageId;
        this.images.add({ ...spec, id: imageId, name, createdTime: this.clock.now() });
      });
    });
  }

  async read(operationKey: string): Promise<PackerState> {
    return this.trouble.run('read', () => {
      const run = this.runs.find(({ key }) => key === operationKey);
      if (!run) return { state: 'unknown' };
      const lines = ['amazon-ebs: installing'];
      if (run.stopped) return { state: 'ended', exitCode: null, images: {}, lines, errors: [] };
      if (this.clock.now() < run.endsAt) return { state: 'running', lines };
      const { exitCode, errors } = this.end;
      const images: Record<string, string> = exitCode === 0 ? { [run.spec.region]: run.imageId } : {};
      return { state: 'ended', exitCode, images, lines, errors };
    });
  }

  async stop(operationKey: string): Promise<void> {
    return this.trouble.run('stop', () => {
      const run = this.runs.find(({ key }) => key === operationKey);
      if (run) run.stopped = true;
    });
  }

  /** What a worker that dies does to its runs. */
  forget(): void {
    for (const run of this.runs) run.stopped = true;
    this.runs = [];
  }
}
