// Terminal lines as heartbeat uses them: raw 8N1 at one speed (heartbeat-wire 14.5). The struct is
// opaque to us but for its four flag words and two control characters.
//
// struct termios { tcflag_t c_iflag, c_oflag, c_cflag, c_lflag; cc_t c_line; cc_t c_cc[32]; … }: 60
// bytes in glibc and musl. Flag values: asm-generic/termbits.h.

import { c, check, within } from "./libc.ts";

const SIZE = 60;
const CC = 17;
const TCSANOW = 0;
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

/** The settings of a heartbeat serial line at this speed. */
export function rawSettings(baud: number): Uint8Array {
  const speed = speeds.get(baud);
  if (speed === undefined) throw new RangeError(`"baud" ${baud} is not one of the known speeds`);
  const settings = new Uint8Array(SIZE);
  const words = new DataView(settings.buffer);
  words.setUint32(0, BRKINT | INPCK | ISTRIP | IGNCR, true);
  words.setUint32(8, (CS8 | CREAD | CLOCAL | CRTSCTS) >>> 0, true);
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

export function flush(fd: number): void {
  check("flush", c.tcflush(fd, TCIOFLUSH), "a terminal line");
}

export function sendBreak(fd: number): void {
  check("send a break on", c.tcsendbreak(within("fd", fd, 0, 0x7fff_ffff), 0), "a terminal line");
}
