// The command line of `hb carp`, up to the moment at which the process would run.

import { afterAll, beforeAll, expect, test } from "bun:test";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { carpDirectory, carpSocket } from "../../src/desk/carp/place.ts";
import { Control } from "../../src/desk/control.ts";
import { snapshot as sample } from "../desk/statuspage/sample.ts";
import { hbCommand, type Ran, run } from "./run.ts";

const dir = mkdtempSync(join(tmpdir(), "hb-carp-"));
const passfile = join(dir, "pass");

beforeAll(() => {
  writeFileSync(passfile, "long enough\n", { mode: 0o600 });
  writeFileSync(join(dir, "open"), "long enough\n");
  chmodSync(join(dir, "open"), 0o644);
  writeFileSync(join(dir, "long"), `${"x".repeat(20)}\n`, { mode: 0o600 });
});

afterAll(() => rmSync(dir, { recursive: true }));

/** Words of a line; DIR is a directory with passfiles. */
function carp(line: string, env: Record<string, string> = {}): Ran {
  const words = line.replaceAll("DIR", dir).split(" ");
  return run(hbCommand("carp", ...words), env);
}

const plain = "-i lo -v 42 -a 10.0.0.9/24";
const withPass = `${plain} -o DIR/pass`;

test.each([
  [withPass, ""],
  [`${withPass} -a 10.0.0.10 --addr fe80::9/64`, "10.0.0.9/24,10.0.0.10,fe80::9/64"],
  [`--interface lo --vhid=42 --addr 10.0.0.9/24 --passfile DIR/pass`, ""],
  [
    `${withPass} -b 2 -k 7 -r 5 -P -n -S -M`,
    "advbase=2 advskew=7 deadratio=5 preempt neutral nomcast ignoreifstate",
  ],
  [`${withPass} -u /up -d /down -x text`, "up=/up down=/down xparam=text"],
  [`${withPass} -s 10.0.0.1 --mcastip 239.1.2.3`, "source=10.0.0.1 mcastip=239.1.2.3"],
  [`${withPass} --peer 10.0.0.2 --peer 10.0.0.3`, "peer=10.0.0.2,10.0.0.3"],
  [`${withPass} --dialect bsd --source-mac interface`, "source-mac=interface dialect=bsd"],
  [`${withPass} --seal require --vmac --group web`, "seal=require vmac group=web"],
  [`${withPass} --track eth1 --track /bin/check`, "track=eth1,/bin/check"],
  [
    `${withPass} --script-timeout 5 --announce-interval 10`,
    "script-timeout=5 announce-interval=10",
  ],
  [`${withPass} -z -B -D -f none`, ""],
])("hb carp %s --print prints the line that means the same", (line, rest) => {
  const { code, stdout, stderr } = carp(`${line} --print`);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  for (const word of rest.split(" ").filter((each) => each !== "")) {
    expect(stdout.trimEnd().split(" ")).toContain(word);
  }
  expect(stdout).toStartWith("carp lo 42 10.0.0.9/24");
  expect(stdout).toContain(`passfile=${passfile}`);
  // What was printed is a file of --config, and gives itself.
  const file = join(dir, "printed");
  writeFileSync(file, stdout);
  expect(carp(`--config ${file} --print`)).toEqual({ code: 0, stdout, stderr: "" });
});

test.each([
  ["-i lo", ['Missing option "--vhid"', 'Missing option "--addr"']],
  [plain, ['No password: give "--passfile", or set HB_CARP_PASSWORD']],
  [`${plain} -p x -o DIR/pass`, ['"--pass" and "--passfile" do not go together']],
  [`${withPass} --config DIR/x`, ['"--interface" and "--config" do not go together']],
  [`${withPass} -P --preempt`, ['Option "--preempt" is given twice']],
  [`${withPass} --premept`, ['Unknown option "--premept": did you mean "--preempt"?']],
  [`${withPass} -m 239.1.2.3`, ['Unknown option "-m"']],
  [`${withPass} word`, ['Spare argument "word"']],
  [`${withPass} -f nosuch`, ['Unknown syslog facility "nosuch"']],
  [`${withPass} -b 0.1`, ["advbase 0 with advskew 26: an advert every 102 ms, dead after 305 ms"]],
  ["-i lo -v 0 -a x -o DIR/pass", ["The vhid must be", 'Not an IP address: "x"']],
])("hb carp %s is a usage error", (line, says) => {
  const { code, stdout, stderr } = carp(line);
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  for (const text of says) expect(stderr).toContain(text);
  expect(stderr).toContain('Try "hb carp --help"');
});

