import { expect, test } from "bun:test";
import type { GroupSpec, Resource } from "../../../src/config/resource.ts";
import type { Effect } from "../../../src/core/effect.ts";
import { Group } from "../../../src/core/group/group.ts";
import { at, type Instant } from "../../../src/core/instant.ts";

function resource(word: string): Resource {
  if (!/^\d/.test(word)) {
    return { kind: "script", word, style: "heartbeat", name: word, args: [] };
  }
  return { kind: "address", word, agent: "IPaddr2", family: 4, address: word };
}

function spec(...words: string[]): GroupSpec {
  return { key: words[0] ?? "", owner: "alice", resources: words.map(resource) };
}

/** A group with somebody who carries out its jobs: `fails` names the actions that fail. */
class Bench {
  readonly group: Group;
  readonly done: string[] = [];
  readonly fails = new Set<string>();
  /** These are given up when their time is over. */
  readonly hangs = new Set<string>();
  now: Instant = at(0);
  /** Another group of this node that has something to stop first. */
  leaver: string | undefined;
  #jobs = 1;
  #waiting: { job: number; what: string }[] = [];

  constructor(words: string[], onStopFailure: "ignore" | "reboot" = "ignore") {
    const rules = { resourceTimeoutMs: 7_000, onStopFailure };
    this.group = new Group(spec(...words), {
      rules: () => rules,
      nextJob: () => this.#jobs++,
      leaver: () => this.leaver,
    });
  }

  see(effects: Effect[]): this {
    for (const effect of effects) {
      if (effect.do === "log") continue;
      const what = wordsOf(effect);
      this.done.push(what);
      if ("job" in effect) this.#waiting.push({ job: effect.job, what });
    }
    return this;
  }

  /** The job under way ends. */
  step(): boolean {
    const next = this.#waiting.shift();
    if (next === undefined) return false;
    const tookMs = this.hangs.has(next.what) ? 7_000 : 1;
    const ok = !this.fails.has(next.what) && !this.hangs.has(next.what);
    const result = { on: "result", job: next.job, ok, text: "no", tookMs } as const;
    expect(this.group.waitsFor(next.job)).toBe(true);
    this.see(this.group.result(result, this.now));
    return true;
  }

  /** All jobs end, and all pauses are waited for. */
  finish(): this {
    while (true) {
      while (this.step());
      const due = this.group.deadline();
      if (due === undefined) return this;
      this.now = due;
      this.see(this.group.expire(due));
    }
  }

  up(): this {
    this.fails.add("status httpd").add("status mysqld");
    return this.see(this.group.raise("test", this.now)).finish();
  }

  forget(): this {
    this.done.length = 0;
    return this;
  }
}

function wordsOf(effect: Effect): string {
  if (effect.do === "run") return `${effect.action} ${effect.resource.word}`;
  if (!("resources" in effect)) return effect.do;
  return `${effect.do} ${effect.resources.map(({ word }) => word).join(" ")}`;
}

const words = ["10.0.0.1", "10.0.0.2", "httpd", "10.0.0.3", "mysqld"];

test("Group.raise() starts in order, addresses side by side, and asks scripts for their status", () => {
  const bench = new Bench(words).up();
  expect(bench.done).toEqual([
    "hold 10.0.0.1 10.0.0.2",
    "status httpd",
    "start httpd",
    "hold 10.0.0.3",
    "status mysqld",
    "start mysqld",
  ]);
  expect(bench.group.state).toBe("held");
  expect(bench.group.up).toEqual(words);
});

test("Group.raise() does not start a script that runs already", () => {
  const bench = new Bench(["httpd"]);
  bench.see(bench.group.raise("test", bench.now)).finish();
  expect(bench.done).toEqual(["status httpd"]);
  expect(bench.group.state).toBe("held");
});

test("Group.raise() does nothing on a group that is held", () => {
  const bench = new Bench(words).up().forget();
  expect(bench.group.raise("again", bench.now)).toEqual([]);
});

