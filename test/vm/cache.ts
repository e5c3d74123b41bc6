// The kernel of the virtual machines: Debian's, downloaded once, unpacked into a cache outside the tree.
//
// Nothing is installed. The cache is $HB_VM_CACHE, else hb-vm in the user's cache directory; in it the
// package as downloaded, and a folder per kernel and list of modules. Run as a program it makes the
// cache complete and prints the folder; `kernel()` runs it so under a lock: several test files may
// want a kernel at once, and one download is enough.

import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { must, run } from "../lab/shell.ts";
import { unpackKernel } from "./kernel.ts";

const META_PACKAGE = "linux-image-amd64";

/** What a machine needs beyond what is built in; each comes with those that it depends on. */
export const MODULES = [
  "virtio_pci",
  "virtio_net",
  "virtio_console",
  "9pnet_virtio",
  "9p",
  "i6300esb",
  "ppp_async",
  "bonding",
] as const;

/** A kernel that is ready to boot. */
export interface Kernel {
  /** Holds `vmlinux`, the modules and `order`, their names in the order in which they are loaded. */
  readonly dir: string;
}

export function cacheDir(): string {
  const own = process.env.HB_VM_CACHE;
  if (own !== undefined && own !== "") return own;
  return join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "hb-vm");
}

/** The kernel in the cache; downloads it when it is not there. */
export async function kernel(): Promise<Kernel> {
  const cache = cacheDir();
  mkdirSync(cache, { recursive: true });
  const said = await must(["flock", join(cache, "lock"), process.execPath, import.meta.path], {
    env: { HB_VM_CACHE: cache },
  });
  return { dir: said.trim().split("\n").at(-1) ?? "" };
}

async function makeComplete(cache: string): Promise<string> {
  const packaged = await packageName(cache);
  const key = createHash("sha256").update(MODULES.join(" ")).digest("hex").slice(0, 8);
  const dir = join(cache, `${packaged}-${key}`);
  if (existsSync(join(dir, "order"))) return dir;
  const scratch = mkdtempSync(join(cache, "new-"));
  try {
    const deb = await download(packaged, cache, scratch);
    await must(["dpkg", "-x", deb, join(scratch, "package")]);
    const ready = join(scratch, "ready");
    await unpackKernel(join(scratch, "package"), ready, MODULES);
    rmSync(dir, { recursive: true, force: true });
    renameSync(ready, dir);
    return dir;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** The newest package of the lists, or one that is in the cache where there are no lists. */
async function packageName(cache: string): Promise<string> {
  const known = await newestPackage();
  if (known !== undefined) return known;
  const [kept] = [...new Bun.Glob("linux-image-*.deb").scanSync(cache)].sort().reverse();
  if (kept !== undefined) return kept.slice(0, kept.indexOf("_"));
  await run(["apt-get", "-q", "update"]);
  const updated = await newestPackage();
  if (updated === undefined) throw new Error(`apt-cache knows no package ${META_PACKAGE}`);
  return updated;
}

async function newestPackage(): Promise<string | undefined> {
  const { stdout } = await run(["apt-cache", "depends", META_PACKAGE]);
  return /Depends: (linux-image-\S+)/.exec(stdout)?.[1];
}

async function download(packaged: string, cache: string, scratch: string): Promise<string> {
  const kept = (folder: string) => [...new Bun.Glob(`${packaged}_*.deb`).scanSync(folder)][0];
  const have = kept(cache);
  if (have !== undefined) return join(cache, have);
  const line = 'cd "$1" && exec apt-get -q download "$2"';
  const fetch = () => run(["sh", "-c", line, "_", scratch, packaged]);
  let said = await fetch();
  if (said.code !== 0) {
    // Lists that are older than the archive name packages that are gone.
    await run(["apt-get", "-q", "update"]);
    said = await fetch();
  }
  const got = kept(scratch);
  if (said.code !== 0 || got === undefined) {
    throw new Error(`Cannot download ${packaged}: ${said.stderr.trim()}`);
  }
  renameSync(join(scratch, got), join(cache, got));
  return join(cache, got);
}

if (import.meta.main) process.stdout.write(`${await makeComplete(cacheDir())}\n`);
