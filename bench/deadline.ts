// Deaths of a host that is heard over one serial line alone, and when its address is on the survivor.

import { leave, settled, startAgent } from "../test/lab/agent.ts";
import { configure } from "../test/lab/conf.ts";
import { Lab } from "../test/lab/lab.ts";
import { until, wallMs } from "../test/lab/until.ts";
import { Wiring } from "../test/lab/wiring.ts";

export const KEEPALIVE_MS = 1_000;
export const DEADTIME_MS = 3_000;
const ADDRESS = "10.77.0.100";

/** One death, in milliseconds until the address is on the survivor. */
export interface Death {
  /** From the kill. */
  readonly killedMs: number;
  /** From the last byte that the survivor's end of the cable was given. */
  readonly silentMs: number;
}

/** Kills the holder of an address again and again, on a line of this speed. */
export async function deaths(baud: number, runs: number): Promise<Death[]> {
  const lab = await Lab.up({ hosts: ["alice", "bob"], name: "line" });
  const wiring = new Wiring();
  const [alice, bob] = [lab.host("alice"), lab.host("bob")];
  const all: Death[] = [];
  try {
    configure(lab, {
      resources: [`alice ${ADDRESS}/24/eth0`],
      media: [],
      keepalive: `${KEEPALIVE_MS}ms`,
      warntime: "2",
      deadtime: `${DEADTIME_MS}ms`,
      initdead: "10",
      extra: [`baud ${baud}`, "serial /dev/ttyLAB0"],
    });
    const cable = await wiring.lay(alice, bob, baud);
    const survivor = startAgent(bob);
    for (let run = 1; run <= runs; run += 1) {
      await alice.exec(["ip", "addr", "del", `${ADDRESS}/24`, "dev", "eth0"]);
      alice.forgetRun();
      startAgent(alice);
      await lab.watch.held(ADDRESS, ["alice"], 40_000);
      await Promise.all([settled(alice, 40_000), settled(bob, 40_000)]);
      // At any moment between two heartbeats.
      await Bun.sleep(Math.random() * KEEPALIVE_MS);
      const killedAt = alice.kill();
      const what = "bob to take the address";
      await until({ what, withinMs: 10 * DEADTIME_MS, everyMs: 5 }, () => {
        return lab.watch.holders(ADDRESS).includes("bob");
      });
      const takenAt = lab.watch.changes.findLast(({ host, address, up }) => {
        return host === "bob" && address === ADDRESS && up;
      })?.atMs;
      const death = {
        killedMs: (takenAt ?? wallMs()) - killedAt,
        silentMs: (takenAt ?? wallMs()) - cable.right.atMs,
      };
      all.push(death);
      const [killed, silent] = [death.killedMs, death.silentMs].map((ms) => ms.toFixed(1));
      process.stderr.write(
        `${baud} baud ${run}/${runs}: ${killed} ms after the kill, ${silent} ms after the last byte\n`,
      );
    }
    await leave(bob, survivor);
    return all;
  } finally {
    wiring.close();
    await lab.down();
  }
}
