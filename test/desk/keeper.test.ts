// The keeper of the pulse: what it does with a pulse that cannot live, and how much it carries.

import { expect, test } from "bun:test";
import type { ClusterConfig } from "../../src/config/cluster.ts";
import type { FromPulse } from "../../src/core/channel.ts";
import { Keeper } from "../../src/desk/keeper.ts";
import type { KeeperEvents } from "../../src/desk/keeperoptions.ts";
import { Log } from "../../src/desk/log.ts";
import { Pulse } from "../../src/desk/pulse.ts";
import { Sink } from "../../src/desk/sink.ts";
import { plainConfig } from "../plainconfig.ts";

const config: ClusterConfig = {
  ...plainConfig,
  timing: { ...plainConfig.timing, initdeadMs: 20_000 },
  memreserveKib: 6_500,
};

function quietLog(lines: string[]) {
  const sink = new Sink(
    (bytes, done) => {
      lines.push(...Buffer.from(bytes).toString().trimEnd().split("\n"));
      done(null, bytes.length);
    },
    () => "",
  );
  return new Log("error", sink);
}

test("Keeper gives up a pulse that dies again and again, each life with a new generation", async () => {
  const lines: string[] = [];
  const { promise: hopeless, resolve } = Promise.withResolvers<string>();
  let generation = 0;
  const nothing = () => {};
  const events: KeeperEvents = {
    boot: () => {
      generation += 1;
      return { uuid: "0".repeat(32), generation, hostcache: [], delhostcache: [] };
    },
    memory: () => undefined,
    ready: nothing,
    alive: nothing,
    effect: nothing,
    published: nothing,
    died: nothing,
    hopeless: resolve,
  };
  const command = ["sh", "-c", "echo what is wrong >&2; exit 5"];
  const keeper = new Keeper({ command, config, log: quietLog(lines), events, pausesMs: [0, 1, 1] });
  keeper.start();
  expect(await hopeless).toBe("The pulse ended (exit code 5), 4 times in a row");
  keeper.end();
  expect(generation).toBe(4);
  expect(lines.filter((line) => line.includes("what is wrong"))).toHaveLength(4);
});

/** A pulse that says these words and then hangs. */
function hanging(words: readonly FromPulse[]): string[] {
  const code = `
    const { send } = await import("${import.meta.dir}/../../ffi/socket.ts");
    const { frames } = await import("${import.meta.dir}/../../src/core/frame.ts");
    for (const word of ${JSON.stringify(words)}) for (const packet of frames(word)) send(3, packet);
    process.kill(process.pid, "SIGSTOP");`;
  return [process.execPath, "-e", code];
}

async function keepHanging(words: readonly FromPulse[]) {
  const lines: string[] = [];
  const { promise: died, resolve } = Promise.withResolvers<"died">();
  const nothing = () => {};
  const events: KeeperEvents = {
    boot: () => ({ uuid: "0".repeat(32), generation: 1, hostcache: [], delhostcache: [] }),
    memory: () => undefined,
    ready: nothing,
    alive: nothing,
    effect: nothing,
    published: nothing,
    died: () => resolve("died"),
    hopeless: nothing,
  };
  const quick = { ...config, timing: { ...config.timing, keepaliveMs: 50, deadtimeMs: 200 } };
  const command = hanging(words);
  const keeper = new Keeper({ command, config: quick, log: quietLog(lines), events, pausesMs: [] });
  keeper.start();
  const told = async (pattern: RegExp) => {
    while (!lines.some((line) => pattern.test(line))) await Bun.sleep(5);
  };
  return { keeper, lines, died, told };
}

test("Keeper kills a pulse that hangs for deadtime", async () => {
  const { keeper, died } = await keepHanging([{ say: "ready" }]);
  expect(await died).toBe("died");
  keeper.end();
});

test("Keeper leaves a pulse that hangs to its watchdog, which a kill would feed once more", async () => {
  const { keeper, lines, died, told } = await keepHanging([
    { say: "guarded", timeoutS: 1 },
    { say: "ready" },
  ]);
  await told(/is silent for \d+ ms: the watchdog resets this host unless it wakes up/);
  expect(keeper.guardS).toBe(1);
  // Five times as long as it would take without the watchdog.
  expect(await Promise.race([died, Bun.sleep(1_000)])).toBeUndefined();
  expect(lines).toHaveLength(1);
  // When even the watchdog has failed it ends as any other.
  expect(await died).toBe("died");
  expect(lines.filter((line) => line.includes("watchdog resets"))).toHaveLength(1);
  keeper.end();
}, 20_000);

test("Pulse carries packets both ways, whole and in order, and tells the end after the last", async () => {
  // The other end reads what it is told and says it back, one packet at a time.
  const echo = `
    const { receive, send } = await import("${import.meta.dir}/../../ffi/socket.ts");
    const { PollSet, POLLIN } = await import("${import.meta.dir}/../../ffi/poll.ts");
    const set = new PollSet();
    set.watch(3, POLLIN);
    const buffer = new Uint8Array(new ArrayBuffer(70_000));
    for (let count = 0; count < 300; ) {
      set.wait(1_000);
      const got = receive(3, buffer);
      if (got === undefined) continue;
      while (!send(3, buffer.slice(0, got))) await Bun.sleep(1);
      count += 1;
    }`;
  const heard: FromPulse[] = [];
  const { promise: ended, resolve } = Promise.withResolvers<string>();
  const pulse = new Pulse([process.execPath, "-e", echo], {
    heard: (message) => heard.push(message),
    grumbled: () => {},
    ended: resolve,
  });
  const padding = "x".repeat(20_000);
  const said = Array.from({ length: 300 }, (_, id) => ({ say: "snapshot?" as const, id, padding }));
  for (const message of said) expect(pulse.say(message)).toBe(true);
  expect(await ended).toBe("exit code 0");
  expect(heard as unknown[]).toEqual(said);
});
