// A PPP link in the pulse: opened when the desk tells of it, closed when it goes. The interface is a
// cable here; what pppd does with a real line is told in test/vm.

import { expect, test } from "bun:test";
import type { PppMedium } from "../../src/config/medium.ts";
import { text, textOf } from "../../src/wire/message.ts";
import { cable, inNamespace, ip } from "./namespace.ts";
import { Puppet } from "./puppet.ts";

const tty = "/dev/ttyS1";
const other = "/dev/ttyS2";

function medium(device: string, local: string): PppMedium {
  return { kind: "ppp", device, local, baud: 115_200, flow: "none", port: 694 };
}

function say(puppet: Puppet, word: string): void {
  puppet.order({ effects: [{ do: "send", message: text({ t: "status", src: "someone", word }) }] });
}

function up(puppet: Puppet, at: string, device: string, ends: readonly [string, string]): void {
  const [local, remote] = ends;
  puppet.say({ say: "ppp", tty: at, line: { device, local, remote }, reason: "up" });
}

/** One pulse with both ends of a cable: what it says on one it hears on the other. */
async function withPuppet(body: (puppet: Puppet) => Promise<void>): Promise<void> {
  await inNamespace(async () => {
    lay();
    const puppet = new Puppet({ media: [medium(tty, "10.9.0.1"), medium(other, "10.9.0.2")] });
    try {
      await puppet.input("start");
      await body(puppet);
    } finally {
      puppet.signal("SIGKILL");
      await puppet.exited();
    }
  });
}

function lay(left = "left", right = "right", net = "10.9.0"): void {
  cable(left, right);
  ip(`addr add ${net}.1 peer ${net}.2/32 dev ${left}`);
  ip(`addr add ${net}.2 peer ${net}.1/32 dev ${right}`);
  // Both ends are on one host: without these the kernel takes what arrives for a forgery.
  for (const device of ["all", left, right]) {
    Bun.spawnSync(["sysctl", "-qw", `net.ipv4.conf.${device}.accept_local=1`]);
    Bun.spawnSync(["sysctl", "-qw", `net.ipv4.conf.${device}.rp_filter=0`]);
  }
}

async function reach(puppet: Puppet, word: string, link: string): Promise<void> {
  const again = setInterval(() => say(puppet, word), 100);
  try {
    await puppet.input(
      "message",
      (input) => textOf(input.message, "word") === word && input.link === link,
    );
  } finally {
    clearInterval(again);
  }
}

test("openPpp() has nothing to open until the desk tells of the line, and says why", () =>
  withPuppet(async (puppet) => {
    const closed = await puppet.input("link", ({ link }) => link === other);
    const reason = `ppp ${other}: pppd has not told of it yet`;
    expect(closed).toEqual({ on: "link", link: other, ok: false, reason });
    say(puppet, "nobody hears this");
    expect(await sentOn(puppet, other)).toBe(0);
    puppet.say({ say: "ppp", tty: other, reason: "the other end has not answered" });
    up(puppet, other, "right", ["10.9.0.2", "10.9.0.1"]);
    expect(await puppet.input("link", ({ ok }) => ok)).toMatchObject({ link: other });
    say(puppet, "but this may");
    expect(await sentOn(puppet, other)).toBe(1);
  }));

test("Links.ppp() opens the line on its link, both ways, and closes it when it goes down", () =>
  withPuppet(async (puppet) => {
    up(puppet, tty, "left", ["10.9.0.1", "10.9.0.2"]);
    up(puppet, other, "right", ["10.9.0.2", "10.9.0.1"]);
    await reach(puppet, "to the right", other);
    await reach(puppet, "to the left", tty);
    puppet.say({ say: "ppp", tty, reason: "the other end hung up" });
    const gone = await puppet.input("link", ({ link, ok }) => link === tty && !ok);
    expect(gone.reason).toContain("the other end hung up");
    const sentBefore = await sentOn(puppet, tty);
    say(puppet, "nobody hears this there");
    expect(await sentOn(puppet, tty)).toBe(sentBefore);
    up(puppet, tty, "left", ["10.9.0.1", "10.9.0.2"]);
    expect(await puppet.input("link", ({ link, ok }) => link === tty && ok)).toBeDefined();
    await reach(puppet, "again", other);
  }));

test("Links.changed() closes a line whose interface vanishes, and goes over to its next name", () =>
  withPuppet(async (puppet) => {
    up(puppet, tty, "left", ["10.9.0.1", "10.9.0.2"]);
    up(puppet, other, "right", ["10.9.0.2", "10.9.0.1"]);
    await reach(puppet, "before", other);
    ip("link del left");
    const gone = await puppet.input("link", ({ link, ok }) => link === tty && !ok);
    // It may be seen to go down before it is gone.
    expect(gone.reason).toContain('"left"');
    lay();
    ip("link set left down");
    ip("link set left name ppp7");
    ip("link set ppp7 up");
    up(puppet, tty, "ppp7", ["10.9.0.1", "10.9.0.2"]);
    expect(await puppet.input("link", ({ link, ok }) => link === tty && ok)).toBeDefined();
    await reach(puppet, "after", other);
  }));

test("Links passes on over PPP what another PPP line brought, one hop older, with serial_ring", () =>
  inNamespace(async () => {
    lay();
    lay("left2", "right2", "10.9.1");
    const on = (self: string, ...media: PppMedium[]) =>
      new Puppet({ self, media, serialRing: true });
    const alice = on("alice", medium(tty, "10.9.0.1"), medium(other, "10.9.1.1"));
    const bob = on("bob", medium(tty, "10.9.0.2"));
    const carol = on("carol", medium(tty, "10.9.1.2"));
    try {
      for (const puppet of [alice, bob, carol]) await puppet.input("start");
      up(alice, tty, "left", ["10.9.0.1", "10.9.0.2"]);
      up(alice, other, "left2", ["10.9.1.1", "10.9.1.2"]);
      up(bob, tty, "right", ["10.9.0.2", "10.9.0.1"]);
      up(carol, tty, "right2", ["10.9.1.2", "10.9.1.1"]);
      for (const puppet of [bob, carol]) await puppet.input("link", ({ ok }) => ok);
      let seq = 0;
      const again = setInterval(() => {
        seq += 1;
        const fields = { t: "status", src: "bob", hg: "1", seq: seq.toString(16), ttl: "3" };
        bob.order({ effects: [{ do: "send", message: text(fields) }] });
      }, 100);
      try {
        const { link, message } = await carol.input("message");
        expect(link).toBe(tty);
        expect([textOf(message, "src"), textOf(message, "ttl")]).toEqual(["bob", "2"]);
      } finally {
        clearInterval(again);
      }
    } finally {
      for (const puppet of [alice, bob, carol]) puppet.signal("SIGKILL");
      for (const puppet of [alice, bob, carol]) await puppet.exited();
    }
  }));

async function sentOn(puppet: Puppet, link: string): Promise<number> {
  const { packets } = (await puppet.snapshot()).pulse;
  return packets.find((each) => each.link === link)?.sent ?? -1;
}