test.each([
  ["DIR/open", "Others may read the password: mode is 644, it must be 600"],
  ["DIR/long", "The password is too long: 20 bytes, at most 19 are possible"],
  ["DIR/none", "Cannot read the password: ENOENT"],
  ["DIR/none", "It is the first line of this file, which is root's alone: mode 600"],
])("hb carp refuses the passfile %s with exit code 6", (path, message) => {
  const { code, stdout } = carp(`${plain} -o ${path}`);
  expect(stdout).toContain(message);
  expect(code).toBe(6);
});

test("hb carp --check advises against a password among the arguments", () => {
  const { code, stdout } = carp(`${plain} -p lovelovelove --check`);
  expect(code).toBe(0);
  expect(stdout).toContain("warning: The password was seen until now by everybody");
  expect(stdout).toContain('Use --passfile, "--passfile -" (stdin) or HB_CARP_PASSWORD');
  expect(stdout).not.toContain("lovelovelove");
});

test("hb carp takes the password from the environment, and judges it", () => {
  const good = carp(`${plain} --check`, { HB_CARP_PASSWORD: "long enough" });
  expect(good).toEqual({ code: 0, stdout: "", stderr: "No problems: 1 virtual router\n" });
  const bad = carp(`${plain} --check`, { HB_CARP_PASSWORD: "x".repeat(20) });
  expect(bad.stdout).toContain("HB_CARP_PASSWORD: The password is too long: 20 bytes");
  expect(bad.code).toBe(6);
});

test("hb carp takes the password from the first line of stdin", () => {
  const command = `printf 'long enough\\nmore' | ${hbCommand("carp", ...plain.split(" ")).join(" ")}`;
  expect(run(["bash", "-c", `${command} -o - --check`])).toEqual({
    code: 0,
    stdout: "",
    stderr: "No problems: 1 virtual router\n",
  });
});

test("hb carp --config tells every problem with its place, and exits 6", () => {
  const file = join(dir, "bad");
  writeFileSync(file, `carp lo 1 10.0.0.1\ncarp lo 2 10.0.0.1,x passfile=${passfile}\n`);
  const { code, stdout } = carp(`--config ${file}`);
  expect(code).toBe(6);
  expect(stdout).toContain(`${file}:1:6: The virtual router lo/1 has no password`);
  expect(stdout).toContain(`${file}:2:20: Not an IP address: "x"`);
  expect(stdout).toContain(`${file}:2:11: Address 10.0.0.1 is already one of`);
  expect(stdout).toEndWith("\n\n3 errors\n");
});

test("hb carp --config gives the password of the command line to the lines without one", () => {
  const file = join(dir, "many");
  writeFileSync(file, "carp lo 1 10.0.0.1\ncarp lo 2 10.0.0.2\n");
  expect(carp(`--config ${file} -o DIR/pass --check`)).toEqual({
    code: 0,
    stdout: "",
    stderr: "No problems: 2 virtual routers\n",
  });
});

test("hb carp --config wants at least one virtual router", () => {
  const file = join(dir, "nothing");
  writeFileSync(file, "# nothing\n");
  const { code, stdout } = carp(`--config ${file}`);
  expect(stdout).toContain("There is no virtual router in the file");
  expect(code).toBe(6);
});

test("hb carp warns of an interface that is not there, and names those that are", () => {
  const { code, stdout } = carp("-i l0 -v 42 -a 10.0.0.9 -o DIR/pass --check");
  expect(code).toBe(0);
  expect(stdout).toContain('warning: This host has no interface "l0": it is waited for');
  expect(stdout).toMatch(/It has: .*\blo\b/);
});

test("hb carp exits 4 with one sentence when it may not use the network", () => {
  const command = hbCommand("carp", ...plain.split(" "));
  const ran = run(["setpriv", "--bounding-set", "-net_raw,-net_admin", ...command], {
    HB_CARP_PASSWORD: "long enough",
  });
  expect(ran).toEqual({
    code: 4,
    stdout: "",
    stderr: "hb carp: Not permitted: try as root, or with CAP_NET_RAW and CAP_NET_ADMIN\n",
  });
});

test.each([
  ["the agent", (where: string) => join(where, "hb.sock")],
  ["another process", (where: string) => carpSocket(where, 4_711)],
])("hb carp refuses a virtual router that %s of this host runs", async (_, socketOf) => {
  const where = mkdtempSync(join(dir, "run-"));
  mkdirSync(carpDirectory(where));
  const routers = sample.routers.map((router) => ({ ...router, name: "lo/42", device: "lo" }));
  const control = await Control.listen(socketOf(where), async () => {
    return { say: "done", ok: true, text: "", snapshot: { ...sample, routers } };
  });
  const words = [...plain.split(" "), "-o", passfile, "--run-dir", where];
  const child = Bun.spawn(hbCommand("carp", ...words), { stdio: ["ignore", "pipe", "pipe"] });
  const said = await new Response(child.stderr).text();
  control.close();
  expect(said).toBe('hb carp: Runs here already: lo/42; "hb status" shows it\n');
  expect(await child.exited).toBe(1);
});
