// One router: what it does, in which order, and when. Times are exact (carp.md 6, 7, 9, 10, 12).

import { describe, expect, test } from "bun:test";
import { at } from "../../../src/core/instant.ts";
import { Bench, farewell, likeUcarp } from "./bench.ts";

const scripts = { upScript: "/up", downScript: "/down" } as const;

function interfaceIs(bench: Bench, state: "no-carrier" | "down" | "gone"): Bench {
  return bench.give({ on: "interface", device: "eth0", state, address: "10.77.0.1" });
}

describe("a takeover", () => {
  test.each([
    [{ advbase: 1, advskew: 0 }, 3_000],
    [{ advbase: 1, advskew: 100 }, 3_390.625],
    [{ advbase: 2, advskew: 0, deadratio: 2 }, 4_000],
    [{ advbase: 0, advskew: 10 }, 117.187],
    [{ advbase: 0, advskew: 1 }, 11.718],
  ])("%p comes after exactly %d ms of silence", (config, ms) => {
    const bench = new Bench([config]).up();
    bench.advance(ms - 0.01);
    expect(bench.state).toBe("backup");
    bench.advance(0.02);
    expect(bench.state).toBe("master");
  });

  test("of addresses: hold, announce, advert; the second announcement after the third advert", () => {
    const bench = new Bench([{}]).up().forget().advance(6_000);
    expect(bench.done).toEqual([
      "hold",
      "announce",
      "advert 1/0",
      "advert 1/0",
      "advert 1/0",
      "announce",
      "advert 1/0",
    ]);
  });

  test("by a script from nobody claims at once, and goes on to while the script runs", () => {
    const bench = new Bench([{ ...scripts, holdsAddresses: false }]).up();
    bench.slow.add("call");
    bench.forget().advance(5_500);
    expect(bench.done).toEqual([
      "call /up eth0 10.77.0.252",
      "advert 1/0",
      "advert 1/0",
      "advert 1/0",
    ]);
    expect(bench.state).toBe("backup");
    bench.forget().finish();
    expect(bench.done).toEqual(["announce", "advert 1/0"]);
    expect(bench.state).toBe("master");
  });

  test("tells its script all addresses, joined by commas, as the configuration has them", () => {
    const addresses = ["10.77.0.252", "fd00::252", "10.77.0.9"].map((address) => ({
      family: address.includes(":") ? (6 as const) : (4 as const),
      address,
    }));
    const bench = new Bench([{ ...scripts, addresses, xparam: "blue" }])
      .up()
      .forget()
      .advance(4_000);
    expect(bench.done).toContain("call /up eth0 10.77.0.252,fd00::252,10.77.0.9 blue");
  });

  test("by a script from a working master says nothing before the script has ended", () => {
    const bench = new Bench([{ ...scripts, holdsAddresses: false, preempt: true }]).up();
    bench.slow.add("call /up");
    bench.forget().hear({ advskew: 50 }).advance(900).hear({ advskew: 50 }).advance(2_900);
    expect(bench.done).toEqual(["call /up eth0 10.77.0.252"]);
    // The old master dies meanwhile: now others must know.
    bench.advance(200);
    expect(bench.done).toEqual(["call /up eth0 10.77.0.252", "advert 1/0"]);
  });

  test("under the name ucarp says nothing before the script has ended", () => {
    const bench = new Bench([likeUcarp]).up();
    bench.slow.add("call");
    bench.finish().forget().advance(20_000);
    expect(bench.done).toEqual(["call /up eth0 10.77.0.252"]);
    bench.forget().finish();
    expect(bench.done).toEqual(["announce", "advert 1/0"]);
  });

  test("is given up when a better master is heard, and the script is never overlapped", () => {
    const bench = new Bench([{ ...scripts, advskew: 50 }]).up().advance(100);
    bench.slow.add("call");
    bench.forget().advance(3_200).hear({ advskew: 0 });
    expect(bench.done).toEqual([
      "hold",
      "call /up eth0 10.77.0.252",
      "advert 1/50",
      "advert 1/50",
      "suspend",
    ]);
    expect(bench.waiting).toBe(1);
    bench.forget().finish();
    expect(bench.done).toEqual(["drop", "call /down eth0 10.77.0.252"]);
    expect(bench.state).toBe("backup");
  });

  test("waits for a down script that still runs", () => {
    const bench = new Bench([{ ...scripts, holdsAddresses: false }]);
    bench.slow.add("call");
    bench.up().advance(3_500);
    expect(bench.done).toEqual(["call /down eth0 10.77.0.252", "advert 1/0"]);
    bench.forget().finish();
    expect(bench.done).toEqual(["call /up eth0 10.77.0.252"]);
  });
});

