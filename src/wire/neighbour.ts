// Neighbour advertisements that tell a network where an IPv6 address now lives, and others' claims.
//
// A whole Ethernet frame to all nodes with the override flag set (RFC 4861 4.4, 7.2.6): the IPv6
// twin of a gratuitous ARP. Pure bytes: who sends them when is the pulse's business.

export const ETH_P_IPV6 = 0x86dd;
const ICMPV6 = 58;
const ADVERTISEMENT = 136;
const TARGET_LINK_ADDRESS = 2;
/** ICMPv6: type, code, checksum, flags, target, one option of 8 bytes. */
const BODY = 32;
const ALL_NODES = Uint8Array.of(0xff, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1);

export interface NeighbourSender {
  readonly mac: Uint8Array;
  readonly address: Uint8Array;
  /** True when this host forwards packets of others (the R flag). */
  readonly router?: boolean;
}

/** An unsolicited advertisement: everybody, `address` is at `mac`, whatever you thought. */
export function neighbourAdvertisement(sender: NeighbourSender): Uint8Array {
  if (sender.mac.length !== 6 || sender.address.length !== 16) {
    throw new RangeError("An advertisement needs a MAC of 6 bytes and an address of 16 bytes");
  }
  const bytes = new Uint8Array(14 + 40 + BODY);
  bytes.set([0x33, 0x33, 0, 0, 0, 1]);
  bytes.set(sender.mac, 6);
  bytes.set([0x86, 0xdd], 12);
  // IPv6: version 6, payload length, next header, hop limit 255 (RFC 4861 7.1.2 demands it).
  bytes.set([0x60, 0, 0, 0, 0, BODY, ICMPV6, 255], 14);
  bytes.set(sender.address, 22);
  bytes.set(ALL_NODES, 38);
  const flags = sender.router === true ? 0xa0 : 0x20;
  bytes.set([ADVERTISEMENT, 0, 0, 0, flags, 0, 0, 0], 54);
  bytes.set(sender.address, 62);
  bytes.set([TARGET_LINK_ADDRESS, 1], 78);
  bytes.set(sender.mac, 80);
  const sum = checksum(bytes.subarray(22, 54), bytes.subarray(54));
  bytes.set([sum >> 8, sum & 0xff], 56);
  return bytes;
}

/** The ICMPv6 checksum over both addresses and the body (RFC 4443 2.3). */
function checksum(addresses: Uint8Array, body: Uint8Array): number {
  let sum = body.length + ICMPV6;
  for (const part of [addresses, body]) {
    for (let at = 0; at < part.length; at += 2) {
      sum += ((part[at] ?? 0) << 8) | (part[at + 1] ?? 0);
    }
  }
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
  return ~sum & 0xffff;
}

/** Who says in this ICMPv6 message (without IPv6 header) that an address is his; undefined when
 *  it is not an advertisement that names a link-layer address. */
export function neighbourClaim(message: Uint8Array): NeighbourSender | undefined {
  if (message.length < 24 || message[0] !== ADVERTISEMENT || message[1] !== 0) return undefined;
  let at = 24;
  while (at + 8 <= message.length) {
    const length = (message[at + 1] ?? 0) * 8;
    if (length === 0 || at + length > message.length) return undefined;
    if (message[at] === TARGET_LINK_ADDRESS && length === 8) {
      return { mac: message.slice(at + 2, at + 8), address: message.slice(8, 24) };
    }
    at += length;
  }
  return undefined;
}
