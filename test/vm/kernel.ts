// Takes from an unpacked kernel package what a machine needs: the kernel itself and a few modules, in
// the order in which they can be loaded.

import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { must, run } from "../lab/shell.ts";

/** Fills `dir` from the files of a linux-image package: vmlinux, modules, `order`. */
export async function unpackKernel(
  unpacked: string,
  dir: string,
  modules: readonly string[],
): Promise<void> {
  mkdirSync(dir, { recursive: true });
  const [image] = [...new Bun.Glob("boot/vmlinuz-*").scanSync(unpacked)];
  if (image === undefined) throw new Error(`No boot/vmlinuz-* in ${unpacked}`);
  await bareKernel(join(unpacked, image), join(dir, "vmlinux"));

  const paths = new Map<string, string>();
  for (const path of new Bun.Glob("**/*.ko*").scanSync(unpacked)) {
    paths.set(moduleName(basename(path)), join(unpacked, path));
  }
  const order: string[] = [];
  for (const name of modules) await takeModule(name, { paths, dir, order });
  writeFileSync(join(dir, "order"), order.map((name) => `${name}.ko\n`).join(""));
}

/** The kernel without its decompressor, which takes half of the boot in an emulator. */
async function bareKernel(image: string, out: string): Promise<void> {
  const bytes = readFileSync(image);
  const packings = [
    { magic: Buffer.from("fd377a585a00", "hex"), tool: ["xz", "-dc", "--single-stream"] },
    { magic: Buffer.from("28b52ffd", "hex"), tool: ["zstd", "-dc"] },
  ];
  for (const { magic, tool } of packings) {
    const at = bytes.indexOf(magic);
    if (at === -1 || Bun.which(tool[0] ?? "") === null) continue;
    const child = Bun.spawn(tool, {
      stdin: bytes.subarray(at),
      stdout: "pipe",
      stderr: "ignore",
    });
    // The tool may complain of what follows the stream; only what came out of it counts.
    const bare = new Uint8Array(await new Response(child.stdout).arrayBuffer());
    if (Buffer.from(bare.subarray(0, 4)).toString("latin1") !== "\x7fELF") continue;
    writeFileSync(out, bare);
    return;
  }
  copyFileSync(image, out);
}

interface Shelf {
  readonly paths: ReadonlyMap<string, string>;
  readonly dir: string;
  /** Names that were taken, dependencies first. */
  readonly order: string[];
}

/** Takes a module and first those that it needs; what has no file is built in. */
async function takeModule(name: string, shelf: Shelf): Promise<void> {
  const own = moduleName(name);
  const path = shelf.paths.get(own);
  if (path === undefined || shelf.order.includes(own)) return;
  const out = join(shelf.dir, `${own}.ko`);
  if (path.endsWith(".ko")) copyFileSync(path, out);
  else await must(["sh", "-c", 'exec xz -dc "$1" >"$2"', "_", path, out]);
  // The .modinfo section: strings that end with a zero byte (modinfo(8), "depends").
  const depends = /\0depends=([^\0]*)\0/.exec(readFileSync(out, "latin1"))?.[1] ?? "";
  for (const needed of depends.split(",").filter(Boolean)) await takeModule(needed, shelf);
  shelf.order.push(own);
}

/** A module's one name: the file may be spelled with hyphens and be compressed. */
function moduleName(file: string): string {
  return file.replace(/\.ko(\..*)?$/, "").replaceAll("-", "_");
}

/** Programs without which no machine can be made, by the Debian package that brings them. */
export const PROGRAMS = {
  "qemu-system-x86_64": "qemu-system-x86",
  busybox: "busybox-static",
  pppd: "ppp",
  cpio: "cpio",
  zstd: "zstd",
  xz: "xz-utils",
} as const;

/** What is missing to run machines here; empty when they can run. */
export async function missingForMachines(): Promise<string[]> {
  const path = `${process.env.PATH}:/usr/sbin:/sbin`;
  const missing: string[] = Object.entries(PROGRAMS)
    .filter(([program]) => Bun.which(program, { PATH: path }) === null)
    .map(([, packaged]) => packaged);
  if (process.arch !== "x64") missing.push("a processor of the x86-64 family");
  if ((await run(["sh", "-c", "command -v apt-get dpkg"])).code !== 0) missing.push("apt");
  return missing;
}