describe("an up script that fails", () => {
  test("means: not master; a farewell, and the next try after a pause that doubles", () => {
    const bench = new Bench([{ ...scripts, holdsAddresses: false }]).up();
    bench.fails.add("call /up");
    bench.forget().advance(3_100);
    const once = ["call /up eth0 10.77.0.252", "call /down eth0 10.77.0.252"];
    expect(bench.done.filter((what) => what.startsWith("call"))).toEqual(once);
    expect(bench.state).toBe("backup");
    expect(bench.view.why).toContain("exit code 1");
    bench.forget().advance(60_000);
    const tries = bench.done.filter((what) => what.startsWith("call /up")).length;
    expect(tries).toBeGreaterThan(2);
    expect(tries).toBeLessThan(8);
    bench.fails.clear();
    bench.advance(70_000);
    expect(bench.state).toBe("master");
    expect(bench.view.demoted).toEqual([]);
  });

  test("after a claim says farewell, when nothing of it is up any more", () => {
    const bench = new Bench([scripts]).up();
    bench.slow.add("call /up");
    bench.fails.add("call /up");
    bench.advance(4_000).forget().finish();
    expect(bench.done).toEqual(["drop", "advert 255/255", "call /down eth0 10.77.0.252"]);
  });

  test("does not disturb the master that it wanted to preempt", () => {
    const bench = new Bench([{ ...scripts, preempt: true }]).up().forget();
    bench.fails.add("call /up");
    bench.hear({ advskew: 10 });
    expect(bench.done).toEqual([
      "hold",
      "call /up eth0 10.77.0.252",
      "drop",
      "call /down eth0 10.77.0.252",
    ]);
    bench.forget().hear({ advskew: 10 });
    expect(bench.done).toEqual([]);
  });

  test("is nobody's business under the name ucarp", () => {
    const bench = new Bench([likeUcarp]).up();
    bench.fails.add("call /up");
    expect(bench.master().state).toBe("master");
  });
});

