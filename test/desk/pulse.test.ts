// How a pulse is started: as this host's environment is now, and without the compiler's last tier.

import { expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import type { FromDesk, FromPulse } from "../../src/core/channel.ts";
import { at } from "../../src/core/instant.ts";
import { Pulse } from "../../src/desk/pulse.ts";

test("Pulse hands on the environment of now, and turns the last tier of the compiler off", async () => {
  const lines: string[] = [];
  const { promise, resolve } = Promise.withResolvers<string>();
  process.env.HB_PULSE_TEST = "now";
  const tell = "console.error(process.env.HB_PULSE_TEST, process.env.BUN_JSC_useFTLJIT)";
  new Pulse([process.execPath, "-e", tell], {
    heard() {},
    grumbled: (line) => lines.push(line),
    ended: resolve,
  });
  await promise;
  delete process.env.HB_PULSE_TEST;
  expect(lines).toEqual(["now 0"]);
});

/** A pulse that never reads. It is told when to speak, by which time its parent is busy. */
const hurried = `
  import { PollSet, POLLIN } from "${import.meta.dir}/../../ffi/poll.ts";
  import { send } from "${import.meta.dir}/../../ffi/socket.ts";
  import { frames } from "${import.meta.dir}/../../src/core/frame.ts";
  process.on("SIGTERM", () => {
    for (let at = 1; at <= 3; at += 1) for (const frame of frames({ say: "alive", at })) send(3, frame);
    process.exit(3);
  });
  const set = new PollSet();
  set.watch(3, POLLIN);
  while (set.wait(1_000) === 0);
  setInterval(() => {}, 1_000);
  console.error("There is a word");
`;

test("Pulse hears the last words of one that left a word of ours unread", async () => {
  const heard: FromPulse[] = [];
  const { promise, resolve } = Promise.withResolvers<string>();
  const pulse = new Pulse([process.execPath, "-e", hurried], {
    heard: (message) => heard.push(message),
    grumbled: () => {
      process.kill(pulse.pid, "SIGTERM");
      // Its last thread closes the socket, and that may be after its own end.
      while (pulse.isThere || readdirSync(`/proc/${pulse.pid}/task`).length > 1) Bun.sleepSync(1);
    },
    ended: resolve,
  });
  pulse.say({ say: "alive" });
  expect(await promise).toBe("exit code 3");
  expect(heard).toEqual([1, 2, 3].map((ms) => ({ say: "alive", at: at(ms) })));
});

/** A pulse that waits for a word, and then for the end of what it is told. */
const obedient = `
  import { PollSet, POLLIN } from "${import.meta.dir}/../../ffi/poll.ts";
  import { receive, send } from "${import.meta.dir}/../../ffi/socket.ts";
  import { frames } from "${import.meta.dir}/../../src/core/frame.ts";
  const set = new PollSet();
  set.watch(3, POLLIN);
  const packet = new Uint8Array(100);
  for (let at = 1; ; at += 1) {
    while (set.wait(1_000) === 0);
    const got = receive(3, packet);
    for (const frame of frames({ say: "alive", at })) send(3, frame);
    if (got === 0) process.exit(5);
  }
`;

test("Pulse.hangUp() is the end of file for the pulse, and what it says then is heard", async () => {
  const heard: FromPulse[] = [];
  const { promise, resolve } = Promise.withResolvers<string>();
  const pulse = new Pulse([process.execPath, "-e", obedient], {
    heard: (message) => {
      heard.push(message);
      pulse.hangUp();
    },
    grumbled() {},
    ended: resolve,
  });
  pulse.say({ say: "alive" });
  expect(await promise).toBe("exit code 5");
  expect(heard).toEqual([1, 2].map((ms) => ({ say: "alive", at: at(ms) })));
});

/** Reads when it is told to, and repeats what was said, packet by packet. */
const repeater = `
  import { PollSet, POLLIN } from "${import.meta.dir}/../../ffi/poll.ts";
  import { receive } from "${import.meta.dir}/../../ffi/socket.ts";
  const set = new PollSet();
  set.watch(3, POLLIN);
  const packet = new Uint8Array(60_001);
  process.on("SIGUSR1", () => {
    for (;;) {
      while (set.wait(1_000) === 0);
      const got = receive(3, packet);
      if (got === 0) process.exit(0);
      console.error(new TextDecoder().decode(packet.subarray(1, got)));
    }
  });
  setInterval(() => {}, 1_000);
  console.error("ready");
`;

function letter(body: string): FromDesk {
  return { say: "input", input: { on: "client", body } };
}

test("Pulse.say() lets what clients say travel together, and nothing overtake it", async () => {
  const said: FromDesk[] = [];
  const { promise, resolve } = Promise.withResolvers<string>();
  const pulse = new Pulse([process.execPath, "-e", repeater], {
    heard() {},
    grumbled(line) {
      if (line === "ready") {
        for (const n of Array(20).keys()) pulse.say(letter(`${n}`));
        pulse.say({ say: "alive" });
        pulse.say(letter("last"));
        process.kill(pulse.pid, "SIGUSR1");
      } else said.push(JSON.parse(line));
      if (line.includes("last")) pulse.hangUp();
    },
    ended: resolve,
  });
  await promise;
  const bodies = [...Array(20).keys()].map(String);
  expect(said).toEqual([
    { say: "clients", bodies: bodies.slice(0, 16) },
    { say: "clients", bodies: bodies.slice(16) },
    { say: "alive" },
    { say: "clients", bodies: ["last"] },
  ]);
});

test("Pulse.backlog is what has no room yet, and all of it is heard", async () => {
  let said = 0;
  let heard = 0;
  const { promise, resolve } = Promise.withResolvers<string>();
  const pulse = new Pulse([process.execPath, "-e", repeater], {
    heard() {},
    grumbled(line) {
      if (line !== "ready") heard += JSON.parse(line).bodies.length;
      else {
        for (; pulse.backlog < 3; said++) expect(pulse.say(letter("x".repeat(60)))).toBe(true);
        process.kill(pulse.pid, "SIGUSR1");
      }
      if (heard === said) pulse.hangUp();
    },
    ended: resolve,
  });
  await promise;
  expect(pulse.backlog).toBe(0);
  expect(heard).toBe(said);
  expect(said).toBeGreaterThan(100);
});
