// Many routers on one host: groups, tracks, reloads, and what 255 of them cost.

import { describe, expect, test } from "bun:test";
import type { RouterConfig } from "../../../src/config/router.ts";
import { RouterCore } from "../../../src/core/carp/routercore.ts";
import { Core } from "../../../src/core/core.ts";
import type { Effect } from "../../../src/core/effect.ts";
import type { Input } from "../../../src/core/input.ts";
import { at } from "../../../src/core/instant.ts";
import { plainConfig } from "../../plainconfig.ts";
import { plainRouter } from "../../plainrouter.ts";
import { advert, Bench, boot } from "./bench.ts";

function router(device: string, vhid: number, more: Partial<RouterConfig> = {}): RouterConfig {
  const addresses = [{ family: 4, address: `10.${vhid}.0.252` }] as const;
  return { ...plainRouter, name: `${device}/${vhid}`, device, vhid, addresses, ...more };
}

function states(bench: Bench): string {
  return bench.views.map(({ name, state }) => `${name} ${state}`).join(", ");
}

function reload(bench: Bench, ...routers: RouterConfig[]): Bench {
  return bench.give({ on: "reload", config: { ...plainConfig, routers } });
}

describe("routers of one group", () => {
  const pair = [router("eth0", 1, { group: "fw" }), router("eth1", 2, { group: "fw" })];

  test("move together: one loses its carrier, all others hand over", () => {
    const bench = new Bench(pair).up("eth0").up("eth1", "10.2.0.1").advance(5_000).forget();
    bench.give({ on: "interface", device: "eth0", state: "no-carrier", address: "10.1.0.1" });
    expect(states(bench)).toBe("eth0/1 init, eth1/2 backup");
    expect(bench.done).toEqual(["drop", "drop", "advert 255/255"]);
    expect(bench.views[1]?.demoted).toEqual(["eth0/1: eth0 has no carrier"]);
    bench.up("eth0", "10.1.0.1");
    expect(bench.views[1]?.demoted).toEqual([]);
  });

  test("a lone host keeps the ones that work, with a skew of 240", () => {
    const bench = new Bench(pair).up("eth0").up("eth1", "10.2.0.1").advance(5_000);
    bench.give({ on: "interface", device: "eth0", state: "gone" }).forget().advance(3_940);
    expect(states(bench)).toBe("eth0/1 init, eth1/2 master");
    expect(bench.done).toContain("advert 1/240");
  });

  test("other routers stay as they are", () => {
    const bench = new Bench([...pair, router("eth2", 3)]);
    bench.up("eth0").up("eth1").up("eth2").advance(5_000);
    bench.give({ on: "interface", device: "eth0", state: "down" });
    expect(states(bench)).toBe("eth0/1 init, eth1/2 backup, eth2/3 master");
  });

  test("an address that cannot be put up takes the others along", () => {
    const bench = new Bench(pair).up("eth0").up("eth1").advance(5_000).forget();
    bench.fails.add("hold");
    const lost = { on: "address-lost", reason: "removed", recoverable: true } as const;
    bench.give({ ...lost, word: "eth0/1 10.1.0.252" });
    expect(states(bench)).toBe("eth0/1 backup, eth1/2 backup");
  });
});

describe("a track", () => {
  const check = { kind: "script", path: "/check" } as const;
  const tracking = { track: [check, { kind: "interface", device: "eth1" } as const] };

  test("that fails makes a master hand over; alone it comes back, demoted", () => {
    const bench = new Bench([router("eth0", 1, tracking)]).up("eth0").up("eth1").advance(3_500);
    bench.forget().give({ on: "track", path: "/check", ok: false });
    expect(bench.done).toEqual(["drop", "advert 255/255"]);
    expect(bench.view.demoted).toEqual(["/check fails"]);
    bench.give({ on: "interface", device: "eth1", state: "no-carrier" });
    expect(bench.view.demoted).toEqual(["/check fails", "eth1 has no carrier"]);
    bench.forget().advance(4_000);
    expect(bench.done.slice(0, 3)).toEqual(["hold", "announce", "advert 1/240"]);
    bench.up("eth1").forget().give({ on: "track", path: "/check", ok: true });
    bench.advance(1_500);
    expect([bench.view.demoted, bench.done]).toEqual([
      [],
      ["advert 1/0", "announce", "advert 1/0"],
    ]);
  });

  test("says OpenBSD's count in BSD's dialect", () => {
    const bench = new Bench([router("eth0", 1, { ...tracking, dialect: "bsd" })]).up("eth0");
    bench.give({ on: "track", path: "/check", ok: false });
    bench.give({ on: "interface", device: "eth1", state: "gone" }).forget().advance(4_000);
    expect(bench.done).toContain("advert 1/240 demote 2");
  });

  test("that fails keeps a backup from preempting", () => {
    const bench = new Bench([router("eth0", 42, { ...tracking, preempt: true })]).up("eth0");
    bench.give({ on: "track", path: "/check", ok: false }).hear({ advskew: 9 });
    expect(bench.state).toBe("backup");
    bench.give({ on: "track", path: "/check", ok: true }).hear({ advskew: 9 });
    expect(bench.state).toBe("master");
  });

  test("that is not known yet is no failure", () => {
    expect(new Bench([router("eth0", 1, tracking)]).up("eth0").view.demoted).toEqual([]);
  });
});

