export * from './clock.ts';
export * from './fake-images.ts';
export * from './fake-load-balancers.ts';
export * from './fake-server-groups.ts';
export * from './fakes.ts';
export * from './trouble.ts';
export * from './world.ts';
