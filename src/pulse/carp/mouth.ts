// Where adverts and announcements leave: whole frames by a packet socket, which alone can choose the
// source MAC; to unicast peers by raw IP sockets, because only the kernel knows their MACs.

import { attachFilter } from "../../../ffi/filter.ts";
import { AF_PACKET, sockaddrIn, sockaddrIn6, sockaddrLl } from "../../../ffi/layout.ts";
import {
  bind,
  bindToDevice,
  bufferSize,
  close,
  familyOf,
  SOCK_RAW,
  sendTo,
  setOption,
  socket,
} from "../../../ffi/socket.ts";
import { CARP_TTL, IPPROTO_CARP } from "../../wire/carp/advert.ts";
import { CARP_TOS } from "../../wire/carp/voice.ts";
import { opened } from "../media/udp.ts";

/** Room for 255 routers that speak at once. */
const SEND_BUFFER = 1024 * 1024;
/** BPF_RET, 0 bytes: these sockets only speak. That they are there keeps the kernel from answering
 *  peers with "protocol unreachable". */
const DEAF = [[0x06, 0, 0, 0]] as const;

export class Mouth {
  readonly #frames: number;
  readonly #raw = new Map<string, number>();

  constructor() {
    // Protocol 0: nothing is queued to it.
    this.#frames = opened(socket(AF_PACKET, SOCK_RAW, 0), (fd) =>
      bufferSize(fd, "snd", SEND_BUFFER),
    );
  }

  /** Sends a whole frame; false when the kernel has no room now. Throws what the world refuses. */
  say(frame: Uint8Array, index: number): boolean {
    const protocol = ((frame[12] ?? 0) << 8) | (frame[13] ?? 0);
    return sendTo(this.#frames, frame, sockaddrLl({ protocol, index }), `interface ${index}`);
  }

  /** Sends an IP payload to a peer by way of an interface, from this source. */
  sayTo(
    peer: string,
    payload: Uint8Array,
    from: { readonly device: string; readonly index: number; readonly source: string },
  ): boolean {
    const isV6 = peer.includes(":");
    const fd = this.#rawSocket(isV6 ? 6 : 4, from);
    const to = isV6 ? sockaddrIn6(peer, 0, from.index) : sockaddrIn(peer, 0);
    return sendTo(fd, payload, to, `peer ${peer}`);
  }

  /** Closes the sockets by which peers were spoken to: an interface or an address changed. */
  forget(): void {
    for (const fd of this.#raw.values()) close(fd);
    this.#raw.clear();
  }

  close(): void {
    this.forget();
    close(this.#frames);
  }

  #rawSocket(
    family: 4 | 6,
    { device, index, source }: { device: string; index: number; source: string },
  ): number {
    const key = `${device} ${index} ${source}`;
    const known = this.#raw.get(key);
    if (known !== undefined) return known;
    const fd = opened(socket(familyOf(family), SOCK_RAW, IPPROTO_CARP), (mouth) => {
      attachFilter(mouth, DEAF);
      bindToDevice(mouth, device);
      setOption(mouth, family === 4 ? "ipTtl" : "ipv6UnicastHops", CARP_TTL);
      setOption(mouth, family === 4 ? "ipTos" : "ipv6Tclass", CARP_TOS);
      const where = family === 4 ? sockaddrIn(source, 0) : sockaddrIn6(source, 0, index);
      bind(mouth, where, `${source} on ${device}`);
    });
    this.#raw.set(key, fd);
    return fd;
  }
}