describe("a reload", () => {
  const [one, two] = [router("eth0", 1), router("eth0", 2)];

  test("adds, removes and keeps", () => {
    const bench = new Bench([one, two]).up("eth0").advance(5_000).forget();
    reload(bench, one, router("eth0", 3));
    expect(states(bench)).toBe("eth0/1 master, eth0/3 backup");
    expect(bench.done).toEqual(["reconfigure", "drop", "advert 255/255", "reconfigure", "drop"]);
    bench.advance(5_000);
    expect(states(bench)).toBe("eth0/1 master, eth0/3 master");
  });

  test("of timings moves nothing", () => {
    const bench = new Bench([one]).up("eth0").advance(3_500).forget();
    reload(bench, { ...one, advskew: 128, preempt: true }).advance(1_500);
    expect(bench.done).toEqual(["reconfigure", "advert 1/128", "advert 1/128", "announce"]);
  });

  test("keeps what a lone demoted master has: a track that goes on failing is no news", () => {
    const failing = { ...one, track: [{ kind: "script", path: "/check" }] } as const;
    const bench = new Bench([failing]).up("eth0");
    bench.give({ on: "track", path: "/check", ok: false }).advance(8_000).forget();
    expect(bench.state).toBe("master");
    reload(bench, { ...failing, deadratio: 4 });
    expect(bench.done).toEqual(["reconfigure", "advert 1/240"]);
  });

  test("that is none does nothing", () => {
    const bench = new Bench([one]).up("eth0").advance(3_500).forget();
    reload(bench, one);
    expect(bench.done).toEqual(["reconfigure"]);
  });

  test("of an address takes the old one down first, and speaks for it until then", () => {
    const bench = new Bench([one]).up("eth0").advance(5_000);
    bench.slow.add("drop");
    const changed = { ...one, addresses: [{ family: 4, address: "10.9.9.9" }] } as const;
    reload(bench.forget(), changed);
    expect(bench.views[0]?.addresses).toEqual(["10.1.0.252"]);
    bench.advance(1_000);
    expect(bench.done).toEqual(["reconfigure", "drop", "advert 1/0"]);
    bench.forget().finish();
    expect(bench.done).toEqual(["advert 255/255", "drop", "reconfigure"]);
    expect(bench.views[0]?.addresses).toEqual(["10.9.9.9"]);
  });

  test("that comes back to the old address while it leaves begins it anew", () => {
    const bench = new Bench([one]).up("eth0").advance(5_000);
    bench.slow.add("drop");
    reload(bench, { ...one, password: "new" });
    reload(bench, one).finish();
    expect(states(bench)).toBe("eth0/1 backup");
    expect(bench.finish().advance(3_100).state).toBe("master");
  });
});

