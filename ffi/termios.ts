// Terminal lines as heartbeat uses them: raw 8N1 at one speed (heartbeat-wire 14.5). The struct is
// opaque to us but for its four flag words and two control characters.
//
// struct termios { tcflag_t c_iflag, c_oflag, c_cflag, c_lflag; cc_t c_line; cc_t c_cc[32]; … }: 60
// bytes in glibc and musl. Flag values: asm-generic/termbits.h.

import { c, check } from "./libc.ts";

const SIZE = 60;
const CC = 17;
const TCSANOW = 0;
const TCOFLUSH = 1;
const TCIOFLUSH = 2;
const VTIME = 5;
const VMIN = 6;

const BRKINT = 0x2;
const INPCK = 0x10;
const ISTRIP = 0x20;
const IGNCR = 0x80;
const CS8 = 0x30;
const CREAD = 0x80;
const CLOCAL = 0x800;
const CRTSCTS = 0x8000_0000;
const NOFLSH = 0x80;

/** Bits of speed_t for the speeds that `baud` allows. */
const speeds: ReadonlyMap<number, number> = new Map([
  [9_600, 0o15],
  [19_200, 0o16],
  [38_400, 0o17],
  [57_600, 0o10001],
  [115_200, 0o10002],
  [230_400, 0o10003],
  [460_800, 0o10004],
]);

/** The settings of a heartbeat serial line at this speed, with or without RTS/CTS. Other than 3.0.6, a
 *  break of the other end throws nothing away that waits here (NOFLSH). */
export function rawSettings(baud: number, flow: "rtscts" | "none" = "rtscts"): Uint8Array {
  const speed = speeds.get(baud);
  if (speed === undefined) throw new RangeError(`"baud" ${baud} is not one of the known speeds`);
  const settings = new Uint8Array(SIZE);
  const words = new DataView(settings.buffer);
  words.setUint32(0, BRKINT | INPCK | ISTRIP | IGNCR, true);
  const handshake = flow === "rtscts" ? CRTSCTS : 0;
  words.setUint32(8, (CS8 | CREAD | CLOCAL | handshake) >>> 0, true);
  words.setUint32(12, NOFLSH, true);
  settings[CC + VMIN] = 1;
  settings[CC + VTIME] = 1;
  check("set", c.cfsetspeed(settings, speed), `${baud} baud`);
  return settings;
}

/** The line's settings as they are. */
export function readSettings(fd: number): Uint8Array {
  const settings = new Uint8Array(SIZE);
  check("read", c.tcgetattr(fd, settings), "terminal settings");
  return settings;
}

/** Sets a line at once and throws away what was queued in either direction. */
export function applySettings(fd: number, settings: Uint8Array): void {
  if (settings.length !== SIZE) throw new RangeError(`A termios has ${SIZE} bytes`);
  check("set", c.tcsetattr(fd, TCSANOW, settings), "terminal settings");
  flush(fd);
}

/** Throws away what waits in both directions, or on its way out. */
export function flush(fd: number, queue: "both" | "output" = "both"): void {
  check("flush", c.tcflush(fd, queue === "both" ? TCIOFLUSH : TCOFLUSH), "a terminal line");
}
