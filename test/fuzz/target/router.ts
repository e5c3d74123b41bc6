// Virtual routers in all the ways in which they are told: files, ucarp's and hb's own command line.

import type { ArgsDef } from "citty";
import { repeatable, routerOptions, wordsOf } from "../../../src/cli/carpoption.ts";
import { read } from "../../../src/cli/reading.ts";
import { parseCarpFile } from "../../../src/config/carp/file.ts";
import { readRouter } from "../../../src/config/carp/line.ts";
import { readPassfile } from "../../../src/config/carp/password.ts";
import { printRouter } from "../../../src/config/carp/print.ts";
import { settings } from "../../../src/config/carp/setting.ts";
import { checkRouters } from "../../../src/config/carp/together.ts";
import { readUcarp } from "../../../src/config/carp/ucarp.ts";
import { Report } from "../../../src/config/report.ts";
import type { RouterConfig } from "../../../src/config/router.ts";
import { bytesToText } from "../../../src/wire/bytes.ts";
import { PASSWORD_MAX } from "../../../src/wire/carp/digest.ts";
import { Ear } from "../../../src/wire/carp/ear.ts";
import { Voice } from "../../../src/wire/carp/voice.ts";
import { gist } from "../minimise.ts";
import { checkProblems, fileBytesMax, head, values } from "./configuration.ts";
import { documented, latin1 } from "./sample.ts";
import { must, mustEqual, type Target } from "./target.ts";

/** A router that was accepted can speak and hear. */
function speak(router: RouterConfig): void {
  const voice = new Voice(router);
  new Ear(router);
  const mac = Uint8Array.of(2, 0, 0, 0, 0, 1);
  const from = { mac, source4: new Uint8Array(4), source6: new Uint8Array(16) };
  const { advbase, advskew } = router;
  must(voice.families.length > 0, "a router has a family");
  voice.frames({ advbase, advskew, demote: 0, counter: 1n }, from, 0);
}

const names = [...settings.keys()].map((name) => `${name}=`);

export const carpFile: Target = {
  name: "carp-file",
  covers: "config/carp/file, line, setting, routeraddress, together, print",
  corpus: () => [
    ...documented("ha.cf"),
    ...latin1(
      "carp eth0 42 10.0.0.100/24/eth0:1,fd00::100/64 passfile=/p dialect=bsd preempt group=web track=eth1,/bin/x\n",
      "carp eth0 1 10.0.0.1 up=/u down=/d xparam=x advbase=0 advskew=26 peer=10.0.0.2 source=10.0.0.3 seal=require\n",
    ),
  ],
  tokens: ["carp ", ...names, ...values, "ucarp", "bsd", "interface", "require", "eth0:x"],
  bytesMax: fileBytesMax,
  run(input) {
    const text = Buffer.from(input).toString("utf8");
    const file = parseCarpFile(text, "carp");
    const report = new Report("carp");
    checkRouters(file.routers, [], file.spots, report);
    const problems = [...file.problems, ...report.problems];
    const kind = checkProblems(problems, text);
    for (const { passfile: _, ...router } of file.routers.slice(0, 20))
      speak({ ...router, password: "love" });
    if (problems.some(({ level }) => level === "error")) return kind;
    const again = parseCarpFile(file.routers.map(printRouter).join("\n"), "carp");
    mustEqual(again.routers, file.routers, "what is printed means the same");
    return `good ${kind}`;
  },
};

export const ucarp: Target = {
  name: "ucarp",
  covers: "config/carp/ucarp, getopt, cnumber",
  corpus: () =>
    latin1(
      "-i\neth0\n-s\n10.77.0.1\n-v\n42\n-p\nlove\n-a\n10.77.0.252\n-b\n1\n-k\n0\n-f\nnone\n-n\n-r\n1",
      "--interface=eth0\n--srcip=10.0.0.1\n--vhid=0x2a\n--passfile=/x\n--addr=10.0.0.2\n--upscript=/u\n-BzPSMD",
      "-h",
    ),
  tokens: [
    ..."-i -s -v -p -P -n -a -h -b -k -x -u -d -r -z -f -B -S -M -D -o -- -"
      .split(" ")
      .map((word) => `\n${word}\n`),
    ..."interface srcip mcastip vhid pass preempt addr advbase advskew upscript facility"
      .split(" ")
      .map((word) => `\n--${word}=`),
    ...["0x", "010", "-1", "+5", "local7", "security", "10.0.0.1", "224.0.0.18"],
  ],
  bytesMax: 128 * 1024,
  run(input) {
    const argv = bytesToText(input).split("\n");
    const command = readUcarp(argv, {
      passfile: (path) => (path.length % 3 === 0 ? { trouble: "none" } : { line: path }),
      firstDevice: () => "eth0",
      posix: input.length % 2 === 0,
    });
    const said = command.says.map(({ text }) => gist(text)).slice(-2);
    if (command.kind === "help") return `help ${gist(command.complaint ?? "").slice(0, 24)}`;
    if (command.kind === "run" && command.router.password.length <= PASSWORD_MAX)
      speak(command.router);
    return `${command.kind} ${said.join(" ")}`;
  },
};

export const carpOptions: Target = {
  name: "hb-carp",
  covers: "cli/reading, cli/carpoption, config/carp/line",
  corpus: () =>
    latin1(
      "-i\neth0\n-v\n42\n-a\n10.77.0.252,fd00::1/64\n--peer\n10.0.0.2\n--peer=10.0.0.3\n--dialect=bsd\n-P",
      "--interface=eth0\n--vhid=1\n--addr=10.0.0.1/24/eth0:x\n--advbase=0.5\n--advskew=26\n--upscript=u\n--vmac\n--track=eth1",
    ),
  tokens: [
    ...Object.keys(routerOptions).map((name) => `\n--${name}=`),
    ...["\n--", "\n-", "--no-", "--help", "\n-i\n", "\n-a\n", ...values],
  ],
  bytesMax: 128 * 1024,
  run(input) {
    const argv = Buffer.from(input).toString("utf8").split("\n");
    const args: ArgsDef = routerOptions;
    const result = read(argv, {
      args,
      repeatable: [...repeatable],
      operands: { name: "X", max: 2 },
    });
    if (result.kind !== "good")
      return result.kind === "wrong" ? gist(result.reason).slice(0, 40) : "help";
    const report = new Report("options");
    const line = readRouter(wordsOf(result.repeated), report);
    const first = head(report.problems[0]?.message ?? "");
    if (line === undefined) return `none ${first}`;
    const { passfile: _, ...router } = line;
    speak({ ...router, password: "love" });
    return `good ${first}`;
  },
};

export const passfile: Target = {
  name: "passfile",
  covers: "config/carp/password",
  corpus: () => latin1("love\n", "a-password-of-19-by\nmore\n", "\xff\xfe\r\n", "", "a\0b"),
  tokens: ["\n", "\r", "\0", "aaaaaaaaaaaaaaaaaaa"],
  bytesMax: fileBytesMax,
  run(input) {
    const facts = { mode: input.length % 2 === 0 ? 0o600 : 0o644, uid: 0, reader: 0 };
    const read = readPassfile({ file: "pass", text: bytesToText(input), facts });
    if (read.password === undefined) return head(read.problems[0]?.message ?? "");
    const { length } = read.password;
    must(length > 0 && length <= PASSWORD_MAX, "a password has 1 to 19 bytes");
    must(!/[\0\n]/.test(read.password), "a password has neither NUL nor line feed");
    return `good ${read.problems.length}`;
  },
};
