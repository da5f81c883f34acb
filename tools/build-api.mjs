// Bundles the programs of apps/api into apps/api/dist.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'rolldown';
import { apiBundle } from './api-bundle.mjs';

rmSync(join(apiBundle.cwd, 'dist'), { recursive: true, force: true });
await build(apiBundle);
