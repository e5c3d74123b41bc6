// Becomes another program, as another user: what a process does between fork(2) and execve(2), done by a process
// that was started for nothing else. It throws, or never returns.
//
// Sources: execve(2), credentials(7), signal(7), setpgid(2).

import { ptr } from "bun:ffi";
import { readdirSync } from "node:fs";
import type { Account } from "./account.ts";
import { SysError } from "./error.ts";
import { readText } from "./file.ts";
import { c, check, cstring, errno, within } from "./libc.ts";

const FD_CLOEXEC = 1;
const F_SETFD = 2;
const O_RDONLY = 0;
const O_WRONLY = 1;
const SIG_DFL = 0;
const SIG_SETMASK = 2;
/** Of sigset_t: 128 bytes on 64 bits, whatever the C library. */
const SIGSET_BYTES = 128;

/** A process group of its own, in the session of whoever started it. */
export function leadGroup(): void {
  check("lead", c.setpgid(0, 0), "a process group");
}

/** Signals that are ignored are ignored by what is executed too: gives all but these their usual effect, and lets all
 *  through. */
export function hearSignals(ignored: readonly number[]): void {
  const mask = /^SigIgn:\s*([0-9a-f]+)$/m.exec(readText("/proc/self/status"))?.[1] ?? "0";
  const bits = BigInt(`0x${mask}`);
  for (let signal = 1; signal < 32; signal++) {
    const isIgnored = ((bits >> BigInt(signal - 1)) & 1n) === 1n;
    if (isIgnored && !ignored.includes(signal)) c.signal(signal, SIG_DFL);
  }
  c.pthread_sigmask(SIG_SETMASK, new Uint8Array(SIGSET_BYTES), null);
}

/** Nothing of ours is handed on: from the execution on only the three usual descriptors are open. */
export function keepDescriptors(): void {
  for (const name of readdirSync("/proc/self/fd")) {
    const fd = Number(name);
    // The one by which the list was read is gone.
    if (fd > 2) c.fcntl(fd, F_SETFD, FD_CLOEXEC);
  }
}

/** Reads nothing and says nothing from now on. */
export function silence(): void {
  const path = cstring("/dev/null");
  const from = check("open", c.open(path, O_RDONLY, 0), "/dev/null");
  const to = check("open", c.open(path, O_WRONLY, 0), "/dev/null");
  check("use", c.dup2(from, 0), "/dev/null");
  check("use", c.dup2(to, 1), "/dev/null");
  check("use", c.dup2(to, 2), "/dev/null");
  c.close(from);
  c.close(to);
}

/** The user's id, group and further groups. Who is that user already needs no privilege. */
export function becomeUser(name: string, { uid, gid }: Account): void {
  const own = process.geteuid?.();
  if (own !== 0 && own === uid) return;
  check(
    "take",
    c.initgroups(cstring(name), within("gid", gid, 0, 0xffff_fffe)),
    `groups of ${name}`,
  );
  check("take", c.setgid(gid), `the group of ${name}`);
  check("become", c.setuid(within("uid", uid, 0, 0xffff_fffe)), `user ${name}`);
}

/** Executes a program in the place of this one, with the environment that this process was started with. Returns why
 *  that is refused. */
export function execute(path: string, words: readonly string[]): SysError {
  const texts = words.map(pinned);
  const list = new BigUint64Array(new ArrayBuffer((texts.length + 1) * 8));
  for (const [index, text] of texts.entries()) list[index] = BigInt(ptr(text));
  c.execv(cstring(path), list);
  return new SysError("execute", errno(), path);
}

/** Storage that stays where it is while C follows a pointer to it. */
function pinned(text: string): Uint8Array {
  const bytes = cstring(text);
  const kept = new Uint8Array(new ArrayBuffer(bytes.length));
  kept.set(bytes);
  return kept;
}
