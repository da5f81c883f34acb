export { examine, thingKey, thingsOf } from './examine.ts';
export { isAsBefore, type LedgerFacts, type Leftover, type LookPorts, type Sight, type Thing } from './thing.ts';
