// The real ucarp hears sealed adverts as if they had no seal.

import { expect, setDefaultTimeout, test } from "bun:test";
import { join } from "node:path";
import { bytesToHex } from "../../../src/wire/bytes.ts";
import { ADVERT_BYTES, decodeAdvert } from "../../../src/wire/carp/advert.ts";
import { dissect } from "../../../src/wire/carp/packet.ts";
import { SEAL_BYTES } from "../../../src/wire/carp/seal.ts";
import { type Utterance, Voice } from "../../../src/wire/carp/voice.ts";
import { addressToBytes } from "../../../src/wire/ipaddress.ts";
import { router } from "../../wire/carp/vector.ts";
import type { Host } from "../host.ts";
import { withLab } from "../lab.ts";
import { Hearing } from "./hearing.ts";

setDefaultTimeout(60_000);

const BUN = join(import.meta.dir, "../../../node_modules/.bin/bun");
const SPEAK = join(import.meta.dir, "speak.ts");
const VIP = "10.77.0.252";
const SEAL = { sender: "00112233445566ff", number: 0x8000_0000_0000_0001n };

/** Starts ucarp without scripts; its words are in LOG. */
function ucarp(host: Host, vhid: number, ...more: readonly string[]): void {
  const log = `ucarp-${vhid}.log`;
  const line = ["-s", host.address(), "-v", `${vhid}`, "-p", "love", "-a", VIP, "-f", "none"];
  host.spawn(["/usr/sbin/ucarp", "-i", "eth0", ...line, ...more], log);
}

function frameOf(host: Host, vhid: number, pass: string, said: Utterance): string {
  const voice = new Voice(router({ vhid, pass, addr: VIP }));
  const from = {
    mac: Uint8Array.of(2, 0, 0, 0, 0, 9),
    source4: addressToBytes(host.address()),
  };
  const [frame] = voice.frames(said, from, 99);
  if (frame?.length !== 14 + 20 + ADVERT_BYTES + SEAL_BYTES) throw new Error("It is not sealed");
  return bytesToHex(frame);
}

async function speak(host: Host, ...frames: readonly string[]): Promise<void> {
  const said = await host.exec([BUN, SPEAK, "eth0"], frames.join("\n"));
  expect(said.stdout + said.stderr).toBe(`${frames.length} sent\n`);
}

test("a sealed advert makes ucarp do what the bare one does", async () => {
  const logs = ["log/ucarp-42.log", "log/ucarp-43.log"];
  await withLab({ hosts: ["alice", "bob"], name: "seal", logs }, async (lab) => {
    const [alice, bob] = [lab.host("alice"), lab.host("bob")];
    const says = (vhid: number, line: RegExp) => alice.says(`log/ucarp-${vhid}.log`, line, 15_000);
    const fast = { advbase: 1, advskew: 49, demote: 0, counter: 1_000n, seal: SEAL };
    ucarp(alice, 42, "-b", "1", "-k", "50", "-r", "1");
    ucarp(alice, 43, "-b", "30", "-k", "0");
    await says(42, /Switching to state: MASTER/);
    await says(43, /Switching to state: BACKUP/);
    const hearing = await Hearing.of(bob);

    // A master yields to it, with a last advert that carries the counter after ours.
    await speak(bob, frameOf(bob, 42, "love", fast));
    await says(42, /Preferred master advertised: going back to BACKUP state/);
    expect(alice.read("log/ucarp-42.log")).not.toMatch(/Bad|Non-preferred/);
    await hearing.heard("the last advert of alice", 5_000, ({ frame }) => {
      const dissected = dissect(frame);
      if (!dissected.ok || dissected.packet.vhid !== 42) return false;
      return decodeAdvert(dissected.packet.advert).counter === fast.counter + 1n;
    });

    // A backup takes over at a sealed farewell.
    const farewell = { ...fast, advbase: 255, advskew: 255 };
    await speak(bob, frameOf(bob, 43, "love", farewell));
    await says(43, /Putting MASTER DOWN \(going to time out\)/);
    expect(alice.read("log/ucarp-43.log")).not.toMatch(/Bad/);

    // And what it must refuse it refuses, sealed or not.
    await speak(bob, frameOf(bob, 42, "hate", fast));
    await says(42, /Bad digest/);
  });
});