describe("a backup", () => {
  test("takes over at once after a farewell, and before anybody's dead time", () => {
    const bench = new Bench([{}]).up().hear().advance(500).forget().hear(farewell);
    bench.advance(0);
    expect(bench.done).toEqual(["hold", "announce", "advert 1/0"]);
  });

  test("does not mind an old farewell, when what it reads next is from another master", () => {
    const bench = new Bench([{ preempt: true, advskew: 100 }]).up().hear({ from: "10.77.0.9" });
    // It slept meanwhile, and both were waiting for it.
    bench
      .forget()
      .hear({ from: "10.77.0.9", ...farewell })
      .hear({ from: "10.77.0.3" });
    bench.advance(2_000);
    expect(bench.state).toBe("backup");
    expect(bench.done).toEqual([]);
  });

  test("takes over at the farewell of the better of two masters, though the other one spoke last", () => {
    const bench = new Bench([{ advskew: 100 }]).up().hear({ from: "10.77.0.9" });
    bench.hear({ from: "10.77.0.3", advskew: 50 }).advance(200);
    bench.hear({ from: "10.77.0.9", ...farewell }).advance(0);
    expect(bench.state).toBe("master");
  });

  test("takes over at the farewell of the one that stays of two equals, not of the other one", () => {
    const bench = new Bench([{ advskew: 100 }]).up().hear({ from: "10.77.0.3" });
    bench.hear({ from: "10.77.0.9" }).advance(200);
    bench.hear({ from: "10.77.0.9", ...farewell }).advance(0);
    expect(bench.state).toBe("backup");
    bench.hear({ from: "10.77.0.3", ...farewell }).advance(0);
    expect(bench.state).toBe("master");
  });

  test("takes over at the farewell of the one of two equal BSD hosts that spoke last", () => {
    const mac = "00:00:5e:00:01:2a";
    const bench = new Bench([{ dialect: "bsd", advskew: 100 }]).up();
    bench.hear({ mac, from: "10.77.0.3" }).hear({ mac, from: "10.77.0.9" });
    bench.hear({ mac, from: "10.77.0.9", ...farewell }).advance(0);
    expect(bench.state).toBe("master");
  });

  test("knows in IPv4 which of two equals stays where it speaks both families", () => {
    const addresses = [
      { family: 4, address: "10.77.0.252" },
      { family: 6, address: "fd00::252" },
    ] as const;
    const bench = new Bench([{ addresses, advskew: 100 }]).up();
    bench.hear({ from: "10.77.0.3" }).hear({ family: 6, from: "fe80::3" });
    bench.hear({ from: "10.77.0.9" }).hear({ family: 6, from: "fe80::9" }).advance(200);
    bench.hear({ from: "10.77.0.3", ...farewell });
    bench.hear({ family: 6, from: "fe80::3", ...farewell }).advance(0);
    expect(bench.state).toBe("master");
  });

  test("takes over at the farewell of a worse master that has followed a better one", () => {
    const bench = new Bench([{ advskew: 100 }]).up().hear({ from: "10.77.0.9" }).advance(1_001);
    bench.hear({ from: "10.77.0.3", advskew: 50 }).hear({ from: "10.77.0.3", ...farewell });
    bench.advance(0);
    expect(bench.state).toBe("master");
  });

  test("takes over at two farewells, of the best master and of the one that followed it", () => {
    const bench = new Bench([{ advskew: 100 }]).up().hear({ from: "10.77.0.9" });
    bench.hear({ from: "10.77.0.9", ...farewell }).hear({ from: "10.77.0.3", advskew: 50 });
    bench.hear({ from: "10.77.0.3", ...farewell }).advance(0);
    expect(bench.state).toBe("master");
  });

  test("does not mind the farewell of one of two masters", () => {
    const bench = new Bench([{}])
      .up()
      .hear({ from: "10.77.0.9" })
      .hear({ from: "10.77.0.3", ...farewell });
    expect(bench.state).toBe("backup");
    bench.hear({ from: "10.77.0.9", ...farewell }).advance(0);
    expect(bench.state).toBe("master");
  });

  test("leaves a farewell to its betters while it is demoted", () => {
    const bench = new Bench([{ track: [{ kind: "script", path: "/check" }] }]).up().hear();
    bench.give({ on: "track", path: "/check", ok: false }).hear(farewell);
    expect(bench.state).toBe("backup");
    bench.advance(950);
    expect(bench.state).toBe("master");
  });

  test("counts the dead time from the last advert that counts, not from a replay", () => {
    const seal = (number: bigint) => ({ seal: { sender: "ab".repeat(8), number } });
    const bench = new Bench([{}]).up().hear(seal(5n));
    bench.advance(2_000).hear(seal(5n)).hear({ counter: 5n }).advance(990);
    expect(bench.state).toBe("backup");
    bench.advance(20);
    expect(bench.state).toBe("master");
    expect(bench.view.packets).toMatchObject({ received: 1, rejected: { replay: 1, unsealed: 1 } });
  });
});