test("Group.holdBack() lets a script end, and no other stage begin before it is over", () => {
  const bench = new Bench(["httpd", "10.0.0.1"]);
  bench.fails.add("status httpd");
  bench.see(bench.group.raise("test", bench.now));
  bench.see(bench.group.holdBack(() => "bob is stopping", bench.now)).finish();
  expect(bench.done).toEqual(["status httpd"]);
  expect(bench.group.state).toBe("starting");
  bench.forget().see(bench.group.holdBack(undefined, bench.now)).finish();
  expect(bench.done).toEqual(["status httpd", "start httpd", "hold 10.0.0.1"]);
  expect(bench.group.state).toBe("held");
});

test("Group.lower() ends a start that is held back", () => {
  const bench = new Bench(["10.0.0.1", "httpd"]);
  bench.see(bench.group.raise("test", bench.now));
  bench.see(bench.group.holdBack(() => "bob is stopping", bench.now)).finish();
  bench.forget().see(bench.group.lower("test", bench.now)).finish();
  expect(bench.done).toEqual(["stop httpd", "drop 10.0.0.1"]);
  expect(bench.group.state).toBe("idle");
});

test("Group.suspend() takes off what a start has put up that is held back, and up resumes it", () => {
  const bench = new Bench(["10.0.0.1", "httpd"]);
  bench.see(bench.group.raise("test", bench.now));
  bench.see(bench.group.holdBack(() => "bob is stopping", bench.now)).finish();
  bench.forget().see(bench.group.suspend());
  expect(bench.done).toEqual(["suspend 10.0.0.1"]);
  expect(bench.group.state).toBe("unsure");
  bench.forget().see(bench.group.holdBack(undefined, bench.now));
  bench.see(bench.group.raise("test", bench.now)).finish();
  expect(bench.done).toEqual(["hold 10.0.0.1", "status httpd"]);
});

test("Group.suspend() ends a start that is held back before anything is up", () => {
  const bench = new Bench(["10.0.0.1", "httpd"]);
  bench.see(bench.group.raise("test", bench.now)).finish();
  bench.see(bench.group.holdBack(() => "bob is unsure", bench.now));
  bench.see(bench.group.respec(spec("10.0.0.1", "mysqld"), bench.now)).finish();
  expect(bench.group.state).toBe("starting");
  bench.forget().see(bench.group.suspend());
  expect(bench.group.state).toBe("idle");
  bench.see(bench.group.holdBack(undefined, bench.now)).finish();
  expect(bench.done).toEqual([]);
  bench.see(bench.group.raise("test", bench.now)).finish();
  expect(bench.done).toEqual(["hold 10.0.0.1", "status mysqld"]);
  expect(bench.group.state).toBe("held");
});

test("Group.seek() asks every script and begins with what runs", () => {
  const bench = new Bench(words);
  bench.fails.add("status httpd");
  bench.see(bench.group.seek(bench.now));
  expect(bench.group.isSought).toBe(true);
  expect(bench.group.up).toEqual(["httpd", "mysqld"]);
  bench.finish();
  expect(bench.done).toEqual(["status httpd", "status mysqld"]);
  expect(bench.group.up).toEqual(["mysqld"]);
  expect(bench.group.state).toBe("unsure");
});

test("Group.seek() finds nothing, and a start that follows does not ask again", () => {
  const bench = new Bench(["httpd"]);
  bench.fails.add("status httpd");
  bench.see(bench.group.seek(bench.now)).finish();
  expect(bench.group.state).toBe("idle");
  expect(bench.group.resting).toBe(true);
  bench.see(bench.group.raise("test", bench.now)).finish();
  expect(bench.done).toEqual(["status httpd", "start httpd"]);
});

test("Group.seek() does not take a script that does not answer in time for one that does not run", () => {
  const bench = new Bench(["httpd"]);
  bench.see(bench.group.seek(bench.now));
  const late = { on: "result", job: 1, ok: false, text: "timed out", tookMs: 7_000 } as const;
  bench.see(bench.group.result(late, bench.now));
  expect(bench.group.state).toBe("unsure");
  expect(bench.group.up).toEqual(["httpd"]);
});

