// The world of virtual routers keeps its promises, and the twin of a run finds what forgeries change.

import { describe, expect, test } from "bun:test";
import type { RouterConfig } from "../../../src/config/router.ts";
import type { Act, TimedAct } from "../../../src/sim/act.ts";
import type { Breed, HostShape, Shape } from "../../../src/sim/shape.ts";
import type { Sight } from "../../../src/sim/sight.ts";
import { plainRouter } from "../../plainrouter.ts";
import { clusterOf } from "./plan/members.ts";
import { run } from "./run.ts";
import { Segment } from "./world/segment.ts";

const device = "eth0";

function hostOf(name: string, n: number, router: Partial<RouterConfig>, breed: Breed): HostShape {
  const source = `10.77.0.${n + 1}`;
  return { config: clusterOf(name, { ...plainRouter, advskew: 50 * n, source, ...router }), breed };
}

function shapeOf(breeds: readonly Breed[], router: Partial<RouterConfig> = {}): Shape {
  const names = ["alice", "bob", "carol"];
  return { seed: 1, hosts: breeds.map((breed, n) => hostOf(names[n] ?? "", n, router, breed)) };
}

/** A segment that ran for ten seconds, and what is seen of it from then on. */
function begun(shape: Shape) {
  const segment = new Segment(shape);
  for (const name of segment.hosts.keys()) segment.act({ act: "start", node: name });
  segment.advance(10_000);
  const sights: Sight[] = [];
  segment.watch((sight) => sights.push(sight));
  const after = (ms: number, ...acts: readonly Act[]) => {
    for (const act of acts) segment.act(act);
    segment.advance(ms);
  };
  const of = <Saw extends Sight["saw"]>(saw: Saw) =>
    sights.filter((sight): sight is Extract<Sight, { saw: Saw }> => sight.saw === saw);
  const holders = () => [...segment.hosts.values()].filter(({ held }) => held.isUp).map(nameOf);
  return { segment, after, of, holders };
}

const nameOf = ({ name }: { readonly name: string }) => name;

describe("Segment", () => {
  test.each(["hb", "ucarp", "openbsd", "freebsd"] as const)(
    "lets hb and %s share a router, in values and in bytes",
    (breed) => {
      for (const exact of [false, true]) {
        const scripts = { upScript: "/up", downScript: "/down", holdsAddresses: false };
        const shape = shapeOf(["hb", breed], breed === "ucarp" ? scripts : {});
        const { after, holders, of } = begun({ ...shape, exact });
        expect(holders()).toEqual(["alice"]);
        after(10_000);
        const heard = of("advert-heard").filter(({ rejected }) => rejected === undefined);
        expect(heard.length).toBeGreaterThan(8);
        after(8_000, { act: "kill", node: "alice" });
        expect(holders()).toEqual(["bob"]);
      }
    },
  );

  test("leaves what a killed program put up: leases end, scripts' work and kernels do not", () => {
    const scripts = { upScript: "/up", downScript: "/down", holdsAddresses: false };
    for (const [breed, stays] of [
      ["hb", false],
      ["ucarp", true],
    ] as const) {
      const { after, holders } = begun(shapeOf([breed], breed === "ucarp" ? scripts : {}));
      after(10_000, { act: "crash", node: "alice" });
      expect(holders()).toEqual(stays ? ["alice"] : []);
    }
  });

  test("damages packets as bytes: they are refused, or say what was sent", () => {
    const { after, of } = begun(shapeOf(["hb", "hb"]));
    after(60_000, { act: "weather", weather: { corrupt: 1 } });
    const damaged = of("advert-heard").filter(({ touched }) => touched === "corrupted");
    expect(damaged.length).toBeGreaterThan(30);
    expect(new Set(damaged.map(({ rejected }) => rejected)).size).toBeGreaterThan(3);
  });

  test("loses, doubles, delays and cuts one way", () => {
    const count = (...acts: readonly Act[]) => {
      const { after, of } = begun(shapeOf(["hb", "hb", "hb"]));
      after(1, ...acts);
      after(9_000);
      const heard = of("advert-heard").map(({ from, node }) => `${from} ${node}`);
      return ["alice bob", "alice carol", "bob alice"].map(
        (way) => heard.filter((each) => each === way).length,
      );
    };
    const [usual = 0] = count();
    expect(count()).toEqual([usual, usual, 0]);
    const twice = count({ act: "weather", weather: { duplicate: 1 } });
    expect(twice).toEqual([2 * usual, 2 * usual, 0]);
    expect(count({ act: "weather", weather: { loss: 1 } })).toEqual([0, 0, 0]);
    const [toBob, toCarol, fromBob] = count({
      act: "cut",
      from: ["alice"],
      to: ["bob"],
      oneWay: true,
    });
    expect([toBob, (toCarol ?? 0) > 0, (fromBob ?? 0) > 0]).toEqual([0, true, true]);
    expect(count({ act: "mute", node: "alice", on: true })[0]).toBe(0);
    expect(count({ act: "carrier", node: "alice", device, up: false })[0]).toBe(0);
  });

  test("plays recorded adverts again, as they were or bare", () => {
    const { after, of } = begun(shapeOf(["hb", "hb"], { seal: "off" }));
    const bare = { advbase: 1, advskew: 0, demote: 9 };
    after(1, { act: "replay", node: "bob", count: 2, agoMs: 3_000 });
    after(1, { act: "replay", node: "bob", count: 1, agoMs: 0, bare });
    const replayed = of("advert-heard").filter(({ touched }) => touched === "replayed");
    expect(replayed.map(({ advert }) => advert.demote)).toEqual([0, 0, 9]);
  });

  test("keeps the numbers of seals growing over crashes, steps of the clock, and a lost file", () => {
    const { after, of } = begun(shapeOf(["hb"]));
    after(5_000, { act: "clock", node: "alice", stepMs: -3_600_000 });
    after(5_000, { act: "crash", node: "alice" }, { act: "start", node: "alice" });
    const known = of("advert").map(({ advert }) => advert.seal);
    expect(new Set(known.map((seal) => seal?.sender)).size).toBe(1);
    const numbers = known.map((seal) => seal?.number ?? 0n);
    expect(numbers.length).toBeGreaterThan(5);
    expect(numbers.toSorted((a, b) => (a < b ? -1 : 1))).toEqual(numbers);
    after(0, { act: "lose", node: "alice", file: "seals", how: "lost" });
    after(9_000, { act: "crash", node: "alice" }, { act: "start", node: "alice" });
    expect(of("advert").at(-1)?.advert.seal?.sender).not.toBe(known[0]?.sender);
  });

  test("runs another program under an address from the next start on", () => {
    const { after, of, segment } = begun(shapeOf(["hb", "hb"]));
    after(0, { act: "breed", node: "alice", breed: "ucarp" });
    after(2_000);
    expect(segment.host("alice").runs).toBe("hb");
    after(20_000, { act: "kill", node: "alice" }, { act: "start", node: "alice" });
    expect(segment.host("alice").runs).toBe("ucarp");
    expect(of("script").some(({ node }) => node === "alice")).toBe(true);
  });
});

