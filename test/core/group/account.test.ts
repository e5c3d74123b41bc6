// The record of one order of a group, as programs get it.

import { expect, test } from "bun:test";
import type { GroupSpec, Resource } from "../../../src/config/resource.ts";
import type { Effect, Fields } from "../../../src/core/effect.ts";
import { Group } from "../../../src/core/group/group.ts";
import { at, type Instant } from "../../../src/core/instant.ts";

function resource(word: string): Resource {
  if (!/^\d/.test(word)) {
    return { kind: "script", word, style: "heartbeat", name: word, args: [] };
  }
  return { kind: "address", word, agent: "IPaddr2", family: 4, address: word };
}

function spec(...words: string[]): GroupSpec {
  return { key: "10.0.0.1", owner: "alice", resources: words.map(resource) };
}

/** A group whose jobs take 10 ms each and do what `answers` says; the rest succeeds. */
class Story {
  readonly group: Group;
  /** The length of a job that begins and ends in one turn, where there is one. */
  turnMs: number | undefined;
  readonly answers = new Map([["status httpd", "not running"]]);
  /** The records and nothing else. */
  readonly told: Fields[] = [];
  readonly lines: string[] = [];
  #now: Instant = at(1_000);
  #job = 1;
  #waiting: { job: number; what: string } | undefined;

  constructor(words = ["10.0.0.1", "httpd"], onStopFailure: "ignore" | "reboot" = "ignore") {
    const rules = { resourceTimeoutMs: 7_000, onStopFailure };
    this.group = new Group(spec(...words), {
      rules: () => rules,
      nextJob: () => this.#job++,
      leaver: () => undefined,
    });
  }

  pause(ms: number): this {
    this.#now = at(this.#now + ms);
    return this;
  }

  do(order: (group: Group, now: Instant) => Effect[]): this {
    return this.#see(order(this.group, this.#now));
  }

  /** One job ends, or a pause; false: nothing is under way. */
  step(): boolean {
    const due = this.group.deadline();
    if (due !== undefined) {
      this.#now = due;
      this.#see(this.group.expire(due));
      return true;
    }
    const waiting = this.#waiting;
    if (waiting === undefined) return false;
    this.#waiting = undefined;
    if (this.turnMs === undefined) this.#now = at(this.#now + 10);
    const tookMs = this.turnMs ?? 9.96;
    const text = this.answers.get(waiting.what);
    const { job } = waiting;
    const ended = { on: "result", job, ok: text === undefined, text: text ?? "", tookMs };
    this.#see(this.group.result(ended as never, this.#now));
    return true;
  }

  finish(): this {
    while (this.step());
    return this;
  }

  #see(effects: Effect[]): this {
    for (const effect of effects) {
      if (effect.do === "log") this.lines.push(effect.text);
      if (effect.do === "log" && effect.fields?.act !== undefined) this.told.push(effect.fields);
      if (effect.do === "run" || effect.do === "hold" || effect.do === "drop") {
        const what = effect.do === "run" ? `${effect.action} ${effect.resource.word}` : effect.do;
        this.#waiting = { job: effect.job, what };
      }
    }
    return this;
  }
}

const take = (group: Group, now: Instant) => group.raise("bob is dead", now);
const give = (group: Group, now: Instant) => group.lower("carol asked", now);

test("Account of a takeover has its cause, each step with its time, and the total", () => {
  expect(new Story().do(take).finish().told).toEqual([
    {
      group: "10.0.0.1",
      act: "take",
      cause: "bob is dead",
      outcome: "held",
      tookMs: 30,
      steps: [
        { what: "start 10.0.0.1", tookMs: 10, ok: true },
        { what: "status httpd", tookMs: 10, ok: true, text: "does not run" },
        { what: "start httpd", tookMs: 10, ok: true },
      ],
    },
  ]);
});

test("Account of a takeover that is over in one turn has taken as long as its step", () => {
  const story = new Story(["10.0.0.1"]);
  story.turnMs = 0.94;
  const [record] = story.do(take).finish().told;
  expect(record).toMatchObject({ outcome: "held", tookMs: 0.9 });
  expect(record?.steps).toEqual([{ what: "start 10.0.0.1", tookMs: 0.9, ok: true }]);
  expect(story.lines).toContain("Group 10.0.0.1 is up after 0.9 ms");
});

