// A serial line in the real pulse: two processes on one cable of ptys, and all that can happen to it.

import { expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { SerialMedium } from "../../src/config/medium.ts";
import type { LineView } from "../../src/core/snapshot.ts";
import { LineLock } from "../../src/pulse/media/linelock.ts";
import { type Message, text, textOf } from "../../src/wire/message.ts";
import { sealText } from "../../src/wire/packet.ts";
import { Cable } from "../cable.ts";
import { Puppet, puppetConfig, until } from "./puppet.ts";

function line(device: string, baud = 115_200): SerialMedium {
  return { kind: "serial", device, baud, flow: "rtscts" };
}

interface Pair {
  readonly alice: Puppet;
  readonly bob: Puppet;
  readonly cable: Cable;
}

async function withPair(body: (pair: Pair) => Promise<void>, baud = 115_200): Promise<void> {
  const cable = new Cable("ttyP");
  const puppets: Puppet[] = [];
  try {
    const alice = new Puppet({ media: [line(cable.left.path, baud)] });
    puppets.push(alice);
    const bob = new Puppet({ media: [line(cable.right.path, baud)] });
    puppets.push(bob);
    await Promise.all(puppets.map((puppet) => puppet.input("start")));
    await body({ alice, bob, cable });
  } finally {
    for (const puppet of puppets) puppet.signal("SIGKILL");
    for (const puppet of puppets) await puppet.exited();
    cable.close();
  }
}

let count = 0;

function status(word: string, more: Readonly<Record<string, string>> = {}): Message {
  count += 1;
  const seq = count.toString(16);
  return text({ t: "status", st: "active", src: "someone", seq, hg: "1", ts: "1", word, ...more });
}

function say(puppet: Puppet, ...messages: readonly Message[]): void {
  puppet.order({ effects: messages.map((message) => ({ do: "send", message })) });
}

async function hear(puppet: Puppet, word: string): Promise<string> {
  const heard = await puppet.input("message", ({ message }) => textOf(message, "word") === word);
  return heard.link;
}

async function lineOf(puppet: Puppet): Promise<LineView> {
  const view = (await puppet.snapshot()).pulse.packets[0]?.line;
  if (view === undefined) throw new Error("No line");
  return view;
}

test("serial carries messages both ways on the link of its tty", () =>
  withPair(async ({ alice, bob, cable }) => {
    say(alice, status("there"));
    expect(await hear(bob, "there")).toBe(cable.right.path);
    say(bob, status("back"));
    expect(await hear(alice, "back")).toBe(cable.left.path);
    const { bytesOut, dropped, stalls } = await lineOf(alice);
    expect(bytesOut).toBe(cable.right.bytes);
    expect([dropped, stalls]).toEqual([0, 0]);
  }));

test("serial is reopened when its tty comes back after it was pulled out", () =>
  withPair(async ({ alice, bob, cable }) => {
    say(alice, status("before"));
    await hear(bob, "before");
    cable.unplug("left");
    const fault = await alice.input("link", ({ ok }) => !ok);
    expect(fault.link).toBe(cable.left.path);
    expect(fault.reason).toMatch(/hung up|EIO|ENOENT/);
    say(alice, status("nobody hears this"));
    cable.plug("left");
    await alice.input("link", ({ ok }) => ok);
    say(alice, status("after"));
    await hear(bob, "after");
    say(bob, status("and back"));
    await hear(alice, "and back");
  }));

test("serial accepts nothing of noise, and hears the packet behind it", () =>
  withPair(async ({ alice, bob, cable }) => {
    say(alice, status("before"));
    await hear(bob, "before");
    const forged = sealText(status("forged"), {
      active: 1,
      keys: [{ number: 1, method: "sha1", key: "another" }],
    });
    const half = sealText(status("half"), puppetConfig.keyring).slice(0, 60);
    cable.noise(
      "right",
      Uint8Array.from({ length: 999 }, (_, at) => (at * 7) & 0xff),
    );
    cable.noise("right", forged);
    cable.noise("right", "\x13\x13\xff\xfe\r\n>>>\nt=status\n");
    cable.noise("right", half);
    say(alice, status("after"));
    await hear(bob, "after");
    await bob.log(new RegExp(`Rejected packet on ${cable.right.path}: "signature", 1 so far`));
    const { packets } = (await bob.snapshot()).pulse;
    expect(packets[0]?.rejected.signature).toBeGreaterThanOrEqual(1);
    expect(packets[0]?.received).toBe(2);
    expect(packets[0]?.line?.noise).toBeGreaterThan(900);
  }));

test("serial takes the 8th bit for noise", () =>
  withPair(async ({ bob, cable }) => {
    const packet = sealText(status("eight bits"), puppetConfig.keyring);
    cable.noise(
      "right",
      packet.map((byte) => byte | 0x80),
    );
    await hear(bob, "eight bits");
  }));

test("serial sends in the place of a message that it cannot carry that it is gone", () =>
  withPair(async ({ alice, bob }) => {
    say(alice, status("before"));
    await hear(bob, "before");
    say(alice, status("x", { info: "B\xfccher" }));
    const { message } = await bob.input("message", (input) => {
      return textOf(input.message, "t") === "NS_nak_rexmit";
    });
    expect(textOf(message, "firstseq")).toBe(count.toString(16));
    expect(textOf(message, "src")).toBe("someone");
    say(alice, status("y", { info: "a\x13b" }), status("last"));
    await hear(bob, "last");
    expect((await lineOf(alice)).unsendable).toBe(2);
    const words = bob.told.map(({ input }) => JSON.stringify(input)).join();
    expect(words).not.toContain("cher");
  }));

test("serial never waits for a line that does not take bytes: one stall, one fault, and the newest word after it", () =>
  withPair(async ({ alice, bob, cable }) => {
    say(alice, status("before"));
    say(bob, status("hello"));
    await hear(bob, "before");
    await hear(alice, "hello");
    cable.stick();
    // Each message waits in a place of its own, until the kernel takes no more and for long after.
    alice.order({ beatMs: 20 });
    const big = "x".repeat(2_000);
    const rest = Array.from({ length: 20 }, (_, at) =>
      text({ t: "other", src: "someone", seq: `${at + 1}`, hg: "1", ts: "1", big }),
    );
    say(alice, ...rest);
    const fault = await alice.input("link", ({ ok }) => !ok);
    expect(fault.reason).toContain("nothing leaves");
    for (let more = 0; more < 3; more += 1) say(alice, ...rest.slice(0, 10));
    await alice.input("alarm");
    const stuck = await lineOf(alice);
    expect(stuck.stalls).toBe(1);
    expect(stuck.dropped).toBeGreaterThan(5);
    // A write that waits would have waited since the stall: for two seconds and more.
    expect((await alice.snapshot()).pulse.lateMs.worst).toBeLessThan(1_000);

    cable.mend();
    say(bob, status("are you there"));
    const again = setInterval(() => say(alice, status("newest")), 100);
    await alice.input("link", ({ ok }) => ok);
    await hear(bob, "newest");
    clearInterval(again);
    expect((await lineOf(alice)).stalls).toBe(1);
  }));

test("serial lets what waits leave before the pulse ends", () =>
  withPair(async ({ alice, bob }) => {
    await alice.input("link", ({ ok }) => ok);
    // Within the break of opening, nothing has left yet.
    const goodbye = text({
      t: "shutdone",
      src: "someone",
      seq: "77",
      hg: "1",
      ts: "1",
      word: "bye",
    });
    alice.order({
      effects: [
        { do: "send", message: status("last words") },
        { do: "send", message: goodbye },
        { do: "exit", reason: "told" },
      ],
    });
    await hear(bob, "last words");
    await hear(bob, "bye");
  }, 9_600));

test("serial passes messages of others on with serial_ring, one hop less, signed anew", async () => {
  const [one, two] = [new Cable("ttyQ"), new Cable("ttyR")];
  const media = [line(one.right.path), line(two.left.path)];
  const puppets: Puppet[] = [];
  const start = (changes: ConstructorParameters<typeof Puppet>[0]) => {
    const puppet = new Puppet(changes);
    puppets.push(puppet);
    return puppet;
  };
  try {
    const alice = start({ media: [line(one.left.path)] });
    const bob = start({ media, self: "bob", serialRing: true });
    const carol = start({ media: [line(two.right.path)] });
    await Promise.all(puppets.map((puppet) => puppet.input("start")));
    say(alice, status("round", { ttl: "3" }));
    const heard = await carol.input(
      "message",
      ({ message }) => textOf(message, "word") === "round",
    );
    expect(textOf(heard.message, "ttl")).toBe("2");
    say(alice, status("spent", { ttl: "0" }), status("own", { src: "bob", ttl: "3" }));
    say(alice, status("next", { ttl: "1" }));
    await hear(carol, "next");
    const words = carol.told.map(({ input }) => JSON.stringify(input)).join();
    expect(words).not.toContain("spent");
    expect(words).not.toContain("own");
    const { packets } = (await bob.snapshot()).pulse;
    expect(packets.map(({ forwarded }) => forwarded)).toEqual([undefined, 2]);

    bob.order({
      effects: [{ do: "reconfigure", config: { ...puppetConfig, media, self: "bob" } }],
    });
    // Its answer says that it has read the order: what comes over the line may overtake that.
    await bob.snapshot();
    say(alice, status("off", { ttl: "3" }));
    await bob.input("message", ({ message }) => textOf(message, "word") === "off");
    expect((await bob.snapshot()).pulse.packets.map(({ sent }) => sent)).toEqual([0, 2]);
  } finally {
    for (const puppet of puppets) puppet.signal("SIGKILL");
    for (const puppet of puppets) await puppet.exited();
    one.close();
    two.close();
  }
});

test("serial locks its tty for as long as it is open, and gives it back", async () => {
  const cable = new Cable("ttyS");
  const lock = `/var/lock/LCK..${basename(cable.left.path)}`;
  const alice = new Puppet({ media: [line(cable.left.path)] });
  try {
    await alice.input("link", ({ ok }) => ok);
    expect(readFileSync(lock, "latin1")).toBe(`${`${alice.pid}`.padStart(10)}\n`);
    const bob = new Puppet({ media: [line(cable.left.path)] });
    const { ok, reason } = await bob.input("link");
    expect(ok).toBe(false);
    expect(reason).toContain(`"${cable.left.path}" is locked by process ${alice.pid}`);
    alice.signal("SIGKILL");
    await alice.exited();
    // The lock of the dead one does not hold it for longer than its next try.
    await bob.input("link", (input) => input.ok);
    expect(readFileSync(lock, "latin1").trim()).toBe(`${bob.pid}`);
    expect(await bob.hangUp()).toBe(3);
    expect(() => readFileSync(lock)).toThrow("ENOENT");
  } finally {
    cable.close();
  }
});

test.each([
  ["a dead process", `${"4194999".padStart(10)}\n`],
  ["no process at all", "what is this"],
  ["nobody", ""],
])("LineLock takes over the lock of %s", (_, content) => {
  const folder = mkdtempSync("/tmp/locks-");
  try {
    const path = join(folder, "LCK..ttyX9");
    writeFileSync(path, content);
    const lock = new LineLock("/dev/ttyX9", folder);
    expect(readFileSync(path, "latin1")).toBe(`${`${process.pid}`.padStart(10)}\n`);
    lock.release();
    expect(() => readFileSync(path)).toThrow("ENOENT");
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("LineLock says why it could make no lock file", () => {
  const lock = new LineLock("/dev/ttyX9", "/proc/locks.of.nobody");
  expect(lock.unmade).toStartWith("Cannot make /proc/locks.of.nobody/LCK..ttyX9: ");
  lock.release();
});

test("LineLock leaves a lock alone that belongs to somebody else by now", () => {
  const folder = mkdtempSync("/tmp/locks-");
  try {
    const path = join(folder, "LCK..ttyX9");
    const lock = new LineLock("/dev/ttyX9", folder);
    writeFileSync(path, `${"1".padStart(10)}\n`);
    lock.release();
    expect(readFileSync(path, "latin1").trim()).toBe("1");
    expect(() => new LineLock("/dev/ttyX9", folder)).toThrow(
      /"\/dev\/ttyX9" is locked by process 1 "/,
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("Links.open() goes on without a line that is none, and says why", async () => {
  const puppet = new Puppet({ media: [line("/dev/null")] });
  try {
    const { ok, reason } = await puppet.input("link");
    expect(ok).toBe(false);
    expect(reason).toContain('"/dev/null" is no serial line');
    await until("the lock to be gone", () => {
      try {
        readFileSync("/var/lock/LCK..null");
        return false;
      } catch {
        return true;
      }
    });
  } finally {
    puppet.signal("SIGKILL");
    await puppet.exited();
  }
});
