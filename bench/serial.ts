// Heartbeats over serial lines: bytes and processor time of a status packet, and how soon a dead host is
// noticed at 19 200 and at 115 200 baud, beside what the formula says.
//
//   bench/serial [--runs N] [--json]
//
// The lines are ptys, which have no speed: the cable between them takes and gives bytes at the pace of
// the line (10 bits are a byte). UARTs, their FIFOs and USB adapters add to that what they add.

import { loadavg } from "node:os";
import { parseArgs } from "node:util";
import { parseHaresources } from "../src/config/haresources.ts";
import { bytesPerKeepalive, shareOf } from "../src/config/linebudget.ts";
import { compact, fitsLine } from "../src/wire/compact.ts";
import type { Keyring } from "../src/wire/keyring.ts";
import { type Message, text } from "../src/wire/message.ts";
import { sealText } from "../src/wire/packet.ts";
import { openRun, RunReader } from "../src/wire/stream.ts";
import { DEADTIME_MS, type Death, deaths, KEEPALIVE_MS } from "./deadline.ts";
import { shown, spread, table } from "./figure.ts";

const BAUDS = [19_200, 115_200] as const;
const ROUNDS = 20_000;

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

const METHODS: readonly Keyring["keys"][number][] = [
  { number: 1, method: "crc", key: "" },
  { number: 1, method: "md5", key: "0123456789abcdef" },
  { number: 1, method: "sha1", key: "0123456789abcdef" },
];

/** A status as a node sends it that has been up for a day. */
function status(): Message {
  const { fields } = text({
    t: "status",
    st: "active",
    dt: "7530",
    protocol: "1",
    hb: "1",
    src: "alice",
    seq: "15180",
    hg: "6b00170b",
    ts: "6b017a8a",
    ld: "0.78 0.34 0.80 1/183 147211",
    ttl: "3",
  });
  const uuid = { name: "srcuuid", type: "binary", value: new Uint8Array(16).fill(7) } as const;
  return { fields: [...fields.slice(0, 6), uuid, ...fields.slice(6)] };
}

/** Microseconds of processor time of one call. */
function microseconds(call: () => void): number {
  for (let round = 0; round < ROUNDS / 10; round += 1) call();
  const before = process.cpuUsage();
  for (let round = 0; round < ROUNDS; round += 1) call();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / ROUNDS;
}

function packetRows(): string[][] {
  const whole = status();
  const short = compact(whole);
  return METHODS.map((key) => {
    const keyring = { active: 1, keys: [key] };
    const packet = sealText(short, keyring);
    const sendUs = microseconds(() => {
      if (fitsLine(short)) sealText(compact(whole), keyring);
    });
    const hearUs = microseconds(() => {
      for (const run of new RunReader().push(packet)) openRun(run, keyring);
    });
    return [
      key.method,
      `${sealText(whole, keyring).length}`,
      `${packet.length}`,
      ...BAUDS.map((baud) => ((packet.length * 10_000) / baud).toFixed(1)),
      sendUs.toFixed(1),
      hearUs.toFixed(1),
    ];
  });
}

function deathRow(baud: number, all: readonly Death[]): string[] {
  const keyring = { active: 1, keys: METHODS.slice(2) };
  const { groups } = parseHaresources("alice 10.77.0.100/24/eth0\n", "haresources");
  const nodes = ["alice", "bob"];
  const traffic = { kind: "serial", baud, nodes, groups, keyring, ring: false } as const;
  const lineMs = (bytesPerKeepalive(traffic) * 10_000) / baud;
  return [
    `${baud}`,
    `${Math.round(shareOf(traffic, KEEPALIVE_MS) * 100)} %`,
    shown(spread(all.map((death) => death.killedMs))),
    // The last word left at most a keepalive before the death, and was on the line for its length.
    `${DEADTIME_MS - KEEPALIVE_MS} … ${(DEADTIME_MS + lineMs).toFixed(0)}`,
    shown(spread(all.map((death) => death.silentMs))),
    `${DEADTIME_MS}`,
    `${all.length}`,
  ];
}

const usage = `Usage: bench/serial [OPTION…]
  --runs N  deaths at each speed (5)
  --json    the deaths themselves instead of a table`;

function options() {
  return parseArgs({
    options: {
      runs: { type: "string", default: "5" },
      json: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
}

function asked(): ReturnType<typeof options>["values"] {
  try {
    return options().values;
  } catch (error) {
    process.stderr.write(`bench/serial: ${(error as Error).message}\n${usage}\n`);
    return process.exit(2);
  }
}

const values = asked();
if (values.help) {
  say(usage);
  process.exit(0);
}

const packets = packetRows();
const figures: { readonly baud: number; readonly deaths: readonly Death[] }[] = [];
for (const baud of BAUDS) figures.push({ baud, deaths: await deaths(baud, Number(values.runs)) });
if (values.json) say(JSON.stringify({ packets, figures }));
else {
  const load = loadavg().map((value) => value.toFixed(1));
  say("One status packet, text form");
  say(
    table([
      [
        "method",
        "bytes, whole",
        "bytes, compact",
        ...BAUDS.map((baud) => `ms at ${baud}`),
        "µs to send",
        "µs to hear",
      ],
      ...packets,
    ]),
  );
  say("");
  say(
    `Death of a host, keepalive ${KEEPALIVE_MS} ms, deadtime ${DEADTIME_MS} ms: median (lowest … highest)`,
  );
  say("The lines are ptys; the cable between them keeps the pace of the speed, not a UART.");
  say(
    table([
      [
        "baud",
        "line in use",
        "kill → address, ms",
        "formula",
        "last byte → address, ms",
        "formula",
        "deaths",
      ],
      ...figures.map(({ baud, deaths: all }) => deathRow(baud, all)),
    ]),
  );
  say(`Load of this machine at the end: ${load.join(" ")}`);
}