describe("a master", () => {
  test("keeps its rhythm although it is woken late", () => {
    const bench = new Bench([{}]).up().advance(3_000);
    bench.now = at(4_007);
    bench.give({ on: "alarm" });
    expect(bench.view.next).toEqual({ what: "advert", inMs: 993 });
  });

  test("answers a worse one at once, with the next number", () => {
    const bench = new Bench([{}]).master().advance(500).forget();
    bench.hear({ advskew: 9, counter: 77n });
    expect([bench.done, bench.counters]).toEqual([["announce", "advert 1/0"], [78n]]);
    bench.forget().hear({ advskew: 9 });
    expect(bench.done).toEqual(["announce"]);
  });

  test("yields to a better one with a last word in ucarp's dialect, without in BSD's", () => {
    const ucarp = new Bench([{ advskew: 9 }]).master().hear({ advskew: 0, counter: 77n });
    expect([ucarp.done, ucarp.counters]).toEqual([["advert 1/9", "drop"], [78n]]);
    const bsd = new Bench([{ advskew: 9, dialect: "bsd" }]).master().hear({ advskew: 0 });
    expect(bsd.done).toEqual(["drop"]);
  });

  test("ties as ucarp does, but without a last word towards a BSD host", () => {
    expect(new Bench([{}]).master().hear({ from: "10.77.1.0" }).state).toBe("backup");
    expect(new Bench([{}]).master().hear({ from: "10.0.0.2" }).state).toBe("master");
    const bsd = { from: "10.77.1.0", mac: "00:00:5e:00:01:2a" };
    expect(new Bench([{}]).master().hear(bsd).done).toEqual(["drop"]);
  });

  test("judges a tie in IPv4 alone where it speaks both families", () => {
    const addresses = [
      { family: 4, address: "10.77.0.252" },
      { family: 6, address: "fd00::252" },
    ] as const;
    const bench = new Bench([{ addresses }]);
    const up = { on: "interface", device: "eth0", state: "up", address: "10.77.0.1" } as const;
    bench.give({ ...up, address6: "fe80::9" }).advance(5_000);
    bench.hear({ from: "10.77.0.2" }).hear({ family: 6, from: "fe80::2" });
    expect(bench.state).toBe("master");
    bench.advance(10_000).hear({ family: 6, from: "fe80::2" });
    expect(bench.state).toBe("backup");
  });

  test("in BSD's dialect yields to an equal BSD host, and of two such one waits longer", () => {
    const equal = { from: "10.77.0.9", mac: "00:00:5e:00:01:2a" };
    const lower = new Bench([{ dialect: "bsd" }]).master().hear(equal);
    const higher = new Bench([{ dialect: "bsd" }]).up("eth0", "10.77.0.99").advance(5_000);
    higher.hear(equal);
    expect([lower.view.next?.inMs, higher.view.next?.inMs]).toEqual([3_000, 4_000]);
  });

  test("announces periodically, but not under the name ucarp", () => {
    const count = (bench: Bench) => bench.done.filter((what) => what === "announce").length;
    expect(count(new Bench([{}]).master().advance(185_000))).toBe(3);
    expect(count(new Bench([likeUcarp]).master().advance(185_000))).toBe(0);
  });

  test("announces at once when a rival answers, at most once a second", () => {
    const rival = { on: "rival", word: "eth0/42 10.77.0.252", mac: "02:00:00:00:00:01" } as const;
    const bench = new Bench([{}]).up().advance(4_500).forget().give(rival).give(rival);
    expect(bench.done).toEqual(["announce"]);
  });

  test("puts a lost address back; when that fails it is no master", () => {
    const lost = { on: "address-lost", word: "eth0/42 10.77.0.252", reason: "removed" } as const;
    const bench = new Bench([{}]).master().give({ ...lost, recoverable: true });
    expect([bench.done, bench.state]).toEqual([["hold"], "master"]);
    bench.fails.add("hold");
    bench.forget().give({ ...lost, recoverable: true });
    expect([bench.done, bench.state]).toEqual([["hold", "drop", "advert 255/255"], "backup"]);
  });

  test("after three failed sends says a skew of 240, after three good ones its own", () => {
    const sent = (ok: boolean) => ({ on: "advert-sent", router: "eth0/42", ok }) as const;
    const bench = new Bench([{}]).master();
    bench.give(sent(false)).give(sent(false));
    expect(bench.done).toEqual([]);
    bench.give(sent(false));
    expect([bench.done, bench.state]).toEqual([["advert 1/240"], "master"]);
    bench.forget().give(sent(true)).give(sent(true)).give(sent(true)).advance(500);
    expect(bench.done).toEqual(["advert 1/0"]);
  });
});

