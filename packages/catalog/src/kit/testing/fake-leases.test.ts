import { FakeLeases, VirtualClock } from '../in-memory/index.ts';
import { leasesContract } from './leases.contract.ts';

leasesContract('the fake', () => {
  const clock = new VirtualClock();
  return { leases: new FakeLeases(clock), pass: (ms) => clock.advance(ms) };
});
