// hb on the other processor: the arm64 binary is started under an emulator, and what calls C runs there.
//
// The emulator (qemu-user) hands system calls on to this kernel after it has turned their structs into those of this
// processor; what it does not know it refuses. So a layout or a number that were wrong on arm64 would fail here.

import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { version } from "../../package.json";
import { runtimeOf } from "../../scripts/packaging/runtime.ts";
import { targets } from "../../scripts/packaging/target.ts";

setDefaultTimeout(180_000);
const ROOT = join(import.meta.dir, "../..");
/** Debian's libc6-arm64-cross. */
const SYSROOT = "/usr/aarch64-linux-gnu";
const home = mkdtempSync(join(tmpdir(), "hb-arm64-"));
const made = join(home, "made");
const hb = join(made, `hb-${version}-linux-arm64`);
afterAll(() => rmSync(home, { recursive: true, force: true }));

/** What this emulator lacks, so that the test of it says nothing: a call and what is answered. */
const refused = [
  /Cannot begin a break: ENOSYS/,
  /Cannot set socket option packetIgnoreOutgoing: ENOPROTOOPT/,
  // A program that starts itself again is started without the emulator.
  /JSON Parse error: Unexpected EOF/,
];

let runtime = "";
/** What the making of packages said. */
let told = "";
beforeAll(async () => {
  const target = targets.find(({ name }) => name === "arm64");
  if (target === undefined) throw new Error("There is no target arm64");
  runtime = await runtimeOf(target.runtime);
  const words = ["--only", "arm64", "--compression", "none", "--out", made];
  told = run(["bash", "scripts/package", ...words]).stderr;
});

function run(command: readonly string[]): { stdout: string; stderr: string } {
  const { success, stdout, stderr } = Bun.spawnSync([...command], { cwd: ROOT });
  if (!success) throw new Error(`"${command.join(" ")}" failed: ${stderr}`);
  return { stdout: stdout.toString(), stderr: stderr.toString() };
}

function emulated(...command: string[]) {
  const { exitCode, stdout, stderr } = Bun.spawnSync(
    ["qemu-aarch64-static", "-L", SYSROOT, ...command],
    { cwd: ROOT },
  );
  return { code: exitCode, stdout: stdout.toString(), stderr: stderr.toString() };
}

test("hb for arm64 starts, and knows what it is", () => {
  const { code, stdout } = emulated(hb, "version", "--json");
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ version, target: "linux-arm64" });
});

test("package makes both packages for arm64 around that binary, and tells how large each is", () => {
  const [deb, rpm] = [
    join(made, `hb_${version}_arm64.deb`),
    join(made, `hb-${version}-1.aarch64.rpm`),
  ];
  expect(run(["dpkg-deb", "--field", deb, "Architecture"]).stdout).toBe("arm64\n");
  expect(run(["rpm", "-qp", "--queryformat", "%{ARCH}", rpm]).stdout).toBe("aarch64");
  const same = (unpack: string, file: string) =>
    run(["bash", "-euo", "pipefail", "-c", `${unpack} | cmp - "$2"`, "_", file, hb]);
  same('dpkg-deb --fsys-tarfile "$1" | tar -xO ./usr/sbin/hb', deb);
  same('rpm2cpio "$1" | cpio -i --quiet --to-stdout ./usr/sbin/hb', rpm);
  for (const path of [deb, rpm, hb]) {
    const size = `${(statSync(path).size / 1e6).toFixed(1)} MB`;
    expect(told).toContain(`package: ${basename(path)}, ${size} (`);
  }
});

test("hb for arm64 reads the three files, and asks an agent that does not run", () => {
  const conf = "keepalive 1\ndeadtime 5\nbcast lo\nauto_failback off\nnode alice bob\n";
  writeFileSync(join(home, "ha.cf"), conf);
  const key = emulated(hb, "keygen");
  expect(key.stdout).toMatch(/^auth 1\n1 sha\d+ \S{20,}\n$/m);
  writeFileSync(join(home, "authkeys"), key.stdout, { mode: 0o600 });
  writeFileSync(join(home, "haresources"), "alice 10.0.0.100\n");
  writeFileSync(join(home, "nodeinfo"), "alice\n");
  expect(emulated(hb, "check", "--dir", home).code).toBe(0);
  expect(emulated(hb, "status", "--run-dir", home).code).toBe(3);
});

test("the verbs of ffi/ do on arm64 what they do here", () => {
  const { stderr } = emulated(runtime, "test", "--timeout=60000", "test/ffi");
  const [, passed = "0"] = /^\s*(\d+) pass$/m.exec(stderr) ?? [];
  const [, failed = "0"] = /^\s*(\d+) fail$/m.exec(stderr) ?? [];
  const excused = refused.filter((each) => each.test(stderr)).length;
  expect(Number(failed)).toBe(excused);
  expect(Number(passed)).toBeGreaterThan(50);
});
