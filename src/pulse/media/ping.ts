// ping, ping6 HOST and ping_group NAME HOST…: echo requests that carry a signed message, which the
// host sends back as its own heartbeat (heartbeat-wire 14.4).
//
// One raw socket hears the replies for all ping media of a family; which medium a reply belongs to
// is told by the message inside it.

import {
  addressBytes,
  icmp6Filter,
  icmpFilter,
  sockaddrAddress,
  sockaddrIn,
  sockaddrIn6,
} from "../../../ffi/layout.ts";
import {
  bufferSize,
  close,
  familyOf,
  receiveFrom,
  SOCK_RAW,
  sendTo,
  setOptionBytes,
  socket,
} from "../../../ffi/socket.ts";
import type { Medium } from "../../config/medium.ts";
import { type Message, text } from "../../wire/message.ts";
import { type DatagramCarrier, type EarSpec, type Heard, RECEIVE_BUFFER } from "./carrier.ts";
import { opened } from "./udp.ts";

export type PingMedium = Extract<Medium, { kind: "ping" | "ping6" | "ping_group" }>;

const ECHO_HEADER = 8;
const protocols = {
  4: { number: 1, request: 8, reply: 0 },
  6: { number: 58, request: 128, reply: 129 },
} as const;

/** Low 16 bits of the process id: what tells our echoes from those of others on this host. */
const identity = process.pid & 0xffff;

export function isPing(medium: Medium): medium is PingMedium {
  return medium.kind === "ping" || medium.kind === "ping6" || medium.kind === "ping_group";
}

/** The message that a ping node sends back: as if it had made it (`ts` in seconds). */
export function pingMessage(medium: PingMedium, ts: number): Message {
  return text({
    t: "NS_st",
    st: "ping",
    info: medium.kind,
    src: medium.name,
    ts: Math.floor(ts).toString(16),
  });
}

/** The addresses that may answer for this medium. */
export function hostsOf(medium: PingMedium): readonly string[] {
  return medium.kind === "ping_group" ? medium.addresses : [medium.address];
}

export function openPing(medium: PingMedium): DatagramCarrier {
  const family = medium.kind === "ping6" ? 6 : 4;
  const hosts = hostsOf(medium).map((host) => ({
    host,
    to: family === 4 ? sockaddrIn(host, 0) : sockaddrIn6(host, 0),
  }));
  const fd = opened(socket(familyOf(family), SOCK_RAW, protocols[family].number), (mouth) => {
    // It only sends: no ICMP packet is let through to it.
    if (family === 4) setOptionBytes(mouth, "icmpFilter", icmpFilter());
    else setOptionBytes(mouth, "icmp6Filter", icmp6Filter());
  });
  let sequence = 0;
  return {
    medium,
    ear: echoEar(family),
    send(packet) {
      const request = echoRequest(family, sequence, packet);
      sequence = (sequence + 1) & 0xffff;
      let failure: unknown;
      let sent = 0;
      for (const { host, to } of hosts) {
        try {
          if (sendTo(fd, request, to, host)) sent += 1;
        } catch (error) {
          failure = error;
        }
      }
      // One host of a group without a route is no failure of the group.
      if (sent === 0 && failure !== undefined) throw failure;
      return sent > 0;
    },
    close: () => close(fd),
  };
}

/** An echo request; the kernel fills in the checksum of ICMPv6, we that of ICMP. */
export function echoRequest(family: 4 | 6, sequence: number, data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(ECHO_HEADER + data.length);
  const words = new DataView(bytes.buffer);
  bytes[0] = protocols[family].request;
  words.setUint16(4, identity, true);
  words.setUint16(6, sequence & 0xffff, false);
  bytes.set(data, ECHO_HEADER);
  if (family === 4) words.setUint16(2, checksum(bytes), false);
  return bytes;
}

/** The internet checksum (RFC 1071). */
export function checksum(bytes: Uint8Array): number {
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 2) {
    sum += ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
  }
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
  return ~sum & 0xffff;
}

const sender = new Uint8Array(28);

function echoEar(family: 4 | 6): EarSpec {
  const { number, reply } = protocols[family];
  return {
    key: `icmp${family}`,
    open() {
      const fd = opened(socket(familyOf(family), SOCK_RAW, number), (ear) => {
        if (family === 4) setOptionBytes(ear, "icmpFilter", icmpFilter(reply));
        else setOptionBytes(ear, "icmp6Filter", icmp6Filter(reply));
        bufferSize(ear, "rcv", RECEIVE_BUFFER);
      });
      return {
        fd,
        hear(buffer): Heard | undefined {
          const got = receiveFrom(fd, buffer, sender);
          if (got === undefined) return undefined;
          const from = sockaddrAddress(sender);
          const bytes = buffer.subarray(0, Math.min(got, buffer.length));
          return { from, ...echoReply(family, bytes) };
        },
        close: () => close(fd),
      };
    },
  };
}

/** Data and sequence number of an echo reply to us; nothing for any other packet. An IPv4 raw
 *  socket tells the IP header too, an IPv6 one does not. */
export function echoReply(family: 4 | 6, bytes: Uint8Array): Pick<Heard, "packet" | "sequence"> {
  const start = family === 4 ? ((bytes[0] ?? 0) & 0x0f) * 4 : 0;
  const icmp = bytes.subarray(start);
  if (icmp.length < ECHO_HEADER || icmp[0] !== protocols[family].reply) return {};
  const words = new DataView(icmp.buffer, icmp.byteOffset, ECHO_HEADER);
  if (words.getUint16(4, true) !== identity) return {};
  return { packet: icmp.subarray(ECHO_HEADER), sequence: words.getUint16(6, false) };
}

/** True when a reply from this address may speak for the medium. */
export function mayAnswer(medium: PingMedium, from: Uint8Array): boolean {
  return hostsOf(medium).some((host) => {
    const bytes = addressBytes(host);
    return bytes.length === from.length && bytes.every((byte, at) => byte === from[at]);
  });
}
