// A terminal line as a descriptor that never blocks: open, read, what still waits in it, break.
//
// Break is switched on and off by two calls, because tcsendbreak(3) sleeps for a quarter of a second.
// Request numbers: asm-generic/ioctls.h, ioctl_tty(2); struct serial_struct: linux/serial.h.

import { errnoOf, SysError } from "./error.ts";
import { c, check, cstring, errno } from "./libc.ts";

const O_RDWR = 2;
const O_NOCTTY = 0o400;
const O_NONBLOCK = 0o4000;
const O_CLOEXEC = 0o2000000;

const TIOCOUTQ = 0x5411;
const TIOCSBRK = 0x5427;
const TIOCCBRK = 0x5428;
const TIOCGSERIAL = 0x541e;
const TIOCSSERIAL = 0x541f;

/** struct serial_struct on 64-bit hosts, and its unsigned short closing_wait. */
const SERIAL_STRUCT = 72;
const CLOSING_WAIT = 40;
const ASYNC_CLOSING_WAIT_NONE = 65_535;

const EAGAIN = errnoOf("EAGAIN");
const EINTR = errnoOf("EINTR");

const word = new Uint8Array(new ArrayBuffer(4));
const wordView = new DataView(word.buffer);

/** Opens a tty for reading and writing. It becomes nobody's controlling terminal, and opening waits for
 *  no carrier. */
export function openTty(path: string): number {
  const flags = O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC;
  return check("open", c.open(cstring(path), flags, 0), path);
}

/** Bytes read into the buffer; undefined when there are none now, 0 when the line was hung up. */
export function readTty(fd: number, buffer: Uint8Array): number | undefined {
  const got = Number(c.read(fd, buffer, buffer.byteLength));
  if (got !== -1) return got;
  const number = errno();
  if (number === EAGAIN || number === EINTR) return undefined;
  throw new SysError("read from", number, `descriptor ${fd}`);
}

/** Bytes that were written and have not left this host. */
export function unsentBytes(fd: number): number {
  check("ask", c.ioctl(fd, TIOCOUTQ, word), "a terminal line for its output queue");
  return wordView.getInt32(0, true);
}

/** Begins or ends a break: the line is held at the level of a start bit. */
export function setBreak(fd: number, on: boolean): void {
  check(on ? "begin" : "end", c.ioctl(fd, on ? TIOCSBRK : TIOCCBRK, null), "a break");
}

/** From now on close(2) of this line does not wait for what it holds; false for a line that has no such
 *  setting, a pty. Only for what flush() does not reach: the drivers of USB adapters throw nothing away,
 *  and would hold close(2) for half a minute when the other end does not let us send. */
export function closeWithoutWaiting(fd: number): boolean {
  const settings = new Uint8Array(SERIAL_STRUCT);
  if (c.ioctl(fd, TIOCGSERIAL, settings) === -1) return false;
  new DataView(settings.buffer).setUint16(CLOSING_WAIT, ASYNC_CLOSING_WAIT_NONE, true);
  return c.ioctl(fd, TIOCSSERIAL, settings) !== -1;
}
