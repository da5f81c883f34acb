import ipaddr from 'ipaddr.js';

/** Hosts that may be reached although they are private: names (`*.` covers subdomains), addresses, ranges, `host:port`. */
export class AllowedAddresses {
  private readonly items: readonly string[];

  constructor(items: readonly string[]) {
    this.items = items.map((item) => item.toLowerCase());
  }

  /** Whether this name, with this port, is listed itself. */
  namesHost(host: string, port: number): boolean {
    return this.items.some((item) => {
      const [name, itemPort] = splitPort(item);
      if (itemPort !== null && itemPort !== port) return false;
      return name.startsWith('*.') ? host.endsWith(name.slice(1)) : name === host;
    });
  }

  /** Whether a connection to this address may be made: it is public, or listed. */
  allows(address: string, port: number): boolean {
    if (!ipaddr.isValid(address)) return false;
    const parsed = inner(ipaddr.parse(address));
    return parsed.range() === 'unicast' || this.lists(parsed, port);
  }

  private lists(address: ipaddr.IPv4 | ipaddr.IPv6, port: number): boolean {
    return this.items.some((item) => {
      if (ipaddr.isValidCIDR(item)) {
        const [base, bits] = ipaddr.parseCIDR(item);
        return base.kind() === address.kind() && address.match(base, bits);
      }
      const [name, itemPort] = splitPort(item);
      if (itemPort !== null && itemPort !== port) return false;
      return ipaddr.isValid(name) && inner(ipaddr.parse(name)).toNormalizedString() === address.toNormalizedString();
    });
  }
}

/** IPv4 inside IPv6 in any of its costumes counts as the IPv4 address: a gateway would deliver it there. */
function inner(address: ipaddr.IPv4 | ipaddr.IPv6): ipaddr.IPv4 | ipaddr.IPv6 {
  if (!(address instanceof ipaddr.IPv6)) return address;
  if (address.isIPv4MappedAddress()) return address.toIPv4Address();
  const bytes = address.toByteArray();
  const range = address.range();
  if (range === 'rfc6052') return new ipaddr.IPv4(bytes.slice(12));
  if (range === '6to4') return new ipaddr.IPv4(bytes.slice(2, 6));
  return address;
}

function splitPort(item: string): [string, number | null] {
  const found = /^(.+):(\d{1,5})$/.exec(item);
  return found?.[1] !== undefined && !ipaddr.isValid(item) && !found[1].includes(':')
    ? [found[1], Number(found[2])]
    : [item, null];
}
