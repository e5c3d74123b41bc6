// hb with a virtual MAC beside a BSD host (the model in bsd/): clients never have to learn another one.

import { expect, setDefaultTimeout, test } from "bun:test";
import { built } from "../agent.ts";
import { withLab } from "../lab.ts";
import { wallMs } from "../until.ts";
import { BesideBsd } from "./besidebsd.ts";
import { Hearing } from "./hearing.ts";

setDefaultTimeout(90_000);

const VIP = "10.77.0.252";
const VIP6 = "fd77::252";
const VMAC = "00:00:5e:00:01:2a";

test("hb with --vmac answers with the virtual MAC of the BSD host that it replaces", async () => {
  await built();
  const hosts = ["alice", "bob", "carol"];
  await withLab({ hosts, name: "bsd", logs: ["log/hb-carp.log"] }, async (lab) => {
    const run = new BesideBsd(lab, "openbsd", [VIP, VIP6]);
    const carol = lab.host("carol");
    const learned = async (): Promise<string[]> => {
      const shown = await Promise.all(
        [VIP, VIP6].map((address) => carol.exec(["ip", "-o", "neigh", "show", address])),
      );
      return shown.map(({ stdout }) => /lladdr (\S+)/.exec(stdout)?.[1] ?? "nothing");
    };
    const reaches = async (): Promise<boolean[]> => {
      const pings = [VIP, VIP6].map((address) =>
        carol.exec(["ping", "-c", "3", "-i", "0.3", "-W", "2", address]),
      );
      return (await Promise.all(pings)).map(({ stdout }) => / [1-3] received/.test(stdout));
    };

    const bsd = await run.bsd();
    await bsd.becomes("MASTER", 10_000);
    expect(await reaches()).toEqual([true, true]);
    expect(await learned()).toEqual([VMAC, VMAC]);
    run.hb("-k", "50", "--vmac");
    await run.said(/BACKUP/, 10_000);
    // What a client asks while it is served may not confuse the switch: hb is silent with that MAC.
    expect(await reaches()).toEqual([true, true]);

    const hearing = await Hearing.of(carol);
    await lab.crash("alice");
    await run.held(run.ours, 6_000);
    // No new entry was made: the old one is right, without anybody's help.
    expect(await learned()).toEqual([VMAC, VMAC]);
    expect(await reaches()).toEqual([true, true]);
    expect(await learned()).toEqual([VMAC, VMAC]);
    const since = wallMs() - 3_000;
    const adverts = hearing.frames.filter(({ atMs }) => atMs > since);
    const sources = new Set(adverts.map(({ frame }) => frame.subarray(6, 12).toString("hex")));
    expect([...sources]).toEqual(["00005e00012a"]);

    // And back.
    await lab.boot("alice");
    await (await run.bsd({ preempt: true })).becomes("MASTER", 10_000);
    await run.held(run.theirs, 3_000);
    expect(await learned()).toEqual([VMAC, VMAC]);
    expect(await reaches()).toEqual([true, true]);
  });
});