describe("255 routers", () => {
  const many = Array.from({ length: 255 }, (_, n) => router("eth0", n + 1, { advskew: n }));

  test("take over each at its own moment, and yield one by one", () => {
    const bench = new Bench(many).up("eth0").advance(3_500);
    const masters = bench.views.filter(({ state }) => state === "master");
    expect(masters).toHaveLength(129);
    bench.hear({ advskew: 0 }, "eth0/100");
    expect(bench.views.filter(({ state }) => state === "master")).toHaveLength(128);
  });

  test("publish their news together", () => {
    const core = new RouterCore({ ...plainConfig, routers: many }, boot, at(0));
    const told: number[] = [];
    const give = (input: Input, now: number) => {
      for (const effect of core.step(input, at(now))) {
        if (effect.do === "publish") told.push(now);
        if (effect.do === "hold" || effect.do === "drop") {
          give({ on: "result", job: effect.job, ok: true, text: "", tookMs: 0 }, now);
        }
      }
    };
    give({ on: "interface", device: "eth0", state: "up", address: "10.0.0.1" }, 0);
    for (let due = core.deadline(); due !== undefined && due < 4_100; due = core.deadline()) {
      give({ on: "alarm" }, due);
    }
    // One second of takeovers, 4 ms apart; the last one is told as well.
    expect(told.length).toBeLessThan(60);
    expect(told.at(-1)).toBeGreaterThan(3_992);
  });

  test("cost for one packet what one router costs", () => {
    const cost = (configs: readonly RouterConfig[]) => {
      const bench = new Bench(configs).up("eth0");
      const input = { on: "advert", router: "eth0/1", advert: advert() } as const;
      const times = Array.from({ length: 15 }, () => {
        const from = performance.now();
        for (let n = 0; n < 200; n += 1) bench.core.step(input, at(n));
        return performance.now() - from;
      });
      return Math.min(...times);
    };
    cost(many);
    expect(cost(many)).toBeLessThan(8 * cost(many.slice(0, 1)) + 0.5);
  });
});

describe("Core.step() with virtual routers", () => {
  function agent(routers: readonly RouterConfig[]) {
    const core = new Core({ ...plainConfig, nodes: ["alice"], routers }, boot, at(0));
    let now = at(0);
    const give = (input: Input): Effect[] => {
      const effects = core.step(input, now);
      for (const effect of [...effects]) {
        if (!("job" in effect) || effect.do === "run") continue;
        effects.push(...give({ on: "result", job: effect.job, ok: true, text: "", tookMs: 0 }));
      }
      return effects;
    };
    const advance = (ms: number): Effect[] => {
      const effects: Effect[] = [];
      for (let due = core.deadline(); due !== undefined && due <= now + ms; due = core.deadline()) {
        ms -= Math.max(0, due - now);
        now = at(Math.max(now, due));
        effects.push(...give({ on: "alarm" }));
      }
      now = at(now + ms);
      return effects;
    };
    give({ on: "start" });
    return { core, give, advance };
  }

  test("lives beside groups, and leaves with them: its farewell comes before the end", () => {
    const { core, give, advance } = agent([router("eth0", 1)]);
    give({ on: "interface", device: "eth0", state: "up", address: "10.1.0.1" });
    const done = advance(3_100).map((effect) => effect.do);
    expect(done).toContain("advert");
    expect(done).toContain("hold");
    const { routers } = core.snapshot(at(3_100), {
      lateMs: { last: 0, p99: 0, worst: 0 },
      packets: [],
      missing: [],
    });
    expect(routers.map(({ name, state }) => [name, state])).toEqual([["eth0/1", "master"]]);
    const left = [
      ...give({ on: "command", request: 9, command: { name: "leave" } }),
      ...advance(20_000),
    ].filter(({ do: what }) => ["advert", "exit"].includes(what));
    expect(left.map((effect) => [effect.do, "advbase" in effect ? effect.advbase : 0])).toEqual([
      ["advert", 255],
      ["exit", 0],
    ]);
  });

  test("waits for a down script before the end", () => {
    const core = new Core(
      { ...plainConfig, nodes: ["alice"], routers: [router("eth0", 1, { downScript: "/down" })] },
      boot,
      at(0),
    );
    const calls = core
      .step({ on: "interface", device: "eth0", state: "up", address: "10.1.0.1" }, at(0))
      .filter((effect) => "job" in effect);
    expect(calls.map((effect) => effect.do)).toEqual(["drop"]);
    const effects = [
      ...core.step({ on: "command", request: 1, command: { name: "leave" } }, at(1)),
    ];
    for (let now = 2; now < 30_000; now += 100)
      effects.push(...core.step({ on: "alarm" }, at(now)));
    expect(effects.some((effect) => effect.do === "exit")).toBe(false);
    const [drop] = calls;
    if (drop === undefined || !("job" in drop)) throw new Error("nothing was dropped");
    const result = { on: "result", ok: true, text: "", tookMs: 1 } as const;
    const [call] = core
      .step({ ...result, job: drop.job }, at(30_001))
      .filter((each) => each.do === "call");
    if (call === undefined) throw new Error("no script was called");
    expect(core.step({ ...result, job: call.job }, at(30_002)).map((each) => each.do)).toContain(
      "exit",
    );
  });
});