test("Group.raise() and Group.lower() wait for what is being sought", () => {
  const bench = new Bench(["httpd"]);
  bench.see(bench.group.seek(bench.now));
  bench.see(bench.group.raise("test", bench.now)).finish();
  expect(bench.done).toEqual(["status httpd", "status httpd"]);
  expect(bench.group.state).toBe("held");
  const other = new Bench(["httpd"]);
  other.see(other.group.seek(other.now));
  other.see(other.group.lower("test", other.now)).finish();
  expect(other.done).toEqual(["status httpd", "stop httpd"]);
  expect(other.group.state).toBe("idle");
});

test("Group.lower() stops in reverse", () => {
  const bench = new Bench(words).up().forget();
  bench.see(bench.group.lower("test", bench.now)).finish();
  expect(bench.done).toEqual([
    "stop mysqld",
    "drop 10.0.0.3",
    "stop httpd",
    "drop 10.0.0.2 10.0.0.1",
  ]);
  expect(bench.group.state).toBe("idle");
  expect(bench.group.up).toEqual([]);
});

test("Group.lower() does nothing on a group that is idle", () => {
  const bench = new Bench(words);
  expect(bench.group.lower("test", bench.now)).toEqual([]);
});

test("Group.lower() in the midst of a start waits for the running script", () => {
  const bench = new Bench(["10.0.0.1", "httpd", "mysqld"]);
  bench.fails.add("status httpd");
  bench.see(bench.group.raise("test", bench.now));
  bench.step();
  bench.step();
  expect(bench.done.at(-1)).toBe("start httpd");
  bench.forget().see(bench.group.lower("test", bench.now));
  expect(bench.done).toEqual([]);
  bench.finish();
  expect(bench.done).toEqual(["stop mysqld", "stop httpd", "drop 10.0.0.1"]);
  expect(bench.group.state).toBe("idle");
});

test("Group.raise() in the midst of a stop starts again when all is down", () => {
  const bench = new Bench(["10.0.0.1", "httpd"]).up().forget();
  bench.see(bench.group.lower("test", bench.now));
  bench.see(bench.group.raise("test", bench.now)).finish();
  const stop = ["stop httpd", "drop 10.0.0.1"];
  expect(bench.done).toEqual([...stop, "hold 10.0.0.1", "status httpd", "start httpd"]);
  expect(bench.group.state).toBe("held");
});

test.each(["hold 10.0.0.1 10.0.0.2", "start httpd", "hold 10.0.0.3", "start mysqld"])(
  "Group.raise() stops the whole group when it cannot %s",
  (step) => {
    const bench = new Bench(words);
    bench.fails.add(step);
    bench.up();
    expect(bench.done.slice(-4)).toEqual([
      "stop mysqld",
      "drop 10.0.0.3",
      "stop httpd",
      "drop 10.0.0.2 10.0.0.1",
    ]);
    expect(bench.group.state).toBe("failed");
    expect(bench.group.text).toContain("did not start: no");
    bench.fails.clear();
    bench.see(bench.group.raise("once more", bench.now)).finish();
    expect(bench.group.state).toBe("held");
  },
);

test("Group.lower() tries a stop that fails ten more times, a second apart, and goes on", () => {
  const bench = new Bench(["10.0.0.1", "httpd"]).up().forget();
  bench.fails.add("stop httpd");
  bench.see(bench.group.lower("test", bench.now)).finish();
  const tries = Array.from({ length: 11 }, () => "stop httpd");
  expect(bench.done).toEqual([...tries, "status httpd", "drop 10.0.0.1"]);
  expect(bench.now).toBe(at(10_000));
  expect(bench.group.state).toBe("idle");
});

test("Group.lower() goes on with on_stop_failure ignore even when the script still runs", () => {
  const bench = new Bench(["10.0.0.1", "httpd"]).up().forget();
  bench.fails.delete("status httpd");
  bench.fails.add("stop httpd");
  bench.see(bench.group.lower("test", bench.now)).finish();
  expect(bench.done.at(-1)).toBe("drop 10.0.0.1");
  expect(bench.group.state).toBe("idle");
});

