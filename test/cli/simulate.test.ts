// hb simulate as users call it: copies of files on any machine, no rights, nothing sent, nothing written.

import { afterAll, beforeEach, expect, setDefaultTimeout, test } from "bun:test";
import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { hb, run } from "./run.ts";

setDefaultTimeout(90_000);
const dir = mkdtempSync(join(tmpdir(), "hb-simulate-"));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const haCf =
  "keepalive 1\ndeadtime 5\nbcast eth7\nauto_failback off\non_stop_failure ignore\nnode alice bob\n";

beforeEach(() => {
  put("ha.cf", haCf);
  put("authkeys", "auth 1\n1 sha1 0123456789abcdef\n");
  put("haresources", "alice 10.0.0.100/24/eth7 httpd\n");
  // Of a copy nobody asks who may read it.
  chmodSync(join(dir, "authkeys"), 0o644);
});

function put(name: string, text: string): void {
  writeFileSync(join(dir, name), text);
}

function simulate(...words: readonly string[]) {
  return hb("simulate", "--dir", dir, ...words);
}

interface Json {
  readonly groups: readonly {
    readonly holders: readonly { readonly holders: readonly string[] }[];
    readonly waits: readonly {
      readonly fromMs: number;
      readonly toMs: number | null;
      readonly leastMs?: number;
      readonly mostMs?: number;
    }[];
    readonly doubles: readonly { readonly fromMs: number; readonly toMs: number | null }[];
  }[];
  readonly advice: readonly {
    readonly kind: string;
    readonly remedies: readonly { readonly lines: readonly string[]; readonly leftMs: number }[];
  }[];
}

function simulated(...words: readonly string[]): Json {
  const { code, stdout } = simulate(...words, "--json");
  expect(code).toBe(0);
  return JSON.parse(stdout) as Json;
}

test("hb simulate shows the start and who holds what, on a host that has none of the devices", () => {
  const { code, stdout } = simulate();
  expect(code).toBe(0);
  expect(stdout).toContain("alice and bob are started");
  expect(stdout).toMatch(/alice {2}has 10\.0\.0\.100\n/);
  expect(stdout).toMatch(/Two holders\n {2}never\n$/);
});

test("hb simulate --kill lets clients wait for deadtime and the scripts", () => {
  const { groups, advice } = simulated("--kill", "alice@20s", "--script-time", "2s");
  const [, wait] = groups[0]?.waits ?? [];
  expect(wait?.fromMs).toBe(20_000);
  // The last heartbeat left at most a keepalive before; the script's status comes before its start.
  expect((wait?.toMs ?? 0) - 20_000).toBeGreaterThanOrEqual(4_000 + 2_000);
  expect(wait?.leastMs).toBeGreaterThanOrEqual(4_000 + 2_000);
  expect(wait?.mostMs).toBeLessThanOrEqual(5_000 + 2 * 2_000 + 100);
  expect(groups[0]?.holders.at(-1)?.holders).toEqual(["bob"]);
  expect(groups[0]?.doubles).toEqual([]);
  expect(advice).toEqual([]);
});

test("hb simulate names the second link that prevents two holders in a partition", () => {
  const words = ["--cut", "alice/bob@20s", "--heal", "60s"];
  const { groups, advice } = simulated(...words);
  const [double] = groups[0]?.doubles ?? [];
  expect(double?.fromMs).toBeGreaterThanOrEqual(24_000);
  expect(double?.toMs).toBeGreaterThan(60_000);
  expect(advice[0]).toMatchObject({
    kind: "twice",
    remedies: [{ lines: ["bcast eth0"], leftMs: 0 }],
  });
  // And so it is.
  put("ha.cf", `${haCf}bcast eth0\n`);
  const better = simulated("--cut", "alice/bob:eth7@20s", "--heal", "60s");
  expect(better.groups[0]?.doubles).toEqual([]);
  expect(better.groups[0]?.waits).toHaveLength(1);
});

test("hb simulate gives the same answer each time", () => {
  const words = ["--kill", "alice@9s", "--loss", "10%@1s", "--length", "20s", "--json"];
  expect(simulate(...words).stdout).toBe(simulate(...words).stdout);
});

