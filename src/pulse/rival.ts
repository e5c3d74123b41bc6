// Listens for others who answer for an address that this host holds (RFC 5227 2.4, RFC 4861 7.2.5).
//
// One packet socket for ARP on each interface with a held IPv4 address, one raw socket for
// neighbour advertisements. It tells; what to do about a rival is the core's business.

import { AF_INET6, AF_PACKET, icmp6Filter, sockaddrLl } from "../../ffi/layout.ts";
import {
  bind,
  bufferSize,
  close,
  receive,
  SOCK_RAW,
  setOption,
  setOptionBytes,
  socket,
} from "../../ffi/socket.ts";
import { after, type Instant } from "../core/instant.ts";
import { arpClaim, ETH_P_ARP } from "../wire/arp.ts";
import { neighbourClaim } from "../wire/neighbour.ts";
import type { LinksHost } from "./links.ts";
import { opened } from "./media/udp.ts";
import { keyOf } from "./place.ts";

const IPPROTO_ICMPV6 = 58;
const ADVERTISEMENT = 136;
/** One rival of one address is worth telling once in this time. */
const QUIET_MS = 1_000;

export class RivalListener {
  readonly #host: LinksHost;
  readonly #wordOf: (key: string) => string | undefined;
  readonly #ears = new Map<number | "icmp6", number>();
  readonly #quietUntil = new Map<string, Instant>();
  readonly #buffer = new Uint8Array(new ArrayBuffer(2048));

  /** `wordOf`: the word of an address that is held now; undefined for any other. */
  constructor(host: LinksHost, wordOf: (key: string) => string | undefined) {
    this.#host = host;
    this.#wordOf = wordOf;
  }

  /** Listens on these interfaces (IPv4) too, and for IPv6 if asked. Ears stay open when nothing
   *  is held any more: closing a packet socket takes the kernel 8 to 16 ms, in which no heartbeat
   *  would leave. */
  listen(indexes: ReadonlySet<number>, icmp6: boolean): void {
    for (const index of indexes) if (!this.#ears.has(index)) this.#openArp(index);
    if (icmp6 && !this.#ears.has("icmp6")) this.#openIcmp6();
  }

  /** Closes the ears of interfaces that are gone. */
  prune(): void {
    for (const key of [...this.#ears.keys()]) {
      if (key !== "icmp6" && this.#host.interfaces.link(key) === undefined) this.#close(key);
    }
  }

  close(): void {
    for (const key of [...this.#ears.keys()]) this.#close(key);
  }

  #openArp(index: number): void {
    const fd = opened(socket(AF_PACKET, SOCK_RAW, 0), (ear) => {
      setOption(ear, "packetIgnoreOutgoing", 1);
      bufferSize(ear, "rcv", 256 * 1024);
      bind(ear, sockaddrLl({ protocol: ETH_P_ARP, index }), `ARP on interface ${index}`);
    });
    this.#start(index, fd, arpClaim);
  }

  #openIcmp6(): void {
    const fd = opened(socket(AF_INET6, SOCK_RAW, IPPROTO_ICMPV6), (ear) => {
      setOptionBytes(ear, "icmp6Filter", icmp6Filter(ADVERTISEMENT));
    });
    this.#start("icmp6", fd, neighbourClaim);
  }

  #start(key: number | "icmp6", fd: number, read: typeof arpClaim): void {
    this.#ears.set(key, fd);
    this.#host.watch.add(fd, (limit) => this.#hear(fd, limit, read));
  }

  #hear(fd: number, limit: number, read: typeof arpClaim): void {
    for (let count = 0; count < limit; count += 1) {
      let got: number | undefined;
      try {
        got = receive(fd, this.#buffer);
      } catch {
        // ENETDOWN: the interface went down. The netlink monitor tells what follows from that.
        return;
      }
      if (got === undefined) return;
      const claim = read(this.#buffer.subarray(0, Math.min(got, this.#buffer.length)));
      if (claim === undefined) continue;
      const word = this.#wordOf(keyOf(claim.address));
      if (word !== undefined) this.#judge(word, claim.mac);
    }
  }

  #judge(word: string, mac: Uint8Array): void {
    const text = keyOf(mac);
    if (this.#host.interfaces.links().some((link) => keyOf(link.mac) === text)) return;
    const now = this.#host.now();
    const quiet = this.#quietUntil.get(word);
    if (quiet !== undefined && now < quiet) return;
    this.#quietUntil.set(word, after(now, QUIET_MS));
    this.#host.deliver({ on: "rival", word, mac: text.replace(/(..)(?=.)/g, "$1:") });
  }

  #close(key: number | "icmp6"): void {
    const fd = this.#ears.get(key);
    if (fd === undefined) return;
    this.#ears.delete(key);
    this.#host.watch.remove(fd);
    close(fd);
  }
}
