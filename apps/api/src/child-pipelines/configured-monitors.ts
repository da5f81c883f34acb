import type { DeploymentMonitor, DeploymentMonitors } from '@gennaker/catalog/kit';

/** The deployment monitors that the configuration names. */
export const configuredMonitors = (monitors: readonly DeploymentMonitor[]): DeploymentMonitors => ({
  find: async (id) => monitors.find((monitor) => monitor.id === id) ?? null,
  ids: async () => monitors.map(({ id }) => id),
});
