// A pair of pseudo-terminals: the end that a program opens as its serial line, and the test's own end.

import { write } from "../ffi/file.ts";
import { c, check } from "../ffi/libc.ts";
import { close } from "../ffi/socket.ts";
import { openTty, readTty } from "../ffi/tty.ts";

const TIOCGPTN = 0x8004_5430;
const TIOCSPTLCK = 0x4004_5431;

export class Pty {
  readonly fd = openTty("/dev/ptmx");
  /** What the other program opens. */
  readonly path: string;
  readonly #buffer = new Uint8Array(new ArrayBuffer(65_536));
  #open = true;

  constructor() {
    const number = new Uint8Array(new ArrayBuffer(4));
    check("unlock", c.ioctl(this.fd, TIOCSPTLCK, number), "a pty");
    check("name", c.ioctl(this.fd, TIOCGPTN, number), "a pty");
    this.path = `/dev/pts/${new DataView(number.buffer).getUint32(0, true)}`;
  }

  /** What arrived since the last look, as a byte string; empty while the other end is closed. */
  read(max = 65_536): string {
    let text = "";
    try {
      while (text.length < max) {
        const room = this.#buffer.subarray(0, Math.min(max - text.length, this.#buffer.length));
        const got = this.#open ? readTty(this.fd, room) : undefined;
        if (got === undefined || got === 0) break;
        text += Buffer.from(this.#buffer.subarray(0, got)).toString("latin1");
      }
    } catch {
      // EIO: nobody has the other end open.
    }
    return text;
  }

  /** Bytes that found room. */
  write(bytes: Uint8Array): number {
    return this.#open ? write(this.fd, bytes) : 0;
  }

  /** Pulls the plug: the other end is hung up. */
  close(): void {
    if (this.#open) close(this.fd);
    this.#open = false;
  }
}
