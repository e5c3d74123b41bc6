// Real shells complete hb, with the names of an agent that runs, of its files when none runs, and without
// a word when there is nothing.

import { afterAll, beforeAll, expect, test } from "bun:test";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { completions } from "../../../src/text/completion.ts";
import { hbCommand } from "../run.ts";

const directory = mkdtempSync(join(tmpdir(), "hb-complete-"));
const run = join(directory, "run");
const conf = join(directory, "conf");
let agent: Server;

beforeAll(async () => {
  for (const each of [run, conf, join(directory, "bin")]) mkdirSync(each);
  writeFileSync(join(conf, "ha.cf"), "node filea fileb\n");
  const hb = join(directory, "bin", "hb");
  writeFileSync(hb, `#!/bin/sh\nexec ${hbCommand("").join(" ").trim()} "$@"\n`);
  chmodSync(hb, 0o755);
  for (const [shell, text] of Object.entries(completions)) {
    writeFileSync(join(directory, shell), text);
  }
  const snapshot = {
    nodes: [
      { name: "alice", kind: "hb" },
      { name: "bob", kind: "heartbeat" },
      { name: "10.0.0.254", kind: "ping" },
    ],
    groups: [{ key: "10.0.0.100" }],
  };
  const answer = { say: "done", ok: true, text: "", snapshot };
  agent = createServer((socket) => {
    socket.on("data", () => socket.end(`${JSON.stringify(answer)}\n`));
  });
  const listening = Promise.withResolvers<void>();
  agent.listen(join(run, "hb.sock"), listening.resolve);
  await listening.promise;
});

afterAll(() => {
  agent.close();
  rmSync(directory, { recursive: true });
});

/** What a shell's script prints; it must say nothing else. */
async function said(words: readonly string[]): Promise<string[]> {
  const path = `${join(directory, "bin")}:${process.env.PATH}`;
  const child = Bun.spawn([...words], {
    cwd: directory,
    env: { ...process.env, PATH: path, HOME: directory },
    stdout: "pipe",
    stderr: "pipe",
  });
  const [stdout, stderr] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  expect(stderr).toBe("");
  return stdout.split("\n").filter((line) => line !== "");
}

/** As readline calls the function: the words are cut at ":", "=" and "@" as well. */
async function bash(line: string): Promise<string[]> {
  const cut = [...line.matchAll(/[:=@]+|[^\s:=@]+/g)].map(([word]) => `'${word}'`);
  if (/\s$/.test(line)) cut.push("''");
  const script = `source ./bash
    COMP_LINE='${line}' COMP_POINT=${line.length} COMP_WORDS=(${cut.join(" ")}) COMP_CWORD=${cut.length - 1}
    _hb
    printf '%s\\n' "\${COMPREPLY[@]}"`;
  return await said(["bash", "--norc", "-c", script]);
}

/** As zsh's completion calls the function; what it would show is printed. */
async function zsh(line: string): Promise<string[]> {
  const words = line.split(" ");
  const script = `compdef() { : }
    compset() { : }
    _files() { print -r -- "files $1" }
    _describe() { print -rl -- "\${(@P)3}" }
    source ./zsh
    words=(${words.map((word) => `'${word}'`).join(" ")})
    CURRENT=${words.length} PREFIX='${words.at(-1)}'
    _hb`;
  return (await said(["zsh", "-f", "-c", script])).map((each) => each.replace(/(?<!\\):.*/, ""));
}

async function fish(line: string): Promise<string[]> {
  const words = ["fish", "--no-config", "-c", `source ./fish; complete -C '${line}'`];
  return (await said(words)).map((each) => each.replace(/\t.*/, ""));
}

const shells = [
  ["bash", bash],
  ["zsh", zsh],
  ["fish", fish],
] as const;

const lines = [
  ["hb sta", ["status", "standby"]],
  ["hb help keyg", ["keygen"]],
  ["hb --v", ["--version"]],
  ["hb status --w", ["--watch"]],
  ["hb agent --log-level ", ["error", "warn", "info", "debug"]],
  ["hb standby f", ["foreign", "failback"]],
  ["hb_standby f", ["foreign", "failback"]],
  ["hb_addnode --r", ["--run-dir"]],
  ["hb show completion ", ["bash", "zsh", "fish"]],
  [`hb node remove --run-dir ${run} `, ["alice", "bob"]],
  [`hb node remove --run-dir ${run} alice `, ["bob"]],
  [`hb propagate --dir ${conf} file`, ["filea", "fileb"]],
  [`hb wait --run-dir ${run} --for s`, ["stable"]],
  ["hb version x", []],
  ["hb nonsense ", []],
] as const;

const table = shells.flatMap(([name, complete]) =>
  lines.map(
    ([line, words]) => [name, line.replace(directory, "…"), { complete, line, words }] as const,
  ),
);

test.each(table)("%s completes %j", async (_, __, { complete, line, words }) => {
  expect((await complete(line)).toSorted()).toEqual([...words].toSorted());
});

test("bash completes what stands behind a cut: an option's value, a node's time", async () => {
  // Only what follows the last cut is replaced.
  expect(await bash("hb agent --log-level=w")).toEqual(["warn"]);
  expect(await bash("hb agent --log-level=")).toEqual(["error", "warn", "info", "debug"]);
  expect(await bash(`hb simulate --dir ${conf} --kill filea@1s --kill fileb`)).toEqual(["fileb@"]);
});

test("all of them complete what hb wait waits for, with the groups and nodes of the agent", async () => {
  const line = `hb wait --run-dir ${run} --for holder=10`;
  const holders = ["", "@alice", "@bob"].map((node) => `10.0.0.100${node}`);
  expect(await bash(line)).toEqual(holders);
  const whole = holders.map((each) => `holder=${each}`);
  expect((await zsh(line)).toSorted()).toEqual(whole);
  expect((await fish(line)).toSorted()).toEqual(whole);
});

test("bash completes a word in the middle of the line up to the cursor", async () => {
  const script = `source ./bash
    COMP_LINE='hb staXX --json' COMP_POINT=6 COMP_WORDS=(hb staXX --json) COMP_CWORD=1
    _hb
    printf '%s\\n' "\${COMPREPLY[@]}"`;
  expect(await said(["bash", "--norc", "-c", script])).toEqual(["status", "standby"]);
});

test("bash and fish complete files and directories", async () => {
  expect(await bash("hb agent --dir co")).toEqual(["conf"]);
  expect(await bash("hb agent --dir=co")).toEqual(["conf"]);
  expect(await bash("hb carp --config fi")).toEqual(["fish"]);
  expect(await fish("hb agent --dir co")).toEqual(["conf/"]);
  expect(await fish("hb agent --dir=co")).toEqual(["--dir=conf/"]);
  expect(await zsh("hb agent --dir co")).toEqual(["files -/"]);
});

test("an agent that does not answer is not waited for long, and nothing is said", async () => {
  const mute = join(directory, "mute");
  mkdirSync(mute);
  const server = createServer(() => {});
  const listening = Promise.withResolvers<void>();
  server.listen(join(mute, "hb.sock"), listening.resolve);
  await listening.promise;
  try {
    const found = await bash(`hb propagate --run-dir ${mute} --dir ${conf} f`);
    expect(found).toEqual(["filea", "fileb"]);
  } finally {
    server.close();
  }
});
