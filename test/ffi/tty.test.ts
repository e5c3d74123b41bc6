// Terminal lines against real pseudo-terminals, and the settings against what stty(1) says of them.

import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { SysError } from "../../ffi/error.ts";
import { write } from "../../ffi/file.ts";
import { close } from "../../ffi/socket.ts";
import { applySettings, flush, rawSettings, readSettings } from "../../ffi/termios.ts";
import { closeWithoutWaiting, openTty, readTty, setBreak, unsentBytes } from "../../ffi/tty.ts";
import { Pty } from "../pty.ts";

function withLine(body: (pty: Pty, fd: number) => void): void {
  const pty = new Pty();
  const fd = openTty(pty.path);
  try {
    body(pty, fd);
  } finally {
    close(fd);
    pty.close();
  }
}

const latin1 = (bytes: Uint8Array) => Buffer.from(bytes).toString("latin1");

test("rawSettings() has the flags of a heartbeat line and refuses other speeds", () => {
  const settings = rawSettings(19_200);
  expect(settings.length).toBe(60);
  const words = new DataView(settings.buffer);
  // BRKINT INPCK ISTRIP IGNCR; CS8 CREAD CLOCAL CRTSCTS with B19200; NOFLSH; nothing on output.
  expect(words.getUint32(0, true)).toBe(0xb2);
  expect(words.getUint32(4, true)).toBe(0);
  expect(words.getUint32(8, true)).toBe(0x8000_08be);
  expect(words.getUint32(12, true)).toBe(0x80);
  expect([settings[17 + 5], settings[17 + 6]]).toEqual([1, 1]);
  expect(new DataView(rawSettings(19_200, "none").buffer).getUint32(8, true)).toBe(0x8be);
  expect(() => rawSettings(12_345)).toThrow(RangeError);
});

test.each([9600, 19_200, 38_400, 57_600, 115_200, 230_400, 460_800])(
  "applySettings() makes a line of %d baud, and the kernel keeps every flag",
  (baud) => {
    withLine((pty, fd) => {
      applySettings(fd, rawSettings(baud));
      const kept = readSettings(fd);
      // The last two words are speeds, which glibc fills in.
      expect(kept.subarray(0, 52)).toEqual(rawSettings(baud).subarray(0, 52));
      const { stdout } = Bun.spawnSync(["stty", "-a", "-F", pty.path]);
      expect(stdout.toString()).toStartWith(`speed ${baud} baud;`);
    });
  },
);

test("applySettings() makes the line that Heartbeat 3.0.6 makes, where that can be seen from outside", () => {
  const golden = readFileSync(
    join(import.meta.dir, "../golden/heartbeat/serial-sha1/stty.txt"),
    "latin1",
  );
  const flags = (text: string) => new Set(text.split(/\s+/));
  withLine((pty, fd) => {
    applySettings(fd, rawSettings(38_400));
    const { stdout } = Bun.spawnSync(["stty", "-a", "-F", pty.path]);
    const ours = flags(stdout.toString());
    const control = ["-parenb", "cs8", "-hupcl", "-cstopb", "cread", "clocal", "crtscts"];
    const input = ["brkint", "inpck", "istrip", "-inlcr", "igncr", "-icrnl", "-ixon", "-ixoff"];
    for (const flag of [...control, ...input, "-opost"]) {
      expect(flags(golden)).toContain(flag);
      expect(ours).toContain(flag);
    }
    for (const flag of ["-isig", "-icanon", "-echo"]) expect(stdout.toString()).toContain(flag);
  });
});

test("A line in these settings clears the 8th bit, drops CR, and sends bytes as they are", () => {
  withLine((pty, fd) => {
    applySettings(fd, rawSettings(19_200));
    const buffer = new Uint8Array(new ArrayBuffer(64));
    expect(readTty(fd, buffer)).toBeUndefined();
    pty.write(new Uint8Array([0xe1, 0x0d, 0x0a, 0x13, 0x04]));
    expect(readTty(fd, buffer)).toBe(4);
    expect([...buffer.subarray(0, 4)]).toEqual([0x61, 0x0a, 0x13, 0x04]);
    write(fd, new Uint8Array([0xe1, 0x0a]));
    expect(pty.read()).toBe(latin1(new Uint8Array([0xe1, 0x0a])));
  });
});

test("write() on a tty waits for nobody and says what found room, and flush() forgets what did", () => {
  withLine((pty, fd) => {
    applySettings(fd, rawSettings(9600));
    // Nobody reads: what blocks here blocks for good.
    setBreak(fd, true);
    setBreak(fd, false);
    const block = new Uint8Array(4096).fill(0x78);
    let written = 0;
    for (let room = write(fd, block); room > 0; room = write(fd, block)) written += room;
    expect(written).toBeGreaterThan(1000);
    // A pty counts none as unsent: they are at the other end already.
    expect(unsentBytes(fd)).toBe(0);
    flush(fd, "output");
    // At most what the other end's reader had in its hands, 4096 bytes (n_tty).
    expect(pty.read().length).toBeLessThan(Math.min(written, 4_097));
  });
});

test("readTty() tells that the other end is gone", () => {
  withLine((pty, fd) => {
    pty.close();
    const buffer = new Uint8Array(new ArrayBuffer(64));
    const told = (() => {
      try {
        return readTty(fd, buffer);
      } catch (error) {
        return error instanceof SysError ? error.code : error;
      }
    })();
    expect(told === 0 || told === "EIO").toBe(true);
  });
});

test("openTty() says what it could not open", () => {
  expect(() => openTty("/dev/ttyNONE")).toThrow("Cannot open /dev/ttyNONE: ENOENT");
});

test("closeWithoutWaiting() says so where a line has no such setting, and breaks nothing", () =>
  withLine((pty, fd) => {
    expect(closeWithoutWaiting(fd)).toBe(false);
    write(fd, Buffer.from("still here"));
    expect(pty.read()).toBe("still here");
  }));
