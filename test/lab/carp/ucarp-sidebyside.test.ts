// hb by the name of ucarp and the real ucarp, each alone on a machine with the same address and the same
// command lines, hear the same: the same frames leave, the same scripts are called, the same is said.

import { expect, setDefaultTimeout, test } from "bun:test";
import { built, HB } from "../agent.ts";
import { withLab } from "../lab.ts";
import { until } from "../until.ts";
import { UCARP } from "./besideucarp.ts";
import { type Case, type Event, Subject } from "./subject.ts";

setDefaultTimeout(180_000);

const scripts = ["-u", "/etc/ha.d/up", "-d", "/etc/ha.d/down"];
const cases: readonly Case[] = [
  { vhid: 1, options: scripts },
  { vhid: 2, options: [...scripts, "-z"] },
  { vhid: 3, options: [...scripts, "-z", "--advskew=100"] },
  { vhid: 4, options: [...scripts, "-z", "-b", "2", "-k", "0x10"] },
  { vhid: 5, options: [...scripts, "-z", "--preempt"] },
  { vhid: 6, options: [...scripts, "-z", "--neutral"] },
  { vhid: 7, options: [...scripts, "-z", "--deadratio", "2"] },
  { vhid: 8, options: [...scripts, "-z", "-M"] },
  { vhid: 9, options: [...scripts, "-z", "--mcastip", "239.192.1.2"], group: "239.192.1.2" },
  { vhid: 10, options: [...scripts, "-z", "-x", "two words"] },
  { vhid: 11, options: [...scripts, "-z", "-S", "-D"] },
  { vhid: 12, options: ["-z"] },
  { vhid: 13, options: [...scripts, "-z"], pass: "paß-wört" },
  { vhid: 14, options: [...scripts, "-z", "--passfile", "/etc/ha.d/passfile"] },
  { vhid: 15, options: ["-u", "/etc/ha.d/up", "-d", "", "-z"] },
  { vhid: 16, options: ["-u", "/no/such", "-d", "/etc/ha.d/down", "-z"] },
  { vhid: 17, options: [...scripts, "-z", "-f", "none", "word", "-k", "3", "-k", "5"] },
  { vhid: 255, options: [...scripts, "-z", "--upscr=/etc/ha.d/up", "-Pn"] },
];
const end = new Map<number, NodeJS.Signals>([
  [1, "SIGTERM"],
  [2, "SIGTERM"],
  [3, "SIGINT"],
  [4, "SIGQUIT"],
  [5, "SIGHUP"],
]);

/** The router that gets a SIGUSR2. */
const GIVES = 10;

/** What is compared of one router. */
interface Seen {
  /** The forms of adverts while nobody was heard. */
  readonly alone: readonly string[];
  /** The first announcements and adverts of the first mastership. */
  readonly first: readonly string[];
  /** The same from the answer to a worse master on. */
  readonly worse: readonly string[];
  /** The last word to a better one, and the second mastership. */
  readonly better: readonly string[];
  readonly calls: readonly string[];
  readonly words: readonly string[];
  readonly code: number;
}

/** Everything that is examined on one machine. */
async function examine(target: string): Promise<Map<number, Seen>> {
  const found = new Map<number, Seen>();
  const logs = cases.map(({ vhid }) => `log/ucarp-${vhid}.log`);
  await withLab({ hosts: ["alice", "bob"], name: "side", logs }, async (lab) => {
    const subject = await Subject.on(lab, target);
    for (const each of cases) subject.start(each);
    await subject.speaks(cases, 5, 40_000);
    await subject.hears(cases, { advbase: 20, advskew: 0, counter: 1_000n });
    await subject.reaches(cases, 1_001n, 4, 20_000);
    await subject.hears(cases, { advbase: 0, advskew: 1, counter: 5_000n });
    await subject.reaches(cases, 5_001n, 5, 40_000);
    // A master that is told to let go runs its script; it ends as a backup.
    subject.signal(GIVES, "SIGUSR2");
    await until({ what: "a third down script", withinMs: 10_000 }, () => {
      return subject.calls(GIVES).filter((call) => call.startsWith("down")).length === 3;
    });
    for (const { vhid } of cases) subject.signal(vhid, end.get(vhid) ?? "SIGTERM");
    for (const { vhid } of cases) {
      const code = await subject.end(vhid);
      found.set(vhid, { ...seen(subject.events(vhid)), ...said(subject, vhid), code });
    }
    await until({ what: "no process is left", withinMs: 5_000 }, () => {
      return subject.host.pidsOf(/ucarp|hb/).length === 0;
    });
  });
  return found;
}

function said(subject: Subject, vhid: number): Pick<Seen, "calls" | "words"> {
  return { calls: subject.calls(vhid), words: subject.words(vhid) };
}

function seen(events: readonly Event[]): Pick<Seen, "alone" | "first" | "worse" | "better"> {
  const isCounted = (event: Event) => event.kind === "A" && event.counter < 1_000_000n;
  const heard = events.findIndex(isCounted);
  const yielded = events.findIndex((event) => isCounted(event) && event.counter === 5_001n);
  const alone = events.slice(0, heard).filter(({ kind }) => kind === "A");
  // The announcement before the first counted advert belongs to it.
  const from = events[heard - 1]?.kind === "G" ? heard - 1 : heard;
  const shown = (list: readonly Event[]) => list.map(({ kind, hex }) => `${kind} ${hex}`);
  return {
    alone: [...new Set(alone.map(({ hex }) => hex))],
    first: shown(events.slice(0, 6)),
    worse: shown(events.slice(from, from + 5)),
    better: shown(events.slice(yielded, yielded + 7)),
  };
}

test("hb by the name of ucarp does what ucarp does, for every option", async () => {
  await built();
  const [theirs, ours] = await Promise.all([examine(UCARP), examine(HB)]);
  for (const { vhid, options } of cases) {
    const name = `${vhid}: ${options.join(" ")}`;
    expect({ name, ...ours.get(vhid) }).toEqual({ name, ...theirs.get(vhid) } as never);
  }
  // What is compared was there: one form of adverts, announcements, counters that follow the peer's.
  const one = theirs.get(2);
  expect(one?.alone.length).toBe(1);
  expect(one?.first.map((event) => event[0]).join("")).toBe("GAAAGA");
  expect(one?.worse.map((event) => event[0]).join("")).toBe("GAAGA");
  expect(one?.better.map((event) => event[0]).join("")).toBe("AGAAAGA");
  expect(one?.calls.map((call) => call.split(" ")[0])).toEqual([
    "down",
    "up",
    "down",
    "up",
    "down",
  ]);
});
