// The Bun of another machine, from npm, byte for byte what package-lock.json says. Kept for the next build in
// $HB_RUNTIME_CACHE (else ~/.cache/hb-runtime).

import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import lock from "../../package-lock.json";
import { ROOT } from "../testing/child.ts";
import { carryOut } from "./command.ts";

interface Locked {
  readonly version: string;
  readonly integrity: string;
}

/** The path of that Bun, which is fetched where it is missing. */
export async function runtimeOf(npmPackage: string): Promise<string> {
  const { version, integrity } = lockedOf(npmPackage);
  const own = join(ROOT, "node_modules", npmPackage, "bin/bun");
  if (existsSync(own)) return own;
  const name = `${npmPackage.slice("@oven/".length)}-${version}`;
  const kept = join(cacheDirectory(), name);
  if (existsSync(kept)) return kept;
  mkdirSync(cacheDirectory(), { recursive: true });
  const room = mkdtempSync(join(cacheDirectory(), ".fetch."));
  try {
    const spec = `${npmPackage}@${version}`;
    const packed = [
      "npm",
      "pack",
      "--silent",
      "--ignore-scripts",
      "--pack-destination",
      room,
      spec,
    ];
    const archive = join(room, (await carryOut(packed)).trim());
    const sum = `sha512-${createHash("sha512").update(readFileSync(archive)).digest("base64")}`;
    if (sum !== integrity) {
      throw new Error(`${spec} is not what package-lock.json says: ${sum}, not ${integrity}`);
    }
    await carryOut(["tar", "-xzf", archive, "-C", room, "package/bin/bun"]);
    renameSync(join(room, "package/bin/bun"), kept);
  } finally {
    rmSync(room, { recursive: true, force: true });
  }
  return kept;
}

function cacheDirectory(): string {
  return process.env.HB_RUNTIME_CACHE ?? join(homedir(), ".cache/hb-runtime");
}

function lockedOf(npmPackage: string): Locked {
  const packages: Readonly<Record<string, Partial<Locked>>> = lock.packages;
  const { version, integrity } = packages[`node_modules/${npmPackage}`] ?? {};
  if (version !== undefined && integrity !== undefined) return { version, integrity };
  throw new Error(`package-lock.json does not name ${npmPackage}`);
}
