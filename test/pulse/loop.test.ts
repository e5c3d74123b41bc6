// The loop as a process: what the core is told, in which order, and when the process ends.

import { expect, test } from "bun:test";
import { text } from "../../src/wire/message.ts";
import { inNamespace, ip } from "./namespace.ts";
import { Puppet, puppetConfig, until } from "./puppet.ts";

async function withPuppet(
  changes: ConstructorParameters<typeof Puppet>[0],
  body: (puppet: Puppet) => Promise<void>,
): Promise<void> {
  await inNamespace(async () => {
    const puppet = new Puppet(changes);
    try {
      await puppet.input("start");
      await body(puppet);
    } finally {
      puppet.signal("SIGKILL");
      await puppet.exited();
    }
  });
}

const quick = { ...puppetConfig.timing, keepaliveMs: 50, deadtimeMs: 400 };
const loopback = { kind: "bcast", device: "lo", port: 694 } as const;

test("runLoop() gives the alarm at the core's deadline, again and again", () =>
  withPuppet({}, async (puppet) => {
    puppet.order({ beatMs: 20 });
    for (let beat = 0; beat < 5; beat += 1) await puppet.input("alarm");
    const { lateMs } = (await puppet.snapshot()).pulse;
    expect(lateMs.worst).toBeGreaterThan(0);
    expect(lateMs.p99).toBeLessThanOrEqual(lateMs.worst);
  }));

test("runLoop() lets a heartbeat that is due out before it hears the rest, and judges nobody before that", () =>
  withPuppet({}, async (puppet) => {
    puppet.order({ beatMs: 20 });
    await puppet.input("alarm");
    // More than is heard in 20 ms.
    puppet.say({ say: "clients", bodies: Array<string>(4_000).fill("{}") });
    const heard = () => puppet.told.filter(({ input }) => input.on === "client").length;
    await until("all that was said", () => heard() === 4_000);
    await until("an alarm after it", () => puppet.told.at(-1)?.input.on === "alarm");
    const kinds = puppet.told.map(({ input }) => input.on);
    const first = kinds.indexOf("client");
    const between = kinds.slice(first, kinds.lastIndexOf("client"));
    expect(between.filter((kind) => kind !== "client")).toEqual(["beat"]);
    expect(kinds[kinds.lastIndexOf("client") + 1]).toBe("alarm");
  }));

test("runLoop() tells of oversleeping first, then what was heard meanwhile, then the alarm", () =>
  withPuppet({ timing: quick, media: [loopback] }, async (sleeper) => {
    const other = new Puppet({ media: [loopback] });
    try {
      ip("addr add 10.9.0.1/24 brd + dev lo");
      for (const puppet of [sleeper, other]) await puppet.input("link", ({ ok }) => ok);
      sleeper.order({ beatMs: 50 });
      await sleeper.input("alarm");
      sleeper.signal("SIGSTOP");
      const message = text({ t: "status", src: "other", word: "meanwhile" });
      other.order({ effects: [{ do: "send", message }] });
      await other.input("message");
      await Bun.sleep(600);
      sleeper.told.splice(0);
      sleeper.signal("SIGCONT");
      await until("the message", () => sleeper.told.some(({ input }) => input.on === "message"));
      await until("an alarm after it", () => sleeper.told.at(-1)?.input.on === "alarm");
      const awake = sleeper.told.slice(sleeper.told.findIndex(({ input }) => input.on !== "alarm"));
      expect(awake.slice(0, 3).map(({ input }) => input.on)).toEqual([
        "overslept",
        "message",
        "alarm",
      ]);
      expect(new Set(awake.slice(0, 3).map(({ now }) => now)).size).toBe(1);
    } finally {
      other.signal("SIGKILL");
      await other.exited();
    }
  }));

test("runLoop() does not take a nap of both processes for the desk's death", () =>
  withPuppet({ timing: quick }, async (puppet) => {
    puppet.silence();
    puppet.signal("SIGSTOP");
    // Longer than a desk may be silent.
    await Bun.sleep(3_500);
    puppet.signal("SIGCONT");
    const { ms } = await puppet.input("overslept");
    puppet.talk();
    expect(ms).toBeGreaterThan(3_000);
    expect((await puppet.snapshot()).node).toBe("alice");
  }));

test("runLoop() ends with 3 when the desk hangs up", () =>
  withPuppet({}, async (puppet) => {
    expect(await puppet.hangUp()).toBe(3);
  }));

test("runLoop() ends with 3 when the desk falls silent for deadtime", () =>
  withPuppet({ timing: quick }, async (puppet) => {
    puppet.silence();
    expect(await puppet.exited()).toBe(3);
  }));

test("runLoop() ends with 0 after an exit effect, which the desk still hears", () =>
  withPuppet({}, async (puppet) => {
    puppet.order({ effects: [{ do: "exit", reason: "told to" }] });
    expect(await puppet.exited()).toBe(0);
    expect(puppet.others).toContainEqual({
      say: "effect",
      effect: { do: "exit", reason: "told to" },
    });
  }));

test("runLoop() lets a core that asks for the past rest a millisecond between turns", () =>
  withPuppet({}, async (puppet) => {
    puppet.order({ beatMs: -1 });
    const alarms = () => puppet.told.filter(({ input }) => input.on === "alarm");
    await until("many alarms", () => alarms().length > 500);
    const late = alarms();
    const [from, to] = [late[300], late[400]];
    // Packets and the kernel's news wake the loop between the rests. Without any rest, a hundred
    // turns are over in a few milliseconds.
    expect((to?.now ?? 0) - (from?.now ?? 0)).toBeGreaterThan(50);
  }));
