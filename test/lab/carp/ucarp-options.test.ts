// hb by the name of ucarp beside Debian's ucarp: the same command lines, the same words on stderr and
// stdout, the same exit codes. Every line ends before the protocol begins: what is accepted names an
// interface that is not there. The text of the usage is each program's own.

import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { built, HB } from "../agent.ts";

const REAL = "/usr/sbin/ucarp";
const dir = mkdtempSync(join(tmpdir(), "hb-ucarp-"));
const ours = join(dir, "ucarp");

/** Accepted, and then there is no such interface. */
const good = "-i nope -s 10.9.0.1 -v 1 -p love -a 10.9.0.9";
/** The same with scripts, so that nothing is warned of. */
const quiet = `${good} -u /bin/true -d /bin/true`;

beforeAll(async () => {
  await built();
  symlinkSync(HB, ours);
  const put = (name: string, text: string) => writeFileSync(join(dir, name), text);
  put("pass", "secret\n");
  put("empty", "");
  put("blank", "\nsecret\n");
  put("no-lf", "secret");
  put("cr-lf", "secret\r\n");
  put("nineteen", "1234567890123456789\n");
  put("twenty", "12345678901234567890\n");
  put("long", `${"x".repeat(600)}\n`);
  put("nul", "\0secret\n");
  put("nul-inside", "1234567890\x001234567890\n");
  put("second", "12345678901234567890");
});

afterAll(() => rmSync(dir, { recursive: true }));

const numbers = [
  ..."0 1 255 256 257 -1 -255 010 08 0x2a 0X2A 0x 0xg 42abc junk 1e3 +7 --5 4294967295".split(" "),
  ..."4294967296 4294967297 9223372036854775807 9223372036854775808 -9223372036854775808".split(
    " ",
  ),
  ..."18446744073709551615 18446744073709551616 -18446744073709551615 99999999999999999999".split(
    " ",
  ),
  "",
  " 7",
  "\t9",
  "3 ",
  "- 3",
];

/** Those at which the width of a number shows. */
const extremes = [..."0 255 256 511 -1 junk 4294967295 4294967296 9223372036854775808".split(" ")];

const addresses = [
  ..."1.2.3 1.2.3.4.5 010.9.0.1 10.9.0.09 10.9.0.256 0x0a.9.0.9 x 0 0.0.0.0 255.255.255.255".split(
    " ",
  ),
  ..."fe80::1 1.2.3.4/24 10..0.1 .10.0.0.1 10.0.0.1. 00.1.2.3 1.2.3.00 localhost".split(" "),
  "",
  " 10.9.0.1",
  "10.9.0.1 ",
];

const words = (line: string) => line.split(" ").filter((word) => word !== "");

