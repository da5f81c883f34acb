import { freezesContract } from './testing/freezes.contract.ts';
import { memoryStore } from './testing/harness.ts';

freezesContract(memoryStore);
