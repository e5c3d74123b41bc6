// `npm run package`: binaries, Debian and RPM packages and their sums, in dist/package.
//
// What stands there afterwards is what this run made: a directory is made beside it and takes its place.

import { createHash } from "node:crypto";
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { carryOut } from "./packaging/command.ts";
import { debianPackage } from "./packaging/deb.ts";
import { type Compression, version } from "./packaging/release.ts";
import { rpmPackage } from "./packaging/rpm.ts";
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
  try {
    const made = join(room, "made");
    mkdirSync(made);
    for (const target of chosen) await makeFor(target, made, room, compression);
    writeFileSync(join(made, "SHA256SUMS"), sums(made));
    rmSync(out, { recursive: true, force: true });
    renameSync(made, out);
  } finally {
    rmSync(room, { recursive: true, force: true });
  }
}

const names: string[] = [];

async function makeFor(target: Target, made: string, room: string, compression: Compression) {
  const binary = join(room, "hb");
  const runtime = await runtimeOf(target.runtime);
  await carryOut(["bash", "scripts/build", binary, target.bun, runtime]);
  const { size } = statSync(binary);
  const inTree = { binary, out: made, room, compression };
  if (target.debian !== undefined) {
    tell(made, await debianPackage({ ...inTree, architecture: target.debian }));
  }
  if (target.rpm !== undefined) {
    tell(made, await rpmPackage({ ...inTree, architecture: target.rpm }));
  }
  const name = `hb-${version}-linux-${target.name}`;
  if (compression === "none") {
    renameSync(binary, join(made, name));
    tell(made, name);
    return;
  }
  // One thread and one stream, so that the number of processors shows nowhere.
  await carryOut(["xz", "--threads=1", "-6", binary]);
  renameSync(`${binary}.xz`, join(made, `${name}.xz`));
  tell(made, `${name}.xz`, size);
}

function tell(made: string, name: string, unpacked?: number) {
  const MB = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;
  const was = unpacked === undefined ? "" : `, unpacked ${MB(unpacked)}`;
  process.stderr.write(`package: ${name}, ${MB(statSync(join(made, name)).size)}${was}\n`);
  names.push(name);
}

/** As sha256sum --check reads it. */
function sums(made: string): string {
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
