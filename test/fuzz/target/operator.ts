// What an operator reads and types: events of the journal, moments, faults of a simulation.

import { eventLines } from "../../../src/cli/eventline.ts";
import { type FaultOption, faultOptions, readFault } from "../../../src/cli/simulate/faultword.ts";
import { sinceOf } from "../../../src/cli/since.ts";
import { parseEvent } from "../../../src/desk/journal/event.ts";
import { gist } from "../minimise.ts";
import { latin1 } from "./sample.ts";
import { must, mustEqual, type Target } from "./target.ts";

/** A line of the journal. */
export const event: Target = {
  name: "event",
  covers: "desk/journal/event parseEvent(), cli/eventline",
  corpus: () =>
    latin1(
      '{"v":1,"at":1700000000000,"boot":"b","node":"alice","kind":"order","level":"warn","text":"moved"}',
      '{"v":1,"at":0,"boot":"","node":"","kind":"k","level":"info","text":"t","cause":"c","untold":3,"steps":[{"what":"httpd start","tookMs":1.5,"ok":false,"text":"no"},{"what":"x"}]}',
    ),
  tokens: [
    ...[
      "{",
      "}",
      "[",
      "]",
      ",",
      "null",
      "true",
      '"v":1',
      '"at":',
      '"boot":',
      '"node":',
      '"kind":',
      '"level":',
    ],
    ...[
      '"text":',
      '"cause":',
      '"steps":',
      '"what":',
      '"tookMs":',
      '"ok":',
      '"untold":',
      "1e300",
      "-1",
      "\\n",
      "\\u001b",
    ],
  ],
  bytesMax: 64 * 1024,
  run(input) {
    const read = parseEvent(Buffer.from(input).toString("utf8"));
    if (read === undefined) return "none";
    // JSON reads "1e999" and cannot write what it read.
    const written = JSON.stringify(read);
    mustEqual(parseEvent(written), JSON.parse(written), "an event is read as it was written");
    const lines = eventLines(read, (_, text) => text);
    must(!/[^\P{Cc}\n]/u.test(lines), "no control character is shown");
    must(!lines.startsWith("NaN"), "an event has a time");
    return `${Math.min(4, lines.split("\n").length)}`;
  },
};

const now = new Date("2026-11-27T12:00:00Z");

/** A moment as people type it. */
export const since: Target = {
  name: "since",
  covers: "cli/since",
  corpus: () =>
    latin1(
      "10m",
      "1.5h",
      "03:00",
      "2026-11-27",
      "2026-11-27T03:00:01.5+01:00",
      "2026-02-30",
      "99w",
    ),
  tokens: ["ms", "min", "d", "w", "Z", "T", ":", "-", "+01:00", "2026-", "23:59", "00"],
  bytesMax: 4_096,
  run(input) {
    const at = sinceOf(Buffer.from(input).toString("utf8"), now);
    must(at === undefined || !Number.isNaN(at), "a moment is a number");
    return at === undefined ? "none" : at <= now.getTime() ? "past" : "future";
  },
};

const known = {
  nodes: ["alice", "bob", "carol"],
  links: ["eth0", "eth1", "/dev/ttyS0"],
  ways: ["eth0", "/dev/ttyS0"],
  scripts: ["httpd", "db::a", "db::b"].map((word) => {
    const [name = word, ...args] = word.split("::");
    return { kind: "script", word, style: "heartbeat", name, args } as const;
  }),
};

const examples = [
  ...["alice@10s", "alice:eth0@20s", "alice,bob/carol:eth0@5s", "eth0:20%@10s"],
  ...["httpd start-fails on bob@20s", "bob:foreign@1m"],
];

/** What shall happen in a simulation. The first byte says by which option it is told. */
export const faultWord: Target = {
  name: "fault-word",
  covers: "cli/simulate/faultword",
  corpus: () =>
    faultOptions.flatMap((_, option) =>
      latin1(...examples).map((text) => Uint8Array.of(option, ...text)),
    ),
  tokens: [
    "@",
    "10s",
    ":",
    "/",
    ",",
    "%",
    "alice",
    "bob",
    "eth0",
    "/dev/ttyS0",
    " on ",
    "httpd ",
    "db::a ",
    "takes ",
    "works",
  ],
  bytesMax: 4_096,
  run(input) {
    const option: FaultOption = faultOptions[(input[0] ?? 0) % faultOptions.length] ?? "kill";
    const read = readFault(option, Buffer.from(input.subarray(1)).toString("utf8"), known);
    if (!read.ok) return `${option} ${gist(read.reason.replaceAll("\n", " ")).slice(0, 24)}`;
    must(Number.isFinite(read.fault.at) && read.fault.at >= 0, "a fault has a moment");
    return `${option} ${read.fault.kind}`;
  },
};
