// Whole Ethernet frames in and out of one interface, for programs that play a part in a lab.
//
// It does not hear what this host sends, and hears everything of these protocols that the card takes in.

import { interfaceIndex } from "../../../ffi/interface.ts";
import { AF_PACKET, sockaddrLl } from "../../../ffi/layout.ts";
import {
  bind,
  bufferSize,
  receive,
  SOCK_RAW,
  send,
  setOption,
  socket,
} from "../../../ffi/socket.ts";

const ETHERTYPES = { ip: 0x0800, ipv6: 0x86dd, arp: 0x0806, all: 0x0003 } as const;
/** Longer than any frame of a lab. */
const FRAME_MAX = 2_048;
/** Hundreds of routers advertise in the same moment: what the kernel grants unasked holds some 250 frames. */
const RECEIVE_BUFFER = 4 * 1024 * 1024;

export class RawPort {
  /** For the caller's poll. */
  readonly fd: number;
  readonly #buffer = new Uint8Array(FRAME_MAX);

  constructor(device: string, kind: keyof typeof ETHERTYPES) {
    const index = interfaceIndex(device);
    if (index === undefined) throw new Error(`There is no interface ${device}`);
    const protocol = ETHERTYPES[kind];
    this.fd = socket(AF_PACKET, SOCK_RAW, 0);
    bufferSize(this.fd, "rcv", RECEIVE_BUFFER);
    setOption(this.fd, "packetIgnoreOutgoing", 1);
    bind(this.fd, sockaddrLl({ protocol, index }), device);
  }

  /** The next frame that waits to be read; undefined when there is none. A copy. */
  take(): Buffer | undefined {
    const length = receive(this.fd, this.#buffer);
    return length === undefined ? undefined : Buffer.from(this.#buffer.subarray(0, length));
  }

  put(frame: Uint8Array): void {
    send(this.fd, frame);
  }
}