test("Group.lower() takes a script that neither stops nor answers for one that runs", () => {
  const bench = new Bench(["10.0.0.1", "httpd"], "reboot").up().forget();
  bench.fails.clear();
  bench.hangs.add("stop httpd").add("status httpd");
  bench.see(bench.group.lower("test", bench.now)).finish();
  expect(bench.done.at(-1)).toBe("reboot");
  expect(bench.group.state).not.toBe("idle");
});

test("Group.lower() reboots with on_stop_failure reboot, and never counts as down", () => {
  const bench = new Bench(["10.0.0.1", "httpd"], "reboot").up().forget();
  bench.fails.delete("status httpd");
  bench.fails.add("stop httpd");
  bench.see(bench.group.lower("test", bench.now)).finish();
  expect(bench.done.at(-1)).toBe("reboot");
  expect(bench.group.state).toBe("stopping");
  expect(bench.group.resting).toBe(false);
});

test("Group.suspend() takes addresses off and leaves scripts alone; raise() puts them back", () => {
  const bench = new Bench(words).up().forget();
  bench.fails.clear();
  bench.see(bench.group.suspend());
  expect(bench.done).toEqual(["suspend 10.0.0.1 10.0.0.2 10.0.0.3"]);
  expect(bench.group.state).toBe("unsure");
  bench.see(bench.group.suspend());
  expect(bench.done).toHaveLength(1);
  bench.forget().see(bench.group.raise("test", bench.now)).finish();
  expect(bench.done).toEqual([
    "hold 10.0.0.1 10.0.0.2",
    "status httpd",
    "hold 10.0.0.3",
    "status mysqld",
  ]);
  expect(bench.group.state).toBe("held");
});

test.each([
  [
    ["httpd", "10.0.0.1"],
    ["status httpd", "hold 10.0.0.1"],
  ],
  [
    ["httpd", "10.0.0.1", "mysqld", "10.0.0.2"],
    ["status httpd", "hold 10.0.0.1", "status mysqld", "hold 10.0.0.2"],
  ],
])(
  "Group.raise() resumes the suspended group %j, whose addresses stand behind scripts",
  (line, steps) => {
    const bench = new Bench(line).up();
    bench.fails.clear();
    bench.see(bench.group.suspend());
    bench.forget().see(bench.group.raise("test", bench.now));
    for (let turn = 0; turn < 10; turn += 1) bench.step();
    expect(bench.done).toEqual(steps);
    expect(bench.group.state).toBe("held");
  },
);

test("Group.suspend() in the midst of a start lets nothing more come up", () => {
  const bench = new Bench(["httpd", "10.0.0.1"]);
  bench.see(bench.group.raise("test", bench.now));
  bench.see(bench.group.suspend()).finish();
  expect(bench.done).toEqual(["status httpd"]);
  expect(bench.group.state).toBe("unsure");
});

test("Group.raise() after a suspension in the midst of a start begins from the first address", () => {
  const bench = new Bench(["10.0.0.1", "httpd", "10.0.0.2"]);
  bench.see(bench.group.raise("test", bench.now));
  bench.step();
  bench.see(bench.group.suspend());
  bench.see(bench.group.raise("test", bench.now)).finish();
  expect(bench.done.filter((what) => what === "hold 10.0.0.1")).toHaveLength(2);
  expect(bench.group.state).toBe("held");
});

test("Group.adopt() keeps leases alive and is not sure", () => {
  const bench = new Bench(words);
  const left = ["10.0.0.1", "10.0.0.2", "httpd"];
  bench.see(bench.group.adopt(left, left));
  expect(bench.done).toEqual(["hold 10.0.0.1 10.0.0.2"]);
  expect(bench.group.state).toBe("unsure");
  bench.finish();
  expect(bench.group.state).toBe("unsure");
  bench.forget().see(bench.group.lower("test", bench.now)).finish();
  expect(bench.done).toHaveLength(4);
  expect(bench.group.state).toBe("idle");
});

test("Group.adopt() of an old memory touches no address", () => {
  const bench = new Bench(words);
  bench.see(bench.group.adopt(["10.0.0.1"], []));
  expect(bench.done).toEqual([]);
  expect(bench.group.state).toBe("unsure");
});

