import type { Sandbox } from '../sandbox.ts';

/** Credentials as STS hands them out, or long-lived keys. */
export interface TestCredentials {
  AccessKeyId?: string;
  SecretAccessKey?: string;
  SessionToken?: string;
}

interface ClientConfig {
  endpoint: string;
  region: string;
  maxAttempts: number;
  systemClockOffset: number;
  credentials: { accessKeyId: string; secretAccessKey: string; sessionToken?: string };
}

/** A real SDK client of any package for the demo account, signing with the sandbox's own time. */
export function clientOf<C>(
  sandbox: Sandbox,
  Client: new (config: ClientConfig) => C,
  options: { region?: string; maxAttempts?: number; credentials?: TestCredentials } = {},
): C {
  const { credentials: given } = options;
  return new Client({
    endpoint: sandbox.url,
    region: options.region ?? 'us-east-1',
    maxAttempts: options.maxAttempts ?? 1,
    systemClockOffset: sandbox.clock.now() - Date.now(),
    credentials: {
      accessKeyId: given?.AccessKeyId ?? 'SANDBOXKEY',
      secretAccessKey: given?.SecretAccessKey ?? 'sandbox-secret',
      sessionToken: given?.SessionToken,
    },
  });
}
