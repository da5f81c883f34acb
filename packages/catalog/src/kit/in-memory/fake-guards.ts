import type { TrafficGuard } from '@gennaker/pipeline-dsl';
import type { GuardRules, TrafficGuards } from '../ports/index.ts';
import { Trouble } from './trouble.ts';

/** Traffic guards as a test sets them; an application it says nothing of has none. */
export class FakeGuards implements TrafficGuards {
  readonly trouble = new Trouble();
  minCapacityRatio = 0;
  /** Who has a role to override guards. */
  readonly overriders = new Set(['ann']);
  private readonly byApplication = new Map<string, readonly TrafficGuard[]>();

  set(application: string, ...guards: readonly TrafficGuard[]): void {
    this.byApplication.set(application, guards);
  }

  async mayOverride(user: string): Promise<boolean> {
    return this.trouble.run('mayOverride', () => this.overriders.has(user));
  }

  async of(application: string): Promise<GuardRules> {
    return this.trouble.run('of', () => ({
      guards: this.byApplication.get(application) ?? [],
      minCapacityRatio: this.minCapacityRatio,
    }));
  }
}
