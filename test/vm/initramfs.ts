// The first root of a virtual machine: busybox, pppd, ip and perl of this host with their libraries, the
// modules of its kernel, and the three scripts beside this file. The program under test is not in it.

import { copyFileSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { must } from "../lab/shell.ts";
import type { Kernel } from "./cache.ts";

const HERE = import.meta.dir;

/** Programs of this host, and where they lie in the machine. */
const PROGRAMS = {
  pppd: "usr/sbin/pppd",
  ip: "usr/bin/ip",
  flock: "bin/flock",
  pgrep: "bin/pgrep",
  pkill: "bin/pkill",
  perl: "usr/bin/perl",
} as const;

const FOLDERS = [
  "bin sbin dev proc sys run tmp root hb disk modules usr/bin usr/sbin etc/ha.d etc/ppp var/log",
  "var/lib/heartbeat",
].flatMap((line) => line.split(" "));

const FILES: Readonly<Record<string, string>> = {
  "etc/inittab": "::once:/steer\n",
  "etc/passwd": "root:x:0:0:root:/root:/bin/sh\n",
  "etc/group": "root:x:0:\n",
  "etc/hosts": "127.0.0.1 localhost\n10.77.0.11 alice\n10.77.0.12 bob\n10.77.0.13 carol\n",
  "etc/ppp/options": "",
};

/** Packs the image into a file; `binary` is the program that has to find its libraries in it. */
export async function packInitramfs(
  kernel: Kernel,
  options: { readonly binary: string; readonly out: string },
): Promise<void> {
  const root = `${options.out}.d`;
  for (const folder of FOLDERS) mkdirSync(join(root, folder), { recursive: true });
  for (const [path, text] of Object.entries(FILES)) writeFileSync(join(root, path), text);
  cpSync(kernel.dir, join(root, "modules"), {
    recursive: true,
    filter: (path) => !path.endsWith("vmlinux"),
  });
  for (const script of ["init", "steer", "ask"]) {
    writeFileSync(join(root, script), readFileSync(join(HERE, script)), { mode: 0o755 });
  }
  copyFileSync(located("busybox"), join(root, "bin/busybox"));
  const programs = Object.entries(PROGRAMS).map(([name, path]) => [located(name), path] as const);
  for (const [from, to] of programs) copyFileSync(from, join(root, to));
  for (const library of await librariesOf([options.binary, ...programs.map(([from]) => from)])) {
    mkdirSync(join(root, dirname(library)), { recursive: true });
    // Names in it are links on the host; the loader wants the name.
    copyFileSync(library, join(root, library));
  }
  // On Debian /var/lock is a link into /run.
  const pack = `ln -s /run/lock var/lock && ln -s /run var/run &&
    find . | cpio -o -H newc -R 0:0 --quiet | zstd -q -1 -f -o "$1"`;
  await must(["sh", "-c", `cd "$0" && ${pack}`, root, options.out]);
  rmSync(root, { recursive: true, force: true });
}

function located(program: string): string {
  const path = Bun.which(program, { PATH: `${process.env.PATH}:/usr/sbin:/sbin` });
  if (path === null) throw new Error(`"${program}" is missing: run scripts/setup test`);
  return path;
}

async function librariesOf(programs: readonly string[]): Promise<string[]> {
  const listed = await must(["ldd", ...programs]);
  return [...new Set(listed.match(/(?<=\s)\/\S*lib\S+\.so\S*(?= \(0x)/g) ?? [])];
}
