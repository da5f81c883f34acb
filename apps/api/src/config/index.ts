export type { ApplicationConfig, AwsCredentials, Config, Role } from './config.ts';
export { ConfigError, loadConfig } from './load-config.ts';
export { findProject, type Project } from './project-root.ts';