describe("a handover", () => {
  test("says farewell when nothing is up any more, and adverts until then", () => {
    const bench = new Bench([{ ...scripts, holdsAddresses: false }]).up().advance(3_000);
    bench.slow.add("call /down");
    bench
      .forget()
      .give({ on: "command", request: 1, command: { name: "leave" } })
      .advance(2_500);
    expect(bench.done).toEqual(["call /down eth0 10.77.0.252", "advert 1/0", "advert 1/0"]);
    bench.forget().finish();
    expect(bench.done).toEqual(["advert 255/255", "exit"]);
    expect(bench.replies).toEqual(["true All routers have left"]);
  });

  test("by SIGUSR2 is followed by three seconds of rest, then by the dead time", () => {
    const bench = new Bench([{}])
      .master()
      .give({ on: "command", request: 1, command: { name: "yield" } });
    expect(bench.done).toEqual(["drop", "advert 255/255"]);
    expect(bench.replies).toEqual(["true Handed over: eth0/42"]);
    bench.advance(5_990);
    expect(bench.state).toBe("backup");
    bench.advance(20);
    expect(bench.state).toBe("master");
  });

  test("by SIGUSR2 is not taken back before that, not even after a farewell", () => {
    const bench = new Bench([{ preempt: true }]).master();
    bench.give({ on: "command", request: 1, command: { name: "yield" } }).advance(1_000);
    bench.hear({ advskew: 100 }).advance(1_000).hear(farewell).advance(990);
    expect(bench.state).toBe("backup");
    bench.advance(20);
    expect(bench.state).toBe("master");
  });

  test("by SIGUSR2 under the name ucarp comes without a farewell; a backup does nothing", () => {
    const yielding = { on: "command", request: 1, command: { name: "yield" } } as const;
    const bench = new Bench([likeUcarp]).master().give(yielding);
    expect(bench.done).toEqual(["call /down eth0 10.77.0.252"]);
    bench.forget().give(yielding);
    expect([bench.done, bench.replies.at(-1)]).toEqual([[], "false No router is master"]);
  });

  test("of a backup, or of ucarp without -z, touches nothing", () => {
    const leave = { on: "command", request: 1, command: { name: "leave" } } as const;
    expect(new Bench([{}]).up().forget().give(leave).done).toEqual(["exit"]);
    expect(new Bench([{ ...likeUcarp, shutdown: false }]).master().give(leave).done).toEqual([
      "exit",
    ]);
    const zealous = new Bench([{ ...likeUcarp, shutdown: true }]).master().give(leave);
    expect(zealous.done).toEqual(["call /down eth0 10.77.0.252", "exit"]);
  });
});

describe("an interface", () => {
  test("without a carrier: everything off, silent, and the dead time from its return", () => {
    const bench = interfaceIs(new Bench([{}]).master(), "no-carrier");
    expect([bench.done, bench.state]).toEqual([["drop"], "init"]);
    bench.advance(60_000);
    expect(bench.done).toEqual(["drop"]);
    bench.up().advance(2_990);
    expect(bench.state).toBe("backup");
    bench.advance(20);
    expect(bench.state).toBe("master");
  });

  test("without a carrier changes nothing with -S", () => {
    const bench = interfaceIs(new Bench([{ ignoreIfState: true }]).master(), "no-carrier");
    expect([bench.done, bench.state]).toEqual([[], "master"]);
  });

  test.each(["down", "gone"] as const)(
    "that is %s is survived, but not under the name ucarp",
    (state) => {
      expect(
        interfaceIs(new Bench([{}]).master(), state)
          .up()
          .advance(4_000).state,
      ).toBe("master");
      expect(interfaceIs(new Bench([likeUcarp]).master(), state).done).toEqual([
        "call /down eth0 10.77.0.252",
        "exit",
      ]);
      const careless = new Bench([{ ...likeUcarp, shutdown: false }]).master();
      expect(interfaceIs(careless, state).done).toEqual(["exit"]);
    },
  );

  test("without an address has nothing to speak from", () => {
    const bench = new Bench([{}]).give({ on: "interface", device: "eth0", state: "up" });
    expect([bench.advance(10_000).state, bench.view.why]).toEqual([
      "init",
      "eth0 has no IPv4 address to speak from",
    ]);
    expect(bench.up().advance(3_001).state).toBe("master");
  });
});

