// ARP frames that tell a network where an IPv4 address now lives, and what is heard from others.
//
// Whole Ethernet frames, 42 bytes, as the address scripts of Heartbeat send them (heartbeat-
// resources 8; RFC 826, RFC 5227 3). Pure bytes: who sends them when is the pulse's business.

export const ETH_P_ARP = 0x0806;
const FRAME = 42;
const REQUEST = 1;
const REPLY = 2;

export interface ArpSender {
  readonly mac: Uint8Array;
  readonly address: Uint8Array;
}

/** A gratuitous request: everybody, who has `address`? (it is `mac` that asks). */
export function arpRequest(sender: ArpSender): Uint8Array {
  return frame(REQUEST, sender, new Uint8Array(6));
}

/** A gratuitous reply: everybody, `address` is at `mac`. */
export function arpReply(sender: ArpSender): Uint8Array {
  return frame(REPLY, sender, sender.mac);
}

/** The gratuitous request of UCARP: the asking MAC stands in the target's place too (carp.md 9). */
export function arpOfUcarp(sender: ArpSender): Uint8Array {
  return frame(REQUEST, sender, sender.mac);
}

function frame(operation: number, sender: ArpSender, target: Uint8Array): Uint8Array {
  if (sender.mac.length !== 6 || sender.address.length !== 4) {
    throw new RangeError("ARP needs a MAC of 6 bytes and an address of 4 bytes");
  }
  const bytes = new Uint8Array(FRAME);
  bytes.fill(0xff, 0, 6);
  bytes.set(sender.mac, 6);
  // Type ARP; hardware type 1 (Ethernet), protocol type IPv4, lengths 6 and 4.
  bytes.set([0x08, 0x06, 0, 1, 0x08, 0, 6, 4, 0, operation], 12);
  bytes.set(sender.mac, 22);
  bytes.set(sender.address, 28);
  bytes.set(target, 32);
  bytes.set(sender.address, 38);
  return bytes;
}

/** Who says in this frame that an address is his; undefined for anything else. An address probe
 *  (sender 0.0.0.0) claims nothing. */
export function arpClaim(bytes: Uint8Array): ArpSender | undefined {
  if (bytes.length < FRAME) return undefined;
  const expected = [0x08, 0x06, 0, 1, 0x08, 0, 6, 4, 0];
  if (expected.some((byte, index) => bytes[12 + index] !== byte)) return undefined;
  if (bytes[21] !== REQUEST && bytes[21] !== REPLY) return undefined;
  const address = bytes.slice(28, 32);
  if (address.every((byte) => byte === 0)) return undefined;
  return { mac: bytes.slice(22, 28), address };
}
