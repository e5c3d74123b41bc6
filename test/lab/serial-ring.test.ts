// Nodes in a ring of null-modem cables and nothing else: one cluster, whichever cable is cut.

import { expect, setDefaultTimeout, test } from "bun:test";
import { status } from "./agent.ts";
import { home, type Running, withCluster } from "./cluster.ts";
import { stays, until } from "./until.ts";
import { Wiring } from "./wiring.ts";

setDefaultTimeout(150_000);

const NAMES = ["alice", "bob", "carol", "dave", "erin"] as const;
const DEADTIME_MS = 2_000;

async function withRing(
  count: number,
  tell: (run: Running, wiring: Wiring) => Promise<void>,
): Promise<void> {
  const wiring = new Wiring();
  try {
    await withCluster(
      {
        nodes: NAMES.slice(0, count),
        cluster: {
          media: [],
          keepalive: "300ms",
          deadtime: `${DEADTIME_MS}ms`,
          warntime: "1s",
          extra: ["baud 460800", "serial /dev/ttyLAB0 /dev/ttyLAB1", "serial_ring on"],
        },
        prepare: async (lab) => {
          await wiring.ring(lab.hosts);
          // Nobody meets on the Ethernet, not even when two hold one address.
          for (const host of lab.hosts) await lab.cut(host.name);
        },
      },
      (run) => tell(run, wiring),
    );
  } finally {
    wiring.close();
  }
}

const isHome = (run: Running) =>
  run.nodes.every(({ name }) => {
    const holders = run.lab.watch.holders(home(name));
    return holders.length === 1 && holders[0] === name;
  });

/** States of the links by which a node hears another one. */
async function links(run: Running, at: string, of: string): Promise<Record<string, string>> {
  const view = await status(run.host(at));
  const node = view?.nodes.find(({ name }) => name === of);
  return Object.fromEntries((node?.links ?? []).map(({ name, state }) => [name, state]));
}

for (const count of [3, 5]) {
  test(`${count} nodes in a ring of cables are one cluster; one cable less moves nothing, two less part it`, async () => {
    await withRing(count, async (run, wiring) => {
      const names = NAMES.slice(0, count);
      const journals = () => names.map((name) => run.journal(name));
      const before = journals();
      // Everybody is heard by both cables, also who is far away.
      const whole = () =>
        until({ what: "every link to be up", withinMs: 10_000, everyMs: 200 }, async () => {
          const states = await Promise.all(names.slice(1).map((name) => links(run, "alice", name)));
          return states.every((each) => Object.values(each).join() === "up,up");
        });
      await whole();

      for (const [at, cable] of wiring.cables.entries()) {
        cable.cut();
        // Bob's neighbours on this cable hear it no more; told once, by the link.
        const what = `cable ${at} moves nothing`;
        await stays({ what, withinMs: DEADTIME_MS + 500, everyMs: 100 }, () => isHome(run));
        if (at === 0) {
          // The cable from alice to bob: ttyLAB0 of alice is the first that was plugged there.
          expect(await links(run, "alice", "bob")).toEqual({
            "/dev/ttyLAB0": "dead",
            "/dev/ttyLAB1": "up",
          });
        }
        cable.mend();
        await whole();
      }
      expect(journals()).toEqual(before);

      // Between alice and bob, and behind the last but one: alice and the last node are alone together.
      wiring.cables[0]?.cut();
      wiring.cables[count - 2]?.cut();
      const here: readonly string[] = ["alice", names.at(-1) ?? ""];
      const there: readonly string[] = names.filter((name) => !here.includes(name));
      const holdersOf = (name: string) => run.lab.watch.holders(home(name));
      const what = "each part to hold every group";
      await until({ what, withinMs: 15_000 }, () =>
        names.every((name) => {
          const holders = holdersOf(name);
          return (
            holders.filter((holder) => here.includes(holder)).length === 1 &&
            holders.filter((holder) => there.includes(holder)).length === 1
          );
        }),
      );

      for (const cable of wiring.cables) cable.mend();
      const placed = Object.fromEntries(names.map((name) => [name, name]));
      await run.placed(placed, 20_000);
      await run.calm(names);
    });
  });
}