describe("a start", () => {
  test("takes down what may be up, unless neutral", () => {
    expect(new Bench([scripts]).up().done).toEqual(["drop", "call /down eth0 10.77.0.252"]);
    expect(new Bench([{ ...scripts, neutral: true }]).up().done).toEqual([]);
  });

  test("soon after the end of a master goes on as one; the up script ran already", () => {
    const masters = { at: at(-1_900), routers: ["eth0/42"] };
    const bench = new Bench([scripts], masters).up();
    expect(bench.done).toEqual(["advert 1/0", "hold", "announce", "advert 1/0"]);
    expect(bench.state).toBe("master");
  });

  test.each([
    ["was so before", ["eth0/42"], "master"],
    ["is news", [], "backup"],
  ] as const)(
    "soon after the end of a master with a check that fails, which %s",
    (_, demoted, state) => {
      const track = [{ kind: "script", path: "/check" }] as const;
      const bench = new Bench([{ track }], { at: at(-500), routers: ["eth0/42"], demoted }).up();
      bench.give({ on: "track", path: "/check", ok: false });
      expect([bench.state, bench.view.demoted]).toEqual([state, ["/check fails"]]);
      // Later on every new trouble is a reason to hand over.
      bench.give({ on: "track", path: "/check", ok: true }).advance(10_000);
      bench.give({ on: "track", path: "/check", ok: false });
      expect(bench.state).toBe("backup");
    },
  );

  test("later than anybody waits after the end of a master is a start like any other", () => {
    const bench = new Bench([{}], { at: at(-2_001), routers: ["eth0/42"] }).up();
    expect([bench.done, bench.state]).toEqual([["drop"], "backup"]);
  });
});

describe("oversleeping", () => {
  test("as long as the shortest dead time: addresses off first, then listen", () => {
    const bench = new Bench([{ advskew: 100 }]).up().advance(3_400).forget();
    bench.now = at(bench.now + 3_100);
    bench.give({ on: "overslept", ms: 2_000 });
    expect([bench.done, bench.state]).toEqual([["drop"], "backup"]);
    expect(bench.view.next?.inMs).toBeCloseTo(3_390.6, 0);
  });

  test("shorter than that changes nothing", () => {
    const bench = new Bench([{}]).up().advance(3_000).forget();
    bench.now = at(bench.now + 2_900);
    bench.give({ on: "overslept", ms: 1_900 });
    expect([bench.done, bench.state]).toEqual([[], "master"]);
  });

  test("is no silence of the master: a backup listens again", () => {
    const bench = new Bench([{}]).up().hear().advance(2_900);
    bench.now = at(10_000);
    bench.give({ on: "overslept", ms: 7_000 }).advance(2_990);
    expect(bench.state).toBe("backup");
  });
});

test("a flood of good adverts of a worse master costs few announcements, adverts and log lines", () => {
  const bench = new Bench([{}]).master();
  bench.logs = [];
  for (let times = 0; times < 1_000; times += 1) bench.hear({ advskew: 50 }).advance(0.1);
  const count = (what: string) => bench.done.filter((each) => each.startsWith(what)).length;
  expect(count("announce")).toBeGreaterThan(0);
  expect(count("announce")).toBeLessThanOrEqual(10);
  expect(count("advert")).toBeLessThanOrEqual(2);
  expect(bench.logs.length).toBeLessThanOrEqual(10);
  // It begins anew in the next second.
  bench.forget().advance(1_000).hear({ advskew: 50 });
  expect(count("announce")).toBeGreaterThan(0);
  expect(bench.logs.length).toBe(1);
});
