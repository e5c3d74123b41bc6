// What clients may ask about the cluster is told when it is another, and before what tells why.

import { describe, expect, test } from "bun:test";
import { from, status, uuidOf } from "../membership/scene.ts";
import { echo, Listener } from "./listener.ts";

const address = {
  kind: "address",
  word: "10.0.0.10",
  agent: "IPaddr",
  family: 4,
  address: "10.0.0.10",
} as const;

describe("Core.step() and the directory", () => {
  test("tells at its start who is configured, ping nodes last, and that nobody is heard", () => {
    const alice = new Listener({ nodes: ["bob", "alice"] });
    const links = [
      { name: "eth0", status: "dead" },
      { name: "/dev/ttyS0", status: "dead" },
    ] as const;
    const unknown = { weight: 100, site: "" };
    const own = { ...unknown, uuid: uuidOf("alice") };
    const up = links.map(({ name }) => ({ name, status: "up" as const }));
    expect(alice.told).toEqual([
      {
        nodes: [
          { name: "bob", type: "normal", status: "init", ...unknown, links },
          { name: "alice", type: "normal", status: "up", ...own, links: up },
          {
            name: "router",
            type: "ping",
            status: "init",
            ...unknown,
            links: [{ name: "router", status: "dead" }],
          },
        ],
        resources: "none",
      },
    ]);
  });

  test("tells it when a node is heard, says another word, and dies, and not in between", () => {
    const alice = new Listener();
    alice.hears(status("bob", "up", { seq: 1 }));
    expect(alice.node("bob")).toMatchObject({
      status: "up",
      uuid: uuidOf("bob"),
      links: [{ name: "eth0", status: "up" }, { status: "dead" }],
    });
    const { length } = alice.told;
    alice.hears(status("bob", "up", { seq: 2 }));
    alice.hears(from("bob", { t: "hello" }, { seq: 3 }));
    expect(alice.told).toHaveLength(length);
    alice.hears(status("bob", "active", { seq: 4 }));
    expect(alice.node("bob")).toMatchObject({ status: "active" });
    alice.hears(status("bob", "active", { seq: 4 }), "/dev/ttyS0");
    expect(alice.node("bob")).toMatchObject({ links: [{ status: "up" }, { status: "up" }] });
    alice.wait(12_000);
    expect(alice.node("bob")).toMatchObject({
      status: "dead",
      links: [{ status: "dead" }, { status: "dead" }],
    });
  });

  test("tells it when a ping node answers and when it does not any more", () => {
    const alice = new Listener();
    alice.hears(echo, "router");
    const links = [{ name: "router", status: "up" }];
    expect(alice.node("router")).toMatchObject({ status: "ping", links });
    alice.wait(12_000);
    const dead = [{ name: "router", status: "dead" }];
    expect(alice.node("router")).toMatchObject({ status: "dead", links: dead });
  });

  test("tells weight and site, its own as well", () => {
    const alice = new Listener();
    alice.hears(status("bob", "up", { seq: 1 }));
    alice.hears(from("bob", { t: "setweight", node: "bob", weight: "7" }, { seq: 2 }));
    const command = { name: "setsite", node: "alice", site: "east" } as const;
    alice.step({ on: "command", request: 1, command }, 20);
    expect(alice.node("bob")).toMatchObject({ weight: 7 });
    expect(alice.node("alice")).toMatchObject({ weight: 100, site: "east" });
  });

  test("tells it before everything else of the same step", () => {
    const effects = new Listener().hears(status("bob", "up", { seq: 1 }));
    expect(effects[0]).toMatchObject({ do: "directory" });
  });

  test("tells what it holds: in transition until its groups are up", () => {
    const groups = [{ key: "10.0.0.10", owner: "alice", resources: [address] }];
    const alice = new Listener({ nodes: ["alice"], groups, managesResources: true });
    const words = () => [...new Set(alice.told.map(({ resources }) => resources))];
    for (let ms = 0; ms < 20_000 && !words().includes("local"); ms += 1_000) {
      alice.wait(ms);
      for (const job of [...Array(20).keys()].map((n) => n + 1000 * 1_000_000 + 1)) {
        alice.step({ on: "result", job, ok: true, text: "", tookMs: 1 }, ms);
      }
    }
    expect(words()).toEqual(["transition", "local"]);
  });

  test("says it again to the first who listens", () => {
    const alice = new Listener();
    const audience = (filter: number) => alice.step({ on: "audience", filter }, 10);
    expect(audience(1)).toEqual([{ do: "directory", directory: alice.last() }]);
    expect(audience(3)).toEqual([]);
    expect(audience(0)).toEqual([]);
    expect(audience(1)).toHaveLength(1);
  });
});
