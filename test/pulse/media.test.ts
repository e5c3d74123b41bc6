// One suite that every medium passes: two hosts on a cable, and all that can happen to it.

import { expect, test } from "bun:test";
import { readlinkSync } from "node:fs";
import type { Medium } from "../../src/config/medium.ts";
import { filter } from "../../src/core/clients/filter.ts";
import { text, textOf } from "../../src/wire/message.ts";
import { cable, inNamespace, ip } from "./namespace.ts";
import { Puppet, puppetConfig } from "./puppet.ts";

const port = 694;

/** Each medium by the device it is on and the last digit of the other host's addresses. */
const udp: readonly (readonly [string, (device: string, peer: number) => Medium])[] = [
  ["bcast", (device) => ({ kind: "bcast", device, port })],
  ["ucast", (device, peer) => ({ kind: "ucast", device, peer: `10.9.0.${peer}`, port })],
  ["ucast6", (device, peer) => ({ kind: "ucast6", device, peer: `fd09::${peer}`, port })],
  ["mcast", (device) => mcast("mcast", device, "225.0.0.1")],
  ["mcast6", (device) => mcast("mcast6", device, "ff02::694")],
];

function mcast(kind: "mcast" | "mcast6", device: string, group: string) {
  return { kind, device, group, port, ttl: 1, loop: false } as const;
}

/** A medium by which a host hears itself. */
const looped: Medium = { ...mcast("mcast", "left", "225.0.0.1"), loop: true };

interface Pair {
  readonly alice: Puppet;
  readonly bob: Puppet;
  /** Lays a new cable between the two hosts, with addresses on both ends. */
  connect(): void;
}

/** Alice in a network of her own with "left", bob in another with "right". */
async function withPair(
  mediumOf: (device: string, peer: number) => Medium,
  body: (pair: Pair) => Promise<void>,
): Promise<void> {
  await inNamespace(async () => {
    const other = Bun.spawn(["unshare", "-n", "sleep", "60"]);
    const puppets: Puppet[] = [];
    try {
      const enter = ["nsenter", `--net=/proc/${other.pid}/ns/net`];
      await newNetwork(other.pid);
      const connect = () => {
        cable("left", "right");
        ip(`link set right netns ${other.pid}`);
        ip("addr add 10.9.0.1/24 brd + dev left");
        ip("addr add fd09::1/64 dev left nodad");
        run(enter, "ip link set right up");
        run(enter, "ip addr add 10.9.0.2/24 brd + dev right");
        run(enter, "ip addr add fd09::2/64 dev right nodad");
      };
      connect();
      const alice = new Puppet({ media: [mediumOf("left", 2)] });
      puppets.push(alice);
      const bob = new Puppet({ media: [mediumOf("right", 1)] }, enter);
      puppets.push(bob);
      await Promise.all(puppets.map((puppet) => puppet.input("start")));
      await body({ alice, bob, connect });
    } finally {
      for (const puppet of puppets) puppet.signal("SIGKILL");
      for (const puppet of puppets) await puppet.exited();
      other.kill();
      await other.exited;
    }
  });
}

async function newNetwork(pid: number): Promise<void> {
  const here = readlinkSync("/proc/thread-self/ns/net");
  for (let tries = 0; tries < 1000; tries += 1) {
    if (readlinkSync(`/proc/${pid}/ns/net`) !== here) return;
    await Bun.sleep(2);
  }
  throw new Error("unshare made no namespace");
}

function run(prefix: readonly string[], command: string): void {
  const { exitCode, stderr } = Bun.spawnSync([...prefix, ...command.split(" ")]);
  if (exitCode !== 0) throw new Error(`${command}: ${stderr.toString().trim()}`);
}

function say(puppet: Puppet, word: string): void {
  puppet.order({
    effects: [{ do: "send", message: text({ t: "status", src: "someone", word }) }],
  });
}

/** Says a word until the other one hears it: the first may be lost to an unresolved neighbour. */
async function reach(from: Puppet, to: Puppet, word: string, link: string): Promise<void> {
  const hears = to.input("message", ({ message }) => textOf(message, "word") === word);
  expect((await saying(from, word, hears)).link).toBe(link);
}

/** Says a word again and again, as heartbeats are, until something has happened. */
async function saying<Result>(from: Puppet, word: string, until: Promise<Result>): Promise<Result> {
  say(from, word);
  const again = setInterval(() => say(from, word), 100);
  try {
    return await until;
  } finally {
    clearInterval(again);
  }
}

for (const [kind, mediumOf] of udp) {
  test(`${kind} carries messages both ways on the link of its device`, () =>
    withPair(mediumOf, async ({ alice, bob }) => {
      await reach(alice, bob, "there", "right");
      await reach(bob, alice, "back", "left");
    }));

  test(`${kind} survives that its device vanishes and comes back`, () =>
    withPair(mediumOf, async ({ alice, bob, connect }) => {
      await reach(alice, bob, "before", "right");
      ip("link del left");
      expect((await alice.input("link", ({ ok }) => !ok)).link).toBe("left");
      say(alice, "nobody hears this");
      connect();
      // A link is as its last packet was: one that left before the new cable has its addresses says no.
      const isBack = alice.input("link", ({ ok }) => ok);
      expect((await saying(alice, "is it back", isBack)).link).toBe("left");
      await reach(alice, bob, "after", "right");
      await reach(bob, alice, "and back", "left");
    }));

  test(`${kind} drops and counts what is not authentic`, () =>
    withPair(mediumOf, async ({ alice, bob }) => {
      const media = [mediumOf("left", 2)];
      const keys = [{ number: 1, method: "sha1", key: "another" }] as const;
      const wrong = { ...puppetConfig, media, keyring: { active: 1, keys } };
      await reach(alice, bob, "before", "right");
      alice.order({ effects: [{ do: "reconfigure", config: wrong }] });
      say(alice, "forged");
      alice.order({ effects: [{ do: "reconfigure", config: { ...puppetConfig, media } }] });
      await bob.log(/Rejected packet from .* on right: "signature", 1 so far/);
      await reach(alice, bob, "after", "right");
      const { packets } = (await bob.snapshot()).pulse;
      expect(packets.map(({ link, rejected }) => [link, rejected])).toEqual([
        ["right", { signature: 1 }],
      ]);
    }));
}

