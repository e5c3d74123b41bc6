// `npm run package`: binaries, Debian and RPM packages and their sums, in dist/package.
//
// What stands there afterwards is what this run made: a directory is made beside it and takes its place.

import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { copyFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { carryOut } from "./packaging/command.ts";
import { debianName, debianPackage, type PackOptions } from "./packaging/deb.ts";
import { Progress, say, sizeOf } from "./packaging/progress.ts";
import { type Compression, version, XZ_LEVEL } from "./packaging/release.ts";
import { rpmName, rpmPackage } from "./packaging/rpm.ts";
import { runtimeOf } from "./packaging/runtime.ts";
import { type Target, targets } from "./packaging/target.ts";
import { ROOT } from "./testing/child.ts";

const usage = `Usage: npm run package -- [options]

  --only NAME[,…]     only these machines: ${targets.map(({ name }) => name).join(", ")}
  --out DIR           where they go (dist/package)
  --compression none  quick and large: for trying packages, not for giving them away (xz)`;

interface Wish {
  readonly chosen: readonly Target[];
  readonly out: string;
  readonly compression: Compression;
}

/** What is asked for; what is wrong with it is thrown. */
function wish(argv: string[]): Wish | undefined {
  const text = { type: "string" } as const;
  const options = { only: text, out: text, compression: text, help: { type: "boolean" } } as const;
  const { values } = parseArgs({ args: argv, options });
  if (values.help === true) return undefined;
  const { only, out = join(ROOT, "dist/package"), compression = "xz" } = values;
  if (compression !== "xz" && compression !== "none") {
    throw new Error(`--compression is xz or none, not "${compression}"`);
  }
  const names = only?.split(",") ?? targets.map(({ name }) => name);
  const chosen = names.map((name) => {
    const target = targets.find((each) => each.name === name);
    if (target === undefined) throw new Error(`Unknown machine "${name}"\n\n${usage}`);
    return target;
  });
  return { chosen, out: resolve(out), compression };
}

async function make({ chosen, out, compression }: Wish): Promise<void> {
  mkdirSync(dirname(out), { recursive: true });
  const room = mkdtempSync(join(dirname(out), ".package."));
  const made = join(room, "made");
  mkdirSync(made);
  const work = chosen.map((target) => ({ target, files: filesOf(target, compression) }));
  const names = work.flatMap(({ files }) => files.map(({ name }) => name));
  const progress = new Progress(made, names.length);
  try {
    for (const { target, files } of work) {
      const binary = join(room, `hb-${target.name}`);
      const runtime = await runtimeOf(target.runtime);
      await carryOut(["bash", "scripts/build", binary, target.bun, runtime]);
      say(`hb for ${target.name}, ${sizeOf(binary)}`);
      // All at once: each is packed by one processor.
      await Promise.all(
        files.map(({ name, pack }) => {
          const own = join(room, `room-${name}`);
          mkdirSync(own);
          return progress.during(name, pack({ binary, out: made, room: own, compression }));
        }),
      );
    }
    writeFileSync(join(made, "SHA256SUMS"), sums(made, names));
    rmSync(out, { recursive: true, force: true });
    renameSync(made, out);
  } finally {
    progress.end();
    rmSync(room, { recursive: true, force: true });
  }
}

interface Wanted {
  readonly name: string;
  readonly pack: (options: PackOptions) => Promise<unknown>;
}

/** What is made for a machine. */
function filesOf({ name, debian, rpm }: Target, compression: Compression): Wanted[] {
  const alone = `hb-${version}-linux-${name}`;
  const files: Wanted[] = [];
  if (debian !== undefined) {
    const pack = (how: PackOptions) => debianPackage({ ...how, architecture: debian });
    files.push({ name: debianName(debian), pack });
  }
  if (rpm !== undefined) {
    const pack = (how: PackOptions) => rpmPackage({ ...how, architecture: rpm });
    files.push({ name: rpmName(rpm), pack });
  }
  if (compression === "none") {
    files.push({ name: alone, pack: ({ binary, out }) => copyFile(binary, join(out, alone)) });
  } else {
    const pack = (how: PackOptions) => compress(how, `${alone}.xz`);
    files.push({ name: `${alone}.xz`, pack });
  }
  return files;
}

/** One thread and one stream, so that the number of processors shows nowhere. */
async function compress({ binary, out }: PackOptions, name: string): Promise<void> {
  await carryOut(["xz", "--keep", "--threads=1", `-${XZ_LEVEL}`, binary]);
  renameSync(`${binary}.xz`, join(out, name));
}

/** As sha256sum --check reads it. */
function sums(made: string, names: readonly string[]): string {
  const lines = names.toSorted().map((name) => {
    const bytes = readFileSync(join(made, name));
    return `${createHash("sha256").update(bytes).digest("hex")}  ${name}\n`;
  });
  return lines.join("");
}

try {
  const wanted = wish(process.argv.slice(2));
  if (wanted === undefined) process.stdout.write(`${usage}\n`);
  else await make(wanted);
} catch (error) {
  process.stderr.write(`package: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
