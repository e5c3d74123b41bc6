// Whoever is told what happens: real commands, and log lines instead of trouble.

import { afterAll, expect, test } from "bun:test";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Event } from "../../src/desk/journal/event.ts";
import { Log } from "../../src/desk/log.ts";
import { Notice } from "../../src/desk/notice.ts";
import { Sink } from "../../src/desk/sink.ts";

const root = mkdtempSync("/tmp/hb-notice-");
afterAll(() => rmSync(root, { recursive: true, force: true }));

const patience = 20_000;

function event(text: string, more: Partial<Event> = {}): Event {
  const origin = { v: 1, at: 1_795_000_000_000, boot: "b-1", node: "alice" } as const;
  return { ...origin, kind: "dead", level: "warn", text, ...more };
}

/** A notice whose command runs this script; `told` is what it got, `said` what the log has. */
function stand(body: string, limitMs?: number) {
  const directory = mkdtempSync(join(root, "stand-"));
  const program = join(directory, "tell");
  const heard = join(directory, "heard");
  writeFileSync(program, `#!/bin/sh\n${body.replaceAll("HEARD", heard)}\n`);
  chmodSync(program, 0o755);
  const said: string[] = [];
  const log = new Log(
    "debug",
    new Sink(
      (bytes, done) => done(null, bytes.length),
      () => "",
    ),
  );
  log.listen(({ level, text }) => said.push(`${level} ${text.replace(program, "tell")}`));
  const limit = limitMs === undefined ? {} : { limitMs };
  const environment = () => ({ PATH: process.env.PATH ?? "" });
  const options = { log, directory, environment, ...limit };
  const notice = new Notice(options, [program, "with words"]);
  const told = () => {
    if (!existsSync(heard)) return [];
    return readFileSync(heard, "utf8").trimEnd().split("\n");
  };
  return { notice, told, said, heard };
}

test(
  "Notice gives each event as a line of JSON on stdin, in order",
  async () => {
    const { notice, told, said } = stand('cat >> HEARD; echo "$1" >> HEARD');
    const events = [event("one"), event("two, 例")];
    for (const each of events) notice.tell(each);
    await notice.drained(patience);
    const lines = events.flatMap((each) => [JSON.stringify(each), "with words"]);
    expect(told()).toEqual(lines);
    expect(said).toEqual([]);
  },
  patience,
);

test(
  "Notice tells a storm as one event, after the first twenty",
  async () => {
    const { notice, told } = stand("cat >> HEARD");
    // The first one is under way at once, and no longer waits.
    for (let n = 0; n < 21; n++) notice.tell(event(`${n}`));
    notice.tell(event("late", { kind: "late", level: "info", at: 1_795_000_000_100 }));
    for (let n = 0; n < 5; n++) notice.tell(event("bad", { kind: "orphan", level: "error" }));
    notice.tell(event("last", { level: "info", at: 1_795_000_000_900 }));
    await notice.drained(patience);
    const events = told().map((line) => JSON.parse(line) as Event);
    expect(events).toHaveLength(22);
    expect(events[20]?.text).toBe("20");
    expect(events[21]).toEqual({
      v: 1,
      at: 1_795_000_000_900,
      boot: "b-1",
      node: "alice",
      kind: "storm",
      level: "error",
      text: "7 more events: late, orphan, dead",
      count: 7,
      kinds: { late: 1, orphan: 5, dead: 1 },
      from: 1_795_000_000_100,
    });
  },
  patience,
);

test(
  "Notice complains once of a command that fails, and is not told of it",
  async () => {
    const { notice, told, said } = stand("cat >> HEARD; exit 3");
    for (const text of ["one", "two", "three"]) notice.tell(event(text));
    notice.tell(event("not again", { kind: "notify", level: "error" }));
    await notice.drained(patience);
    expect(told()).toHaveLength(3);
    expect(said).toEqual(["error tell was not told of an event: exit code 3"]);
  },
  patience,
);

test(
  "Notice ends a command that takes too long, and goes on with the next event",
  async () => {
    const { notice, told, said } = stand("cat >> HEARD; sleep 60", 200);
    notice.tell(event("one"));
    notice.tell(event("two"));
    await notice.drained(patience);
    expect(told()).toHaveLength(2);
    expect(said).toEqual(["error tell was not told of an event: timed out after 200 ms"]);
  },
  patience,
);

test("Notice complains of a command that is not there", async () => {
  const { notice, said } = stand("");
  notice.use(["/nowhere/tell"]);
  notice.tell(event("one"));
  await notice.drained(patience);
  expect(said).toHaveLength(1);
  expect(said[0]).toStartWith("error /nowhere/tell was not told of an event: ");
});

test("Notice without a command tells nobody", async () => {
  const { notice, told } = stand("cat >> HEARD");
  notice.use(undefined);
  notice.tell(event("one"));
  await notice.drained(patience);
  expect(told()).toEqual([]);
});
