// Measures the planning of a large pipeline by the program as it is shipped, bundled.
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { bundle, makeBundle } from './bundle.mjs';

const program = join(dirname(bundle), 'bench-plan.js');
await makeBundle('src/bench/plan.ts', program);
await import(pathToFileURL(program).href);