test("Group.off names the addresses that are not held, until a start holds them", () => {
  const bench = new Bench(words);
  bench.see(bench.group.adopt(["10.0.0.1", "10.0.0.2", "httpd", "10.0.0.3"], ["10.0.0.1"]));
  expect(bench.done).toEqual(["hold 10.0.0.1 10.0.0.2"]);
  expect(bench.group.off).toEqual(["10.0.0.3"]);
  bench.finish();
  bench.see(bench.group.suspend());
  expect(bench.group.off).toEqual(["10.0.0.1", "10.0.0.2", "10.0.0.3"]);
  bench.see(bench.group.raise("test", bench.now)).finish();
  expect(bench.group.off).toEqual([]);
});

test("Group.adopt() ignores words that the group does not have", () => {
  const bench = new Bench(words);
  expect(bench.group.adopt(["nfs"], ["nfs"])).toEqual([]);
  expect(bench.group.state).toBe("idle");
});

test("Group.lost() puts an address back, and fails when that is impossible", () => {
  const bench = new Bench(words).up().forget();
  bench.see(bench.group.lost("10.0.0.3", "flushed", true, bench.now)).finish();
  expect(bench.done).toEqual(["hold 10.0.0.3"]);
  expect(bench.group.state).toBe("held");
  bench.fails.add("hold 10.0.0.3");
  bench.see(bench.group.lost("10.0.0.3", "flushed", true, bench.now)).finish();
  expect(bench.group.state).toBe("failed");
});

test("Group.lost() puts back what vanishes during a start, before the next script begins", () => {
  const bench = new Bench(words);
  bench.fails.add("status httpd").add("status mysqld");
  bench.see(bench.group.raise("test", bench.now)).step();
  bench.step();
  expect(bench.done.at(-1)).toBe("start httpd");
  bench.forget().see(bench.group.lost("10.0.0.2", "deleted", true, bench.now));
  expect(bench.done).toEqual([]);
  bench.fails.delete("status httpd");
  bench.finish();
  const back = ["hold 10.0.0.1 10.0.0.2", "status httpd"];
  expect(bench.done).toEqual([...back, "hold 10.0.0.3", "status mysqld", "start mysqld"]);
  expect(bench.group.state).toBe("held");
});

test("Group.lost() puts an address back before a script starts that was being asked", () => {
  const bench = new Bench(["10.0.0.1", "httpd"]);
  bench.fails.add("status httpd");
  bench.see(bench.group.raise("test", bench.now)).step();
  expect(bench.done.at(-1)).toBe("status httpd");
  bench
    .forget()
    .see(bench.group.lost("10.0.0.1", "deleted", true, bench.now))
    .finish();
  expect(bench.done).toEqual(["hold 10.0.0.1", "status httpd", "start httpd"]);
  expect(bench.group.state).toBe("held");
});

test("Group.lost() during a start that asks nothing has what runs by then asked", () => {
  const bench = new Bench(["10.0.0.1", "httpd"]);
  bench.fails.add("status httpd");
  bench.see(bench.group.seek(bench.now)).finish().forget();
  bench.see(bench.group.raise("test", bench.now)).step();
  bench.see(bench.group.lost("10.0.0.1", "deleted", true, bench.now));
  bench.fails.delete("status httpd");
  bench.finish();
  expect(bench.done).toEqual(["hold 10.0.0.1", "start httpd", "hold 10.0.0.1", "status httpd"]);
  expect(bench.group.state).toBe("held");
});

test("Group.lost() puts back what vanishes while something else is being put back", () => {
  const bench = new Bench(words).up().forget();
  bench.see(bench.group.lost("10.0.0.3", "deleted", true, bench.now));
  bench.see(bench.group.lost("10.0.0.3", "deleted", true, bench.now));
  bench.see(bench.group.lost("10.0.0.2", "deleted", true, bench.now)).finish();
  expect(bench.done).toEqual(["hold 10.0.0.3", "hold 10.0.0.1 10.0.0.2", "hold 10.0.0.3"]);
  expect(bench.group.state).toBe("held");
});

