import type { GuardRules, TrafficGuards as TrafficGuardsPort } from '@gennaker/catalog/kit';
import { FailureError, storedTrafficGuards } from '@gennaker/pipeline-dsl';
import type { Applications } from './applications.ts';

/** Traffic guards as applications keep them in their attributes. */
export class TrafficGuards implements TrafficGuardsPort {
  private readonly applications: Pick<Applications, 'find'>;
  private readonly minCapacityRatio: number;
  private readonly may: (user: string) => boolean;

  constructor(applications: Pick<Applications, 'find'>, minCapacityRatio: number, may: (user: string) => boolean) {
    this.applications = applications;
    this.minCapacityRatio = minCapacityRatio;
    this.may = may;
  }

  async mayOverride(user: string): Promise<boolean> {
    return this.may(user);
  }

  async of(application: string): Promise<GuardRules> {
    const attributes = await this.applications.find(application);
    const parsed = storedTrafficGuards.safeParse(attributes?.['trafficGuards']);
    if (parsed.success) return { guards: parsed.data ?? [], minCapacityRatio: this.minCapacityRatio };
    const [issue] = parsed.error.issues;
    const place = ['trafficGuards', ...(issue?.path ?? [])].join('/');
    throw new FailureError({
      code: 'guards.unreadable',
      message: `Nothing was taken away: ${place} of application ${application} cannot be understood (${issue?.message}).`,
      advice: 'Save the application with traffic guards that are in order.',
    });
  }
}
