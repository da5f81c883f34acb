export { examine, type Later, LOOKED_AT, thingKey, thingsOf } from './examine.ts';
export { type Life, type Lives, type Remain, remainsIn } from './remains.ts';
export { isAsBefore, type LedgerFacts, type Leftover, type LookPorts, type Sight, type Thing } from './thing.ts';