test("hb simulate --explore finds the partition first and says what it tried", () => {
  put("haresources", "alice 10.0.0.100/24/eth7\n");
  const { code, stdout } = simulate("--explore", "--tries", "1");
  expect(code).toBe(0);
  expect(stdout).toMatch(/^1\. Two holders until somebody acts, by one fault$/m);
  expect(stdout).toContain(`hb simulate --dir ${dir} --cut alice/bob@6s`);
  expect(stdout).toContain('+ "bcast eth0"');
  expect(stdout).toMatch(
    /^\d+ runs simulated, \d+ kinds of harm found; \d+ more pairs were left out \(--tries\)$/m,
  );
});

test.each([
  [["--kill", "alcie@10s"], 'hb simulate: --kill: Unknown node "alcie": did you mean "alice"?'],
  [["--kill", "alice"], 'hb simulate: --kill: "alice" does not say when: write alice@10s'],
  [["--cut", "eth1@5s"], 'hb simulate: --cut: Unknown link "eth1": did you mean "eth7"?'],
  [["--length", "soon"], 'hb simulate: --length must be a time: "soon" is none'],
  [["--node", "carol"], 'Unknown node "carol": there is alice, bob'],
  [["--seed", "x"], "hb simulate: --seed must be a whole number"],
  [["--script-time", "x=1s"], 'hb simulate: --script-time: Unknown script "x"'],
])("hb simulate %j is wrong use", (words, reason) => {
  const { code, stdout, stderr } = simulate(...words);
  expect([code, stdout]).toEqual([2, ""]);
  expect(stderr).toContain(reason);
  expect(stderr).toContain('Try "hb simulate --help"');
});

test("hb simulate tells problems of the files as hb check does", () => {
  put("ha.cf", `${haCf}deadtmie 5\n`);
  const { code, stdout } = simulate("--kill", "alice@10s");
  expect(code).toBe(6);
  expect(stdout).toContain(`${dir}/ha.cf:7:1: Unknown directive "deadtmie"`);
  const json = simulate("--json");
  expect([json.code, JSON.parse(json.stdout)]).toMatchObject([6, { version: 1, good: false }]);
});

test("hb simulate needs no network, no right and no place to write to", () => {
  const before = statSync(dir).mtimeMs;
  const hbCommand = [process.execPath, join(import.meta.dir, "../../src/main.ts")];
  // A user without rights, in a network namespace without any interface that is up, where everything
  // is read-only.
  const script = 'mount -o remount,bind,ro / && exec "$@"';
  const jailed = run(
    ["unshare", "--user", "--map-root-user", "--net", "--mount", "sh", "-c", script, "sh"].concat(
      ...hbCommand,
      ["simulate", "--dir", dir, "--kill", "alice@10s"],
    ),
  );
  expect(jailed.stdout).toBe(simulate("--kill", "alice@10s").stdout);
  expect(jailed.code).toBe(0);
  expect(statSync(dir).mtimeMs).toBe(before);
  expect(readdirSync(dir).toSorted()).toEqual(["authkeys", "ha.cf", "haresources"]);
});

test("hb simulate reaches no code that could send or change anything", () => {
  const root = join(import.meta.dir, "../..");
  const seen = new Set<string>();
  const modules = new Set<string>();
  const visit = (file: string) => {
    if (seen.has(file)) return;
    seen.add(file);
    const text = readFileSync(file, "utf8");
    const pattern = /^(?:import|export)\b(?!\s+type\b)[^"';]*?from\s*"([^"]+)"/gm;
    for (const [, name = ""] of text.matchAll(pattern)) {
      if (name.startsWith(".")) visit(join(dirname(file), name));
      else modules.add(name);
    }
  };
  visit(join(root, "src/cli/simulate.ts"));
  expect(seen.size).toBeGreaterThan(50);
  expect([...seen].filter((file) => /\/(ffi|src\/pulse)\//.test(file))).toEqual([]);
  const pure = /^(ipaddr\.js|@noble\/hashes\/[\w.]+|citty)$/;
  expect([...modules].filter((name) => !pure.test(name)).toSorted()).toEqual([
    "node:fs",
    "node:os",
    "node:path",
  ]);
  const files = [...seen].filter((file) => readFileSync(file, "utf8").includes('"node:fs"'));
  expect(files.map((file) => file.slice(root.length + 1))).toEqual(["src/cli/simulate/files.ts"]);
  expect(readFileSync(files[0] ?? "", "utf8")).toContain('import { readFileSync } from "node:fs"');
});