/** Each of them word by word; DIR is where the passfiles are. */
const table: readonly (readonly string[])[] = [
  [],
  ...[
    "-h",
    "--help",
    "--hel",
    "-hh",
    "-h -v 0",
    "-v 0 -h",
    "-B -h",
    "-?",
    "-W x",
    "-:",
    "-m 239.1.2.3",
    "-",
    "--",
    "-- -v 0",
    "-i nope -- -v 0",
    "-i nope - -v 0",
    "word -v 0 word",
    "-i nope word",
    "--nosuch",
    "--nosuch=3",
    "--par x",
    "--=x",
    "--preempt=1",
    "--help=1",
    "--debug=",
    "--no",
    "--ne",
    "--n",
    "--d",
    "--de",
    "--dead",
    "--p",
    "--pa x",
    "--pas=love",
    "--pass",
    "--passf",
    "--a 1",
    "--ad 1",
    "--adv 3",
    "--advb",
    "--i nope",
    "--in",
    "--ig",
    "--s 10.9.0.1",
    "--sr 10.9.0.1",
    "--sh",
    "--m",
    "--mc",
    "--mcast 239.1.2.3",
    "--mcastip=239.1.2.3",
    "--mcasti",
    "--v",
    "--u",
    "--x",
    "--f",
    "--da",
    "--b",
    ...[..."isvpoabkudrfx"].map((letter) => `-${letter}`),
    ...[..."isvpoabkudrfx"].map((letter) => `-P${letter}`),
    "-PnzX",
    "-PnzSMD",
    "-Pi",
    "-Pinope -v1 -plove",
    "-i nope",
    "-i nope -v 1",
    "-i nope -v 1 -p x",
    "-i nope -v 1 -p x -b 0",
    "-i nope -v 1 -p x -b 0 -k 1",
    "-i nope -v 1 -p x -s 10.9.0.1",
    "-v 1 -p x -s 10.9.0.1",
    "-i averyveryverylongname -v 1 -p x -s 10.9.0.1 -a 10.9.0.9",
    "-i 1234567890123456 -v 1 -p x -s 10.9.0.1 -a 10.9.0.9",
    "-i 123456789012345 -v 1 -p x -s 10.9.0.1 -a 10.9.0.9",
    good,
    quiet,
    `${quiet} -D`,
    `${quiet} -P -n -z -S -M`,
    `${quiet} -PnzSM`,
    `${quiet} -B`,
    `${quiet} -B -f none`,
    `${quiet} -f nosuch -B`,
    `${quiet} -B -f nosuch`,
    `${good} -u /bin/true`,
    `${good} -d /bin/true`,
    `${good} -r 0`,
    `${good} -r 0 -u /bin/true`,
    `${quiet} -r 0 -B`,
    `${quiet} -p 1234567890123456789`,
    `${quiet} -p 12345678901234567890`,
    `${quiet} -p 12345678901234567890 -B`,
    `${quiet} -p übergrößenträger`,
    `${quiet} -v 1 -v 0`,
    `${quiet} -i d0 -i also`,
    `${quiet} --interf also --src=10.9.0.2 --vh=7 --advb 2 --advs=3 --deadr 4 --x=q --fac none`,
    `${quiet} --neu --pree --ignore --nomc --shut --deb --passf=DIR/pass --add 10.9.0.8`,
    `${good} --up /bin/true --down=/bin/true`,
    ..."pass empty blank no-lf cr-lf nineteen twenty long nul nul-inside second none"
      .split(" ")
      .map((file) => `${quiet} -o DIR/${file}`),
    "-o /nonexistent/pass",
    "-o DIR",
    "-o DIR/empty -v 0",
    "--passfile=DIR/blank -i nope -v 1",
    "-i nope -v 1 -p x -o DIR/blank",
    "-i nope -v 1 -o DIR/blank -p x",
    "-o DIR/none -B",
    "-B -o DIR/none",
    "-B",
    "-B -i nope -v 1",
    "-B -v 0",
    "-v 0 -B",
    "-f foo",
    "-f none",
    "-f NONE",
    "-f LOCAL0",
    "-f local8",
    "-f authpri",
    "-f mark",
    "-f foo -h",
    "-f foo --nosuch",
    ..."auth authpriv cron daemon ftp kern lpr mail news security syslog user uucp local7"
      .split(" ")
      .map((name) => `-f ${name}`),
    ..."console ntp audit internal alert solaris-cron".split(" ").map((name) => `-f ${name}`),
  ].map(words),
  ["-f", ""],
  ["-f", "daemon "],
  ["--pass=", "-i", "nope", "-v", "1"],
  [...words(quiet), "-i", ""],
  [...words(quiet), "-u", "", "-d", ""],
  [...words(quiet), "-x", ""],
  [...words(quiet), "-p", " "],
  ...["-v", "-b"].flatMap((name) => numbers.map((text) => [...words(quiet), name, text])),
  ...["-k", "-r"].flatMap((name) => extremes.map((text) => [...words(quiet), name, text])),
  ...extremes.map((text) => [...words(quiet), "-b", "0", "-k", text]),
  ...addresses.map((text) => [...words(quiet), "-s", text]),
  ...["-a", "--mcastip"].flatMap((name) =>
    addresses.slice(0, 9).map((text) => [...words(quiet), name, text]),
  ),
];

interface Did {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The times of the lines are not alike, and each usage is its program's own. */
function plain({ code, stdout, stderr }: Did) {
  const timeless = (text: string) =>
    text.replaceAll(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}: /gm, "TIME ");
  const usage = /--interface=/.test(stdout);
  return { code, stdout: usage ? "USAGE" : timeless(stdout), stderr: timeless(stderr) };
}

/** What the real one and hb make of the same words. */
function both(
  lines: readonly { words: readonly string[]; env?: Record<string, string> }[],
  network = "",
) {
  const input = lines
    .map((line) => `${JSON.stringify(line)}\n`)
    .join("")
    .replaceAll("DIR", dir);
  const pair = join(import.meta.dir, "ucarp-pair.ts");
  const run = ["bash", "-c", `${network}exec "$@"`, "_", process.execPath, pair, REAL, ours];
  const { stdout, stderr } = Bun.spawnSync(["unshare", "-n", ...run], {
    stdin: Buffer.from(input),
    env: { PATH: process.env.PATH },
  });
  const results = stdout.toString().trimEnd().split("\n");
  if (results.length !== lines.length) throw new Error(`The pair failed: ${stderr}`);
  return results.map((text) => (JSON.parse(text) as [Did, Did]).map(plain));
}