describe("run()", () => {
  const bare = { advbase: 255, advskew: 255, demote: 0 };
  const starts: TimedAct[] = ["alice", "bob"].map((node) => ({ at: 0, act: "start", node }));
  const forge: TimedAct = { at: 9_000, act: "replay", node: "bob", count: 1, agoMs: 0, bare };
  const farewells = (seal: RouterConfig["seal"]) => {
    const moves: Sight[] = [];
    const plan = {
      shape: shapeOf(["hb", "hb"], { seal }),
      acts: [...starts, forge],
      endMs: 60_000,
    };
    const spectator = (sight: Sight | { saw: "violation" }) => {
      if (sight.saw === "address" && sight.node === "bob") moves.push(sight);
    };
    return { outcome: run(plan, { spectator }), moves };
  };

  test("finds no fault where a forged farewell is refused", () => {
    const { outcome, moves } = farewells("auto");
    expect(outcome.violations).toEqual([]);
    expect(moves).toEqual([]);
  });

  test("does not take for known to a new router what the old one heard while it left", () => {
    const scripts = { upScript: "/up", downScript: "/down" };
    const shape = shapeOf(["hb", "hb"], scripts);
    const [alice, bob] = shapeOf(["hb", "hb"], { ...scripts, password: "other" }).hosts;
    const reload = (host: HostShape | undefined) => {
      if (host === undefined) throw new Error("a host is missing");
      return { act: "reload", node: host.config.self, config: host.config } as const;
    };
    const acts: TimedAct[] = [
      ...starts,
      { at: 9_000, ...reload(alice) },
      { at: 9_002, act: "kill", node: "bob" },
      { at: 9_002, ...reload(bob) },
      { at: 9_002, act: "breed", node: "bob", breed: "ucarp" },
      { at: 9_003, act: "start", node: "bob" },
    ];
    const said: string[] = [];
    const spectator = (sight: Sight | { saw: "violation" }, now: number) => {
      if (sight.saw !== "advert-heard" || sight.node !== "alice" || now < 9_000) return;
      if (sight.rejected === undefined) said.push(sight.advert.seal ? "sealed" : "bare");
    };
    const { violations } = run({ shape, acts, endMs: 30_000 }, { spectator });
    expect([...new Set(said)]).toEqual(["sealed", "bare"]);
    expect(violations.filter(({ law }) => law === "forgery")).toEqual([]);
  });

  test("takes no offence where nothing is sealed, and a forged farewell works", () => {
    const { outcome, moves } = farewells("off");
    expect(outcome.violations).toEqual([]);
    expect(moves.length).toBeGreaterThan(0);
  });
});
