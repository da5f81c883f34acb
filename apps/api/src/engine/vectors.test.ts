import { describe } from 'vitest';
import { executionStoreContract } from './testing/execution-store.contract.ts';
import { memoryStore } from './testing/harness.ts';

describe('on the store in memory', () => executionStoreContract(memoryStore));
describe('by an engine that keeps executions at hand', () => executionStoreContract(memoryStore, 3));
