// Files of state: written by hb itself, and still read as if a disk or an editor had been at them.

import { Core } from "../../../src/core/core.ts";
import { at } from "../../../src/core/instant.ts";
import { parseSealBook } from "../../../src/desk/carp/sealbook.ts";
import { formatGeneration, parseGeneration } from "../../../src/desk/generation.ts";
import { formatHostcache, parseHostcache } from "../../../src/desk/hostcache.ts";
import { parseRunning } from "../../../src/desk/orphan.ts";
import { parseHeirs } from "../../../src/desk/ppp/links.ts";
import { parseKept } from "../../../src/desk/remember.ts";
import { bytesToText } from "../../../src/wire/bytes.ts";
import { plainConfig } from "../../plainconfig.ts";
import { latin1 } from "./sample.ts";
import { must, mustEqual, type Target } from "./target.ts";

/** hb_generation, and the other numbers. */
export const generation: Target = {
  name: "generation",
  covers: "desk/generation",
  corpus: () => latin1("     1700000001\n", "0", "4294967295\n", "4294967296", "abc"),
  tokens: [" ", "\n", "0", "4294967295", "999999999999999"],
  bytesMax: 4_096,
  run(input) {
    const read = parseGeneration(bytesToText(input));
    if (read === undefined) return "none";
    must(Number.isInteger(read) && read >= 0 && read <= 0xffff_ffff, "a generation has 32 bits");
    mustEqual(parseGeneration(formatGeneration(read)), read, "a generation is read as written");
    return "number";
  },
};

export const hostcache: Target = {
  name: "hostcache",
  covers: "desk/hostcache",
  corpus: () =>
    latin1(
      "alice\t4d92ef93-86a6-39de-4440-963a4d87f4d4\t100\teast\nBob\t00000000-0000-0000-0000-000000000000\t1\t\n",
      "carol\t4d92ef9386a639de4440963a4d87f4d4\n",
    ),
  tokens: ["\t", "\n", "4d92ef93-86a6-39de-4440-963a4d87f4d4", "-", "100", "\r"],
  bytesMax: 256 * 1024,
  run(input) {
    const entries = parseHostcache(bytesToText(input));
    if (entries === undefined) return "none";
    mustEqual(parseHostcache(formatHostcache(entries)), entries, "entries are read as written");
    start({ hostcache: entries.slice(0, 50) });
    return String(Math.min(entries.length, 4));
  },
};

/** What was up here when the agent died. */
export const memory: Target = {
  name: "memory",
  covers: "desk/remember parseKept()",
  corpus: () =>
    latin1(
      '{"boot":"b","memory":{"at":5000.5,"groups":[{"key":"10.0.0.10","assigned":{"node":"alice","epoch":3},"up":["10.0.0.10","httpd"]}]}}\n',
      '{"boot":"b","memory":{"at":1,"deadtimeMs":5000,"groups":[]}}',
    ),
  tokens: [
    '"boot":',
    '"memory":',
    '"at":',
    '"deadtimeMs":',
    '"groups":',
    '"key":',
    '"assigned":',
    '"node":',
    '"epoch":',
    '"up":',
    "null",
    "{}",
    "[]",
    '"10.0.0.10"',
    "1e999",
    "-1",
  ],
  bytesMax: 256 * 1024,
  run(input) {
    const kept = parseKept(bytesToText(input));
    if (kept === undefined) return "none";
    start({ memory: { ...kept.memory, at: at(Math.min(kept.memory.at, 10_000)) } });
    return `kept ${kept.memory.groups.length > 0}`;
  },
};

/** A core is born with it and lives for a while. */
function start(facts: Partial<ConstructorParameters<typeof Core>[1]>): void {
  const boot = {
    uuid: "ab".repeat(16),
    generation: 5,
    bootUnixMs: 1.7e12,
    hostcache: [],
    delhostcache: [],
  };
  const core = new Core(config, { ...boot, ...facts }, at(10_000));
  core.step({ on: "start" }, at(10_000));
  for (const ms of [11_000, 15_000, 30_000, 60_000]) core.step({ on: "alarm" }, at(ms));
}

const word = "10.0.0.10";
const config = {
  ...plainConfig,
  groups: [
    {
      key: word,
      owner: "alice",
      resources: [{ kind: "address", word, agent: "IPaddr", family: 4, address: word }],
    },
  ],
} as const;

/** Processes of an agent that is gone: scripts, and runs of pppd. */
export const processes: Target = {
  name: "processes",
  covers: "desk/orphan, desk/ppp/links parseHeirs()",
  corpus: () =>
    latin1(
      '[{"pid":123,"startedAt":"456","title":"httpd start"}]',
      '[{"tty":"/dev/ttyS0","name":{"pid":12,"startedAt":"3"},"argv":["pppd"],"line":{"device":"ppp0","local":"10.0.0.1","remote":"10.0.0.2"}}]',
    ),
  tokens: [
    '"pid":',
    '"startedAt":',
    '"title":',
    '"tty":',
    '"name":',
    '"argv":',
    '"line":',
    '"device":',
    "null",
    "[]",
    "{}",
    "0",
    "-1",
    '"',
  ],
  bytesMax: 256 * 1024,
  run(input) {
    const text = bytesToText(input);
    const running = parseRunning(text);
    for (const { pid, startedAt, title } of running) {
      must(Number.isInteger(pid) && pid > 1, "no signal goes to init or a group");
      must(typeof startedAt === "string" && typeof title === "string", "a script has its name");
    }
    const heirs = parseHeirs(text);
    for (const { name, tty, argv, line } of heirs) {
      must(Number.isInteger(name.pid) && name.pid > 1, "no signal goes to init or a group");
      must(
        typeof tty === "string" && argv.every((each) => typeof each === "string"),
        "argv is of words",
      );
      if (line === undefined) continue;
      const texts = [line.device, line.local, line.remote];
      must(
        texts.every((each) => typeof each === "string"),
        "a line is of words",
      );
    }
    return `${running.length > 0} ${heirs.length > 0}`;
  },
};

export const sealBook: Target = {
  name: "sealbook",
  covers: "desk/carp/sealbook",
  corpus: () =>
    latin1("0123456789abcdef 1700000000000000\n", "0123456789abcdef 9007199254740993\n", ""),
  tokens: ["0123456789abcdef", " ", "\n", "9007199254740991", "9999999999999999"],
  bytesMax: 4_096,
  run(input) {
    const { sender, until } = parseSealBook(bytesToText(input));
    must(/^[0-9a-f]{16}$/.test(sender), "a sender has 16 digits");
    must(Number.isSafeInteger(until) && until >= 0, "a number is exact");
    return String(until > 0);
  },
};