test(`ucarp and hb say the same about ${table.length} command lines`, () => {
  expect(table.length).toBeGreaterThan(250);
  const results = both(table.map((each) => ({ words: each })));
  const judged = results.map(([real, hb], at) => ({ words: table[at], real, hb }));
  expect(judged.filter(({ real, hb }) => !Bun.deepEquals(real, hb))).toEqual([]);
  // The table reaches every end that there is.
  const codes = new Set(results.map(([real]) => real?.code));
  expect([...codes].toSorted()).toEqual([0, 1, 2]);
}, 120_000);

/** One interface that is up, its other end that is not. */
const VETH = `set -e
ip link add d0 type veth peer name d1
ip link set d0 address 02:00:00:00:00:01
ip link set d1 address 02:00:00:00:00:02
ip addr add 10.9.0.1/24 dev d0
ip link set d0 up
`;

/** What is found out only on the way to the protocol. */
const startLines = [
  "-i d1",
  "-i lo",
  "-i d0 -s 10.9.0.7",
  "-i d0 -s 10.9.0.7 -n",
  "-i d0 -s 10.9.0.7 -x text",
  "-i d0 -s 10.9.0.7 -d /nonexistent -n",
  "-i d0 --mcastip 10.1.1.1",
  "-i d0 --mcastip 0.0.0.0",
  "-i d0 -s 10.9.0.7 -B -f none",
  "-i d1 -B -f none",
];

test("ucarp and hb say the same when they cannot start on an interface", () => {
  const lines = startLines.map((line) => ({ words: [...words(quiet), ...words(line)] }));
  const results = both(lines, VETH);
  const judged = results.map(([real, hb], at) => ({ line: startLines[at], real, hb }));
  expect(judged.filter(({ real, hb }) => !Bun.deepEquals(real, hb))).toEqual([]);
  expect(judged.map(({ real }) => real?.code)).toEqual([2, 2, 2, 2, 2, 2, 2, 2, 0, 0]);
}, 60_000);

test("ucarp and hb say the same about command lines put together by chance", () => {
  const piece = fc.oneof(
    fc
      .constantFrom(..."-P -n -z -B -D -S -M -PB -Pn word - -- -h --no --shut --zz".split(" "))
      .map((x) => [x]),
    fc
      .tuple(
        fc.constantFrom("-v", "-b", "-k", "-r", "--vhid", "--advs"),
        fc.constantFrom(...numbers),
      )
      .map((pair) => [...pair]),
    fc
      .tuple(
        fc.constantFrom("-s", "-a", "--mcast", "--addr"),
        fc.constantFrom("10.9.0.3", ...addresses),
      )
      .map((pair) => [...pair]),
    fc
      .constantFrom(...["-fnone", "-f none", "-fx", "-u /x", "-d /x", "-p y", "-oDIR/pass"])
      .map(words),
    fc.constantFrom("-i", "-i nope", "-x q", "--pass=z", "--pass", "--preempt=1").map(words),
  );
  const line = fc
    .tuple(fc.constantFrom("", quiet, good), fc.array(piece, { maxLength: 5 }), fc.boolean())
    .map(([first, pieces, posix]) => ({
      words: [...words(first), ...pieces.flat(), ...words("-i nope")],
      ...(posix ? { env: { POSIXLY_CORRECT: "1" } } : {}),
    }))
    // Without an end of options before it, the interface that is not there comes last.
    .filter(({ words: all }) => !all.includes("-i") || !hidden(all));
  const seed = Number(process.env.HB_SEED ?? Date.now() % 1_000_000);
  const lines = fc.sample(line, { numRuns: 150, seed });
  const results = both(lines);
  const judged = results.map(([real, hb], at) => ({ seed, ...lines[at], real, hb }));
  expect(judged.filter(({ real, hb }) => !Bun.deepEquals(real, hb))).toEqual([]);
}, 120_000);

/** True when an option that names the missing interface may not be read as one. */
function hidden(all: readonly string[]): boolean {
  return all.includes("--") || all.includes("word") || all.includes("-");
}
