export { createOutsideWorld, type OutsideSources } from './outside-world.ts';
