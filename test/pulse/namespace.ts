// A network of its own for a test: the thread moves into a fresh network namespace and back.
//
// Nothing to clean up: the namespace is gone with its last socket. Children inherit it. Needs root,
// as everything does that changes addresses.

import { dlopen, FFIType as T } from "bun:ffi";
import { closeSync, openSync } from "node:fs";

const CLONE_NEWNET = 0x4000_0000;

const { symbols: c } = dlopen("libc.so.6", {
  // int unshare(int flags);
  unshare: { args: [T.i32], returns: T.i32 },
  // int setns(int fd, int nstype);
  setns: { args: [T.i32, T.i32], returns: T.i32 },
});

/** Runs the body in a new, empty network (only a loopback interface that is up). */
export async function inNamespace<Result>(body: () => Result | Promise<Result>): Promise<Result> {
  const home = openSync("/proc/thread-self/ns/net", "r");
  try {
    if (c.unshare(CLONE_NEWNET) !== 0)
      throw new Error("Cannot make a network namespace: not root?");
    ip("link set lo up");
    return await body();
  } finally {
    // It cannot fail for a namespace that this thread came from.
    c.setns(home, CLONE_NEWNET);
    closeSync(home);
  }
}

/** ip(8) with these arguments; its output. Fails loudly. */
export function ip(line: string): string {
  const { exitCode, stdout, stderr } = Bun.spawnSync(["ip", ...line.split(" ")]);
  if (exitCode !== 0) throw new Error(`ip ${line}: ${stderr.toString().trim()}`);
  return stdout.toString();
}

/** Two interfaces joined by a cable, both up, without addresses. Returns when they carry packets. */
export function cable(left = "left", right = "right"): void {
  ip(`link add ${left} type veth peer name ${right}`);
  ip(`link set ${left} up`);
  ip(`link set ${right} up`);
  for (const device of [left, right]) carries(device);
}

/** The kernel opens an interface that has its carrier later, and loses without a word what is sent before. */
function carries(device: string): void {
  const end = performance.now() + 10_000;
  while (!/ (?!qdisc noop )qdisc .* state UP /.test(ip(`link show ${device}`))) {
    if (performance.now() > end) throw new Error(`${device} stays without a carrier`);
    Bun.sleepSync(2);
  }
}