test("Group.lost() with the interface fails the group at once", () => {
  const bench = new Bench(words).up().forget();
  bench.see(bench.group.lost("10.0.0.1", "eth0 is gone", false, bench.now)).finish();
  expect(bench.done[0]).toBe("stop mysqld");
  expect(bench.group.state).toBe("failed");
  expect(bench.group.text).toContain("eth0 is gone");
});

test("Group.respec() stops by the old line and starts by the new one", () => {
  const bench = new Bench(["10.0.0.1", "httpd"]).up().forget();
  bench.see(bench.group.respec(spec("10.0.0.1", "mysqld"), bench.now)).finish();
  const stop = ["stop httpd", "drop 10.0.0.1"];
  expect(bench.done).toEqual([...stop, "hold 10.0.0.1", "status mysqld", "start mysqld"]);
  expect(bench.group.state).toBe("held");
});

test("Group.respec() follows a line that changed while an address was being put back", () => {
  const bench = new Bench(["10.0.0.1", "httpd"]).up().forget();
  bench.see(bench.group.lost("10.0.0.1", "deleted", true, bench.now));
  bench.see(bench.group.respec(spec("10.0.0.1"), bench.now)).finish();
  const stop = ["stop httpd", "drop 10.0.0.1"];
  expect(bench.done).toEqual(["hold 10.0.0.1", ...stop, "hold 10.0.0.1"]);
});

test("Group.respec() starts nothing more by a line that has changed", () => {
  const bench = new Bench(["10.0.0.1", "httpd"]);
  bench.see(bench.group.raise("test", bench.now));
  bench.see(bench.group.respec(spec("10.0.0.1"), bench.now)).finish();
  const stop = ["stop httpd", "drop 10.0.0.1"];
  expect(bench.done).toEqual(["hold 10.0.0.1", ...stop, "hold 10.0.0.1"]);
});

test("Group.respec() goes on where a line changed back before anything was stopped", () => {
  const bench = new Bench(["httpd"]);
  bench.see(bench.group.raise("test", bench.now));
  bench.see(bench.group.respec(spec("httpd", "10.0.0.1"), bench.now));
  bench.see(bench.group.respec(spec("httpd"), bench.now)).finish();
  expect(bench.done).toEqual(["status httpd"]);
  expect(bench.group.state).toBe("held");
});

test("Group.raise() waits until another group has stopped what both name, and asks afterwards", () => {
  const bench = new Bench(["10.0.0.1", "httpd"]);
  bench.fails.add("status httpd");
  bench.leaver = "10.0.0.2";
  bench.see(bench.group.raise("test", bench.now)).finish();
  expect(bench.done).toEqual([]);
  bench.leaver = undefined;
  bench.see(bench.group.goOn(bench.now));
  bench.step();
  bench.leaver = "10.0.0.2";
  bench.step();
  expect(bench.done).toEqual(["hold 10.0.0.1", "status httpd"]);
  bench.leaver = undefined;
  bench.see(bench.group.goOn(bench.now)).finish();
  expect(bench.done.slice(2)).toEqual(["status httpd", "start httpd"]);
});

test("Group.raise() does not believe that a script runs which another group has yet to stop", () => {
  const bench = new Bench(["httpd"]);
  bench.see(bench.group.raise("test", bench.now));
  bench.leaver = "10.0.0.2";
  bench.step();
  expect(bench.group.state).toBe("starting");
  bench.leaver = undefined;
  bench.see(bench.group.goOn(bench.now)).finish();
  expect(bench.done).toEqual(["status httpd", "status httpd"]);
  expect(bench.group.state).toBe("held");
});

test("Group.willStop() names what is still to be stopped of a group that goes down", () => {
  const bench = new Bench(["httpd", "mysqld"]).up();
  expect(bench.group.willStop(["httpd"])).toBe(false);
  bench.see(bench.group.lower("test", bench.now));
  const still = () => ["httpd", "mysqld", "named"].filter((word) => bench.group.willStop([word]));
  expect(still()).toEqual(["httpd", "mysqld"]);
  bench.step();
  expect(still()).toEqual(["httpd"]);
  bench.finish();
  expect(still()).toEqual([]);
});