test("mcast hears itself with LOOP 1", () =>
  inNamespace(async () => {
    cable();
    ip("addr add 10.9.0.1/24 brd + dev left");
    const puppet = new Puppet({ media: [looped] });
    await puppet.input("start");
    await reach(puppet, puppet, "echo", "left");
    puppet.signal("SIGKILL");
    await puppet.exited();
  }));

test("bcast does not hear itself, but whoever calls himself by its name", () =>
  withPair(
    (device) => ({ kind: "bcast", device, port }),
    async ({ alice, bob }) => {
      await reach(alice, bob, "mine", "right");
      // The first that it hears at all; its own words would have come before.
      const heard = await saying(bob, "theirs", alice.input("message"));
      expect(textOf(heard.message, "word")).toBe("theirs");
    },
  ));

test("bcast hears itself while a client wants to hear copies", () =>
  inNamespace(async () => {
    cable();
    ip("addr add 10.9.0.1/24 brd + dev left");
    const puppet = new Puppet({ media: [{ kind: "bcast", device: "left", port }] });
    await puppet.input("start");
    const want = (bits: number) =>
      puppet.say({ say: "input", input: { on: "audience", filter: bits } });
    want(filter.normal | filter.duplicate);
    await reach(puppet, puppet, "wanted", "left");
    want(filter.normal);
    say(puppet, "unwanted");
    await puppet.snapshot();
    want(filter.duplicate);
    const next = puppet.input("message", ({ message }) => textOf(message, "word") !== "wanted");
    const heard = await saying(puppet, "again", next);
    expect(textOf(heard.message, "word")).toBe("again");
    puppet.signal("SIGKILL");
    await puppet.exited();
  }));

test("ucast lines for several peers on one device share a port", () =>
  withPair(
    (device, peer) => ({ kind: "ucast", device, peer: `10.9.0.${peer}`, port }),
    async ({ alice, bob }) => {
      const line = (peer: string) => ({ kind: "ucast", device: "left", peer, port }) as const;
      const media = [line("10.9.0.1"), line("10.9.0.2"), line("10.9.0.3")];
      alice.order({ effects: [{ do: "reconfigure", config: { ...puppetConfig, media } }] });
      for (const word of ["one", "two", "three"]) await reach(bob, alice, word, "left");
      await reach(alice, bob, "four", "right");
    },
  ));

const pings = [
  ["ping", { kind: "ping", name: "gateway", address: "10.9.0.2" }],
  ["ping6", { kind: "ping6", name: "gateway", address: "fd09::2" }],
  ["ping_group", { kind: "ping_group", name: "gates", addresses: ["10.9.0.9", "10.9.0.2"] }],
] as const satisfies readonly (readonly [string, Medium])[];

for (const [kind, medium] of pings) {
  test(`${kind} hears the host's echo as a message of the ping node`, () =>
    withPair(
      () => medium,
      async ({ alice }) => {
        const again = setInterval(
          () => alice.order({ effects: [{ do: "ping", ts: 0x6b00150e }] }),
          50,
        );
        const { link, message } = await alice.input("message");
        clearInterval(again);
        expect(link).toBe(medium.name);
        expect(message.fields.map(({ name, value }) => [name, value])).toEqual([
          ["t", "NS_st"],
          ["st", "ping"],
          ["info", kind],
          ["src", medium.name],
          ["ts", "6b00150e"],
        ]);
      },
    ));
}

test("ping_group counts one reply to each echo, whoever else answers", () =>
  withPair(
    () => ({ kind: "ping_group", name: "gates", addresses: ["10.9.0.1", "10.9.0.2"] }),
    async ({ alice }) => {
      for (const ts of [1, 2, 3]) alice.order({ effects: [{ do: "ping", ts }] });
      for (const ts of ["1", "2", "3"]) {
        await alice.input("message", ({ message }) => textOf(message, "ts") === ts);
      }
      alice.order({ effects: [{ do: "ping", ts: 4 }] });
      await alice.input("message", ({ message }) => textOf(message, "ts") === "4");
      const { packets } = (await alice.snapshot()).pulse;
      expect(packets).toEqual([{ link: "gates", received: 4, sent: 4, rejected: {} }]);
    },
  ));

test("Links.open() goes on without a medium that cannot be opened, and opens it when it can", () =>
  inNamespace(async () => {
    const puppet = new Puppet({ media: [looped] });
    try {
      const link = await puppet.input("link");
      expect([link.ok, link.reason]).toEqual([false, 'no interface "left"']);
      cable();
      ip("addr add 10.9.0.1/24 brd + dev left");
      expect((await puppet.input("link", ({ ok }) => ok)).link).toBe("left");
      await reach(puppet, puppet, "hello", "left");
    } finally {
      puppet.signal("SIGKILL");
      await puppet.exited();
    }
  }));