test("Account of a takeover whose last step is over in the turn that begins it counts that step", () => {
  const story = new Story(["httpd", "10.0.0.1"]).do(take);
  story.step();
  story.step();
  story.turnMs = 0.84;
  expect(story.finish().told[0]).toMatchObject({ outcome: "held", tookMs: 20.8 });
});

test("Account of a release and a takeover of the same turn follow each other", () => {
  const story = new Story(["10.0.0.1", "10.0.0.2/24"]);
  story.turnMs = 1.26;
  const { told } = story.do(take).finish().do(give).finish().do(take).finish();
  expect(told.map(({ act, tookMs }) => [act, tookMs])).toEqual([
    ["take", 1.3],
    ["give", 1.3],
    ["take", 1.3],
  ]);
});

test("Account of a release that had to wait for a start does not count the start twice", () => {
  const story = new Story().do(take);
  story.step();
  story.step();
  // It runs for 10 ms, and the order changes after 4 of them.
  const { told } = story.pause(4).do(give).pause(-4).finish();
  expect(told.map(({ act, tookMs }) => [act, tookMs])).toEqual([
    ["take", 24],
    ["give", 26],
  ]);
});

test("Account of a release is one of its own", () => {
  const { told } = new Story().do(take).finish().do(give).finish();
  expect(told).toHaveLength(2);
  expect(told[1]).toMatchObject({ act: "give", cause: "carol asked", outcome: "idle", tookMs: 20 });
  expect(told[1]?.steps).toEqual([
    { what: "stop httpd", tookMs: 10, ok: true },
    { what: "stop 10.0.0.1", tookMs: 10, ok: true },
  ]);
});

test("Account of a takeover that failed goes on to the end of its stops", () => {
  const story = new Story();
  story.answers.set("start httpd", "exit code 1");
  const { told } = story.do(take).finish();
  expect(told).toHaveLength(1);
  expect(told[0]).toMatchObject({ act: "take", outcome: "failed", tookMs: 50 });
  expect(told[0]?.steps).toHaveLength(5);
  expect(told[0]?.steps).toContainEqual({
    what: "start httpd",
    tookMs: 10,
    ok: false,
    text: "exit code 1",
  });
});

test("Account of a takeover ends when another order overtakes it", () => {
  const story = new Story().do(take);
  story.step();
  const { told } = story.do(give).finish();
  expect(told.map(({ act, outcome }) => [act, outcome])).toEqual([
    ["take", "overtaken"],
    ["give", "idle"],
  ]);
});

test("Account of a takeover in which this node overslept says that it is unsure", () => {
  const story = new Story().do(take);
  story.step();
  const { told } = story.do((group) => group.suspend()).finish();
  expect(told.map(({ act, outcome }) => [act, outcome])).toEqual([["take", "unsure"]]);
});

test("Account of a resumption is no takeover", () => {
  const story = new Story().do(take).finish();
  story.do((group) => group.suspend()).finish();
  const { told } = story.do((group, now) => group.raise("still its holder", now)).finish();
  expect(told.map(({ act, outcome }) => [act, outcome])).toEqual([
    ["take", "held"],
    ["resume", "held"],
  ]);
});

test("Account of a restart goes from the first stop to the last start", () => {
  const story = new Story().do(take).finish();
  story.do((group, now) => group.respec(spec("10.0.0.1", "httpd", "10.0.0.2"), now)).finish();
  expect(story.told).toHaveLength(2);
  expect(story.told[1]).toMatchObject({ act: "restart", outcome: "held", tookMs: 60 });
});

test("Account of a release that ends in a reboot is told before it", () => {
  const story = new Story(undefined, "reboot").do(take).finish();
  story.answers.set("stop httpd", "exit code 1").delete("status httpd");
  const { told } = story.do(give).finish();
  expect(told[1]).toMatchObject({ act: "give", outcome: "rebooting" });
  expect(told[1]?.steps).toHaveLength(12);
});

test("Account of a group that lost its interface is a release with that cause", () => {
  const story = new Story().do(take).finish();
  story.do((group, now) => group.lost("10.0.0.1", "eth0 is gone", false, now)).finish();
  const cause = "address 10.0.0.1 is lost: eth0 is gone";
  expect(story.told[1]).toMatchObject({ act: "give", cause, outcome: "failed" });
});

test("Account of a very long group is told in part", () => {
  const words = Array.from({ length: 100 }, (_, n) => `service${n}`);
  const [record] = new Story(words).do(take).finish().told;
  expect(record?.steps).toHaveLength(64);
  expect(record?.untold).toBe(36);
});
