// The verbs against the running kernel: what happens every day is a value, the rest a SysError.

import { expect, test } from "bun:test";
import { acknowledge, arm, bootMs, timer, unixMs } from "../../ffi/clock.ts";
import { SysError } from "../../ffi/error.ts";
import { openForReading, readHead } from "../../ffi/file.ts";
import { interfaceIndex } from "../../ffi/interface.ts";
import { AF_INET, sockaddrIn } from "../../ffi/layout.ts";
import { cstring, within } from "../../ffi/libc.ts";
import { POLLHUP, POLLIN, PollSet } from "../../ffi/poll.ts";
import { openProcess, signalProcess } from "../../ffi/process.ts";
import {
  bind,
  close,
  getOption,
  localPort,
  receive,
  receiveFrom,
  SOCK_DGRAM,
  send,
  sendTo,
  setOption,
  socket,
  socketpair,
} from "../../ffi/socket.ts";

function thrownBy(verb: () => unknown): SysError {
  try {
    verb();
  } catch (error) {
    if (error instanceof SysError) return error;
    throw error;
  }
  throw new Error("Nothing was thrown");
}

test("SysError names the call, what it was about, errno and its meaning", () => {
  const first = socket(AF_INET, SOCK_DGRAM);
  const second = socket(AF_INET, SOCK_DGRAM);
  bind(first, sockaddrIn("127.0.0.1", 0), "any port");
  const port = localPort(first);
  const error = thrownBy(() => bind(second, sockaddrIn("127.0.0.1", port), "the same port"));
  expect([error.call, error.code, error.errno]).toEqual(["bind", "EADDRINUSE", 98]);
  expect(error.message).toBe(
    "Cannot bind the same port: EADDRINUSE, another process holds the port",
  );
  close(first);
  close(second);
});

test("close() tells EBADF of a descriptor that is closed", () => {
  const fd = socket(AF_INET, SOCK_DGRAM);
  close(fd);
  expect(thrownBy(() => close(fd)).code).toBe("EBADF");
});

test("receive() is undefined when nothing is queued, and tells the full length of what was cut", () => {
  const [ours, theirs] = socketpair();
  const buffer = new Uint8Array(4);
  expect(receive(theirs, buffer)).toBeUndefined();
  send(ours, new Uint8Array(10).fill(7));
  expect(receive(theirs, buffer)).toBe(10);
  expect([...buffer]).toEqual([7, 7, 7, 7]);
  close(ours);
  expect(receive(theirs, buffer)).toBe(0);
  close(theirs);
});

test("send() is false when the other end does not read, and never blocks", () => {
  const [ours, theirs] = socketpair();
  const packet = new Uint8Array(60_000);
  let sent = 0;
  while (send(ours, packet)) sent += 1;
  expect(sent).toBeGreaterThan(0);
  while (receive(theirs, packet) !== undefined) sent -= 1;
  expect(sent).toBe(0);
  expect(send(ours, packet)).toBe(true);
  receive(theirs, packet);
  close(theirs);
  expect(thrownBy(() => send(ours, packet)).code).toBe("EPIPE");
  close(ours);
});

test("sendTo() and receiveFrom() carry a datagram and its sender", () => {
  const to = socket(AF_INET, SOCK_DGRAM);
  bind(to, sockaddrIn("127.0.0.1", 0), "loopback");
  const from = socket(AF_INET, SOCK_DGRAM);
  sendTo(from, Uint8Array.of(1, 2, 3), sockaddrIn("127.0.0.1", localPort(to)), "loopback");
  const buffer = new Uint8Array(8);
  const sender = new Uint8Array(28);
  expect(receiveFrom(to, buffer, sender)).toBe(3);
  expect([...buffer.slice(0, 3)]).toEqual([1, 2, 3]);
  expect([...sender.slice(4, 8)]).toEqual([127, 0, 0, 1]);
  close(to);
  close(from);
});

test("setOption() refuses what an int cannot hold, and getOption() reads it back", () => {
  const fd = socket(AF_INET, SOCK_DGRAM);
  setOption(fd, "broadcast", 1);
  expect(getOption(fd, "broadcast")).toBe(1);
  expect(() => setOption(fd, "broadcast", 2 ** 31)).toThrow(RangeError);
  close(fd);
});

test("PollSet.wait() finds each descriptor's own state after others were forgotten", () => {
  const pairs = Array.from({ length: 100 }, () => socketpair());
  const set = new PollSet();
  for (const [, theirs] of pairs) set.watch(theirs, POLLIN);
  const wanted = pairs.filter((_, index) => index % 7 === 0);
  for (const pair of pairs) if (!wanted.includes(pair)) set.forget(pair[1]);
  const [first] = wanted;
  if (first === undefined) throw new Error("No pair");
  expect(set.wait(0)).toBe(0);
  send(first[0], Uint8Array.of(1));
  expect(set.wait(-1)).toBe(1);
  for (const [, theirs] of pairs) {
    expect(set.found(theirs)).toBe(theirs === first[1] ? POLLIN : 0);
  }
  close(first[0]);
  expect(set.wait(-1)).toBe(1);
  expect(set.found(first[1]) & POLLHUP).toBe(POLLHUP);
  for (const [ours, theirs] of pairs) {
    if (ours !== first[0]) close(ours);
    close(theirs);
  }
});

test("arm() fires at a moment of CLOCK_BOOTTIME, at once for one that has passed", () => {
  const fd = timer();
  const set = new PollSet();
  set.watch(fd, POLLIN);
  const before = bootMs();
  arm(fd, before + 5);
  set.wait(-1);
  expect(bootMs() - before).toBeGreaterThanOrEqual(5);
  acknowledge(fd);
  expect(set.wait(0)).toBe(0);
  arm(fd, 0);
  expect(set.wait(-1)).toBe(1);
  arm(fd, undefined);
  acknowledge(fd);
  expect(set.wait(0)).toBe(0);
  close(fd);
});

test("bootMs() goes forward and unixMs() is the wall clock", () => {
  const first = bootMs();
  expect(bootMs()).toBeGreaterThanOrEqual(first);
  expect(Math.abs(unixMs() - Date.now())).toBeLessThan(1_000);
});

test("readHead() reads a /proc file anew each time", () => {
  const fd = openForReading("/proc/loadavg");
  const buffer = new Uint8Array(128);
  for (let count = 0; count < 2; count += 1) {
    const length = readHead(fd, buffer);
    expect(new TextDecoder().decode(buffer.subarray(0, length))).toMatch(/^\d+\.\d\d /);
  }
  close(fd);
});

test("interfaceIndex() knows the loopback interface, and that others do not exist", () => {
  expect(interfaceIndex("lo")).toBe(1);
  expect(interfaceIndex("no-such")).toBeUndefined();
});

test("within() and cstring() refuse what C would take wrongly", () => {
  for (const value of [-1, 11, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
    expect(() => within("it", value, 0, 10)).toThrow(RangeError);
  }
  expect(() => cstring("a\0b")).toThrow(RangeError);
});

test("signalProcess() reaches the process that was opened, and nobody once it is gone", async () => {
  const child = Bun.spawn(["sleep", "60"]);
  const fd = openProcess(child.pid);
  signalProcess(fd, 15);
  await child.exited;
  expect(child.signalCode).toBe("SIGTERM");
  expect(thrownBy(() => signalProcess(fd, 15)).code).toBe("ESRCH");
  expect(thrownBy(() => openProcess(child.pid)).code).toBe("ESRCH");
  close(fd);
});
