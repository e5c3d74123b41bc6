// `hb keygen`: a whole authkeys file with a fresh key from the kernel's random source (random(4)).

import { closeSync, fstatSync, openSync, readlinkSync, readSync } from "node:fs";
import type { Method } from "../wire/keyring.ts";
import { command } from "./command.ts";
import { exit } from "./exit.ts";
import { print, say } from "./output.ts";

/** As many random bytes as the digest has: more cannot help (RFC 2104, section 3). */
const keyBytes: Readonly<Record<Method, number>> = { crc: 0, md5: 16, sha1: 20, sha256: 32 };
const methods = Object.keys(keyBytes) as Method[];

export const keygen = command({
  name: "keygen",
  summary: "Makes an authkeys file with a fresh key",
  examples: ["(umask 077; hb keygen > /etc/ha.d/authkeys)"],
  args: {
    method: {
      type: "enum",
      options: methods,
      default: "sha1",
      description: "sha1, md5, crc (no key, keeps nobody out) or sha256 (hb only)",
    },
  },
  notes: "Every node of a cluster needs the same file: copy it, do not make it twice",
  run({ args }) {
    const method = methods.find((each) => each === args.method) ?? "sha1";
    sayReaders();
    const key = Buffer.from(random(keyBytes[method])).toString("hex");
    print(`auth 1\n1 ${[method, key].join(" ").trimEnd()}`);
    return exit.done;
  },
});

function random(count: number): Uint8Array {
  const bytes = new Uint8Array(count);
  const fd = openSync("/dev/urandom", "r");
  try {
    for (let got = 0; got < count; ) got += readSync(fd, bytes, got, count - got, null);
  } finally {
    closeSync(fd);
  }
  return bytes;
}

/** Warns before the key is written into a file that others may read. */
function sayReaders(): void {
  const stdout = fstatSync(1);
  if (!stdout.isFile() || (stdout.mode & 0o044) === 0) return;
  const mode = (stdout.mode & 0o777).toString(8);
  let file = "FILE";
  try {
    file = readlinkSync("/proc/self/fd/1");
  } catch {
    // Without /proc the remedy names no file.
  }
  say(`Others may read this file: its mode is ${mode}, it must be 600\n  chmod 600 ${file}`);
}
