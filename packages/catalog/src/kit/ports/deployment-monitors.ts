/** A service outside that judges deployments, as the installation knows it. */
export interface DeploymentMonitor {
  readonly id: string;
  readonly name: string;
  /** Paths of the protocol are added to it. */
  readonly url: string;
  /** Longest time it may take to decide about one step. */
  readonly maxAnalysisMinutes: number;
  /** Does a monitor that cannot be asked fail the deploy? */
  readonly failOnError: boolean;
}

/** Monitors that this installation is configured with. */
export interface DeploymentMonitors {
  find(id: string): Promise<DeploymentMonitor | null>;
  ids(): Promise<readonly string[]>;
}
