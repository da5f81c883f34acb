import { memoryStore } from './testing/harness.ts';
import { locksContract } from './testing/locks.contract.ts';

locksContract(memoryStore);
