// A neighbour who records and replays, changes and floods: what he can do to a sealed router is raise
// counters. Without a seal the same replay moves the address, as it does with ucarp (carp.md 2).

import { expect, setDefaultTimeout, test } from "bun:test";
import { join } from "node:path";
import { internetChecksum } from "../../../src/wire/checksum.ts";
import { until } from "../until.ts";
import { AT_ONCE_MS, type BesideUcarp, besideUcarp, VIP } from "./besideucarp.ts";
import { Hearing } from "./hearing.ts";

setDefaultTimeout(120_000);

const BUN = join(import.meta.dir, "../../../node_modules/.bin/bun");
const SPEAK = join(import.meta.dir, "speak.ts");
const CARP_PART = 34;

/** The same advert, digest and all, that says another pace; its checksum holds. */
function retimed(frame: Buffer, advbase: number, advskew: number): Buffer {
  const forged = Buffer.from(frame);
  forged[CARP_PART + 2] = advskew;
  forged[CARP_PART + 5] = advbase;
  forged.writeUInt16BE(0, CARP_PART + 6);
  const sum = internetChecksum(forged.subarray(CARP_PART, CARP_PART + 36));
  forged.writeUInt16BE(sum, CARP_PART + 6);
  return forged;
}

/** With the length and the checksum in its IP header that it should have. */
function headed(frame: Buffer): Buffer {
  frame.writeUInt16BE(frame.length - 14, 16);
  frame.writeUInt16BE(0, 24);
  frame.writeUInt16BE(internetChecksum(frame.subarray(14, 34)), 24);
  return frame;
}

async function speak(run: BesideUcarp, frames: readonly Buffer[]): Promise<void> {
  const lines = frames.map((frame) => frame.toString("hex")).join("\n");
  const said = await run.host("mallory").exec([BUN, SPEAK, "eth0"], lines);
  expect(said.stdout + said.stderr).toBe(`${frames.length} sent\n`);
}

/** An advert of alice's, as mallory heard it after this moment. */
async function recorded(hearing: Hearing, run: BesideUcarp): Promise<Buffer> {
  const after = hearing.frames.length;
  const from = run.host("alice").address();
  const what = "an advert of alice";
  const { frame } = await until({ what, withinMs: 5_000 }, () =>
    hearing.frames.slice(after).find((one) => one.frame.subarray(26, 30).join(".") === from),
  );
  return frame;
}

function rejected(run: BesideUcarp, name: string) {
  return async (reason: string) => (await run.router(name))?.packets.rejected[reason] ?? 0;
}

test.concurrent("replayed and re-timed adverts of a sealed router change nothing but counters", async () => {
  await besideUcarp(["alice", "bob", "mallory"], async (run) => {
    const hearing = await Hearing.of(run.host("mallory"));
    await run.hb("alice", "-k", "10");
    await run.held(["alice"], 10_000);
    await run.hb("bob", "-k", "20", "--preempt");
    const count = rejected(run, "bob");
    const recording = await recorded(hearing, run);
    // Bob has heard alice's seal by then.
    await until({ what: "bob heard alice", withinMs: 5_000 }, async () => {
      return (await run.router("bob"))?.heard?.sealed;
    });

    // Again as it was; as a farewell; as a worse master's, whom bob would preempt; without its seal.
    await recorded(hearing, run);
    const bare = headed(Buffer.from(retimed(recording, 255, 255).subarray(0, 70)));
    const forged = [retimed(recording, 255, 255), retimed(recording, 1, 200), bare];
    await speak(run, [recording, ...forged]);
    await until(
      { what: "bob to count the replay", withinMs: 3_000 },
      async () => (await count("replay")) >= 1,
    );
    await until(
      { what: "bob to count broken seals", withinMs: 3_000 },
      async () => (await count("seal")) >= 2,
    );
    await until(
      { what: "bob to count the bare one", withinMs: 3_000 },
      async () => (await count("unsealed")) >= 1,
    );
    await run.stays(["alice"], 2_500);
    expect(await run.router("bob")).toMatchObject({ state: "backup", heard: { advskew: 10 } });

    // Alice is not moved either, though what is said to be better than her is in her own words.
    await speak(run, [retimed(recording, 1, 0), retimed(recording, 0, 1)]);
    await run.stays(["alice"], 1_500);

    // Her restart goes on with higher numbers: bob believes her at once.
    run.signalHb("alice", "SIGTERM");
    await run.held(["bob"], AT_ONCE_MS);
    await run.hb("alice", "-k", "10", "--preempt");
    await run.held(["alice"], 1_300 + AT_ONCE_MS);
  });
});

test.concurrent("without a seal the same farewell moves the address", async () => {
  await besideUcarp(["alice", "bob", "mallory"], async (run) => {
    const hearing = await Hearing.of(run.host("mallory"));
    await run.hb("alice", "-k", "10", "--seal", "off");
    await run.held(["alice"], 10_000);
    await run.hb("bob", "-k", "20", "--seal", "off");
    await run.stays(["alice"], 1_500);
    await speak(run, [retimed(await recorded(hearing, run), 255, 255)]);
    await run.host("bob").says("log/hb-carp.log", /Switching to state: MASTER/, 2_000);
  });
});

test.concurrent("a flood of bad packets moves nothing, and no deadline is missed", async () => {
  await besideUcarp(["alice", "bob", "mallory"], async (run) => {
    const hearing = await Hearing.of(run.host("mallory"));
    // With "auto" a recorded advert without its seal is good from a source that has never shown one, and
    // among so many there are such.
    await run.hb("alice", "--seal", "require");
    await run.held(["alice"], 10_000);
    await run.hb("bob", "-k", "50", "--seal", "require");
    const good = await recorded(hearing, run);
    let state = 0x9e3779b9;
    const random = (below: number) => {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      return (state >>> 0) % below;
    };
    const flood = Array.from({ length: 20_000 }, (_, i) => {
      const frame = Buffer.from(
        good.subarray(0, i % 3 === 0 ? 24 + random(good.length - 24) : good.length),
      );
      // Never the protocol: the kernel drops what is not CARP.
      for (let changes = 1 + random(3); changes > 0; changes -= 1) {
        const at = 14 + random(frame.length - 14);
        if (at !== 23) frame[at] = random(256);
      }
      // A bridge may drop what has no good IP header: half of them get one.
      return i % 2 === 0 || frame.length < 34 ? frame : headed(frame);
    });
    const wrong = Buffer.from(good);
    wrong.fill(7, 50, 70);
    await speak(run, [...flood, wrong]);
    await run.stays(["alice"], 3_500);
    const views = [await run.router("alice"), await run.router("bob")];
    const reasons = Object.keys(views[1]?.packets.rejected ?? {});
    const all = ["ttl", "version", "size", "vhid", "destination", "checksum", "seal", "unsealed"];
    for (const reason of all) expect(reasons).toContain(reason);
    expect(views.map((view) => view?.state)).toEqual(["master", "backup"]);
    expect(run.lab.watch.since(VIP, 0).filter(({ host }) => host === "bob")).toEqual([]);
  });
});
