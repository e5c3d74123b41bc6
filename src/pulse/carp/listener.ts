// The ears on one interface for adverts: a packet socket for each family, which the kernel filters,
// and the membership in each group, which opens the card's own filter (carp.md 18).
//
// Packet sockets and not raw IP sockets: they hear what the IP layer drops, so that it can be counted,
// and they are told the Ethernet source.

import { attachFilter, byteFilter } from "../../../ffi/filter.ts";
import { AF_PACKET, sockaddrLl } from "../../../ffi/layout.ts";
import {
  bind,
  bufferSize,
  close,
  familyOf,
  joinGroup,
  receive,
  SOCK_DGRAM,
  SOCK_RAW,
  setOption,
  socket,
} from "../../../ffi/socket.ts";
import { IPPROTO_CARP } from "../../wire/carp/advert.ts";
import { opened } from "../media/udp.ts";
import type { Watch } from "../watch.ts";

const ETH_P_IP = 0x0800;
const ETH_P_IPV6 = 0x86dd;
/** Where an IPv4 header says what follows it, and an IPv6 header, within the frame. */
const PROTOCOL_AT = { 4: 23, 6: 20 } as const;
/** Some thousands of adverts: 255 routers that speak at once, and a flood that must not hide them. */
const RECEIVE_BUFFER = 1024 * 1024;

export interface Hearing {
  readonly families: ReadonlySet<4 | 6>;
  /** Groups that are joined, canonical text, of either family. */
  readonly groups: ReadonlySet<string>;
}

/** A hearing as text: equal ones need no new sockets. */
export function hearingKey({ families, groups }: Hearing): string {
  return [...families, ...[...groups].sort()].join(" ");
}

export class AdvertListener {
  readonly index: number;
  readonly key: string;
  readonly #watch: Watch;
  readonly #ears: number[] = [];
  readonly #memberships: number[] = [];
  readonly #buffer = new Uint8Array(new ArrayBuffer(2_048));

  /** Opens everything or throws why it cannot. `heard` is given views that it must not keep. */
  constructor(index: number, hearing: Hearing, watch: Watch, heard: (frame: Uint8Array) => void) {
    this.index = index;
    this.key = hearingKey(hearing);
    this.#watch = watch;
    try {
      for (const family of hearing.families) this.#listen(family, heard);
      for (const group of hearing.groups) this.#join(group);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  close(): void {
    for (const fd of this.#ears.splice(0)) {
      this.#watch.remove(fd);
      close(fd);
    }
    for (const fd of this.#memberships.splice(0)) close(fd);
  }

  #listen(family: 4 | 6, heard: (frame: Uint8Array) => void): void {
    // Protocol 0 at first: nothing is queued before the filter is there.
    const fd = opened(socket(AF_PACKET, SOCK_RAW, 0), (ear) => {
      attachFilter(ear, byteFilter(PROTOCOL_AT[family], IPPROTO_CARP));
      setOption(ear, "packetIgnoreOutgoing", 1);
      bufferSize(ear, "rcv", RECEIVE_BUFFER);
      const protocol = family === 4 ? ETH_P_IP : ETH_P_IPV6;
      bind(ear, sockaddrLl({ protocol, index: this.index }), `adverts on interface ${this.index}`);
    });
    this.#ears.push(fd);
    this.#watch.add(fd, (limit) => this.#hear(fd, limit, heard));
  }

  /** A socket that nobody reads: the kernel is a member as long as it is open. */
  #join(group: string): void {
    const family = group.includes(":") ? 6 : 4;
    const fd = opened(socket(familyOf(family), SOCK_DGRAM), (one) =>
      joinGroup(one, group, this.index),
    );
    this.#memberships.push(fd);
  }

  #hear(fd: number, limit: number, heard: (frame: Uint8Array) => void): void {
    for (let count = 0; count < limit; count += 1) {
      let got: number | undefined;
      try {
        got = receive(fd, this.#buffer);
      } catch {
        // ENETDOWN, once: the interface went down. The same socket works again when it is up.
        return;
      }
      if (got === undefined) return;
      heard(this.#buffer.subarray(0, Math.min(got, this.#buffer.length)));
    }
  }
}
