// A null-modem cable as the only medium: hb beside real Heartbeat 3.0.6, and two hb nodes with noise on
// the line. The cable is a pair of ptys in the hands of the test.

import { expect, setDefaultTimeout, test } from "bun:test";
import { status } from "./agent.ts";
import { home, withCluster } from "./cluster.ts";
import { LATE_MS, withMixed } from "./mixed.ts";
import { stays, until } from "./until.ts";
import { Wiring } from "./wiring.ts";

setDefaultTimeout(150_000);

const SERIAL = ["baud 57600", "serial /dev/ttyLAB0"] as const;

test("hb and Heartbeat 3.0.6 start, outlive each other and return with nothing but a serial line", async () => {
  const wiring = new Wiring();
  try {
    await withMixed(
      {
        roles: "hb beside 3.0.6",
        failback: "on",
        media: [],
        extra: SERIAL,
        prepare: async (lab) => {
          await wiring.lay(lab.host("alice"), lab.host("bob"));
        },
      },
      async (run) => {
        for (const dead of [run.theirs, run.ours]) {
          const keeper = dead === run.theirs ? run.ours : run.theirs;
          await run.crash(dead);
          await run.placed(keeper, keeper, 8_000);
          if (dead === run.ours) continue;
          await run.lab.boot(dead);
          await wiring.replug(run.host(dead));
          await run.start(dead);
          await run.placed("alice", "bob", 40_000);
          await run.calm();
          const view = await status(run.host(run.ours));
          expect(view?.nodes.find(({ name }) => name === run.theirs)?.kind).toBe("heartbeat");
          expect(view?.pulse.packets[0]).toMatchObject({ link: "/dev/ttyLAB0", rejected: {} });
        }
        expect(run.overlapMs()).toBeLessThan(LATE_MS);
        expect(run.complaints()).toEqual([]);
      },
    );
  } finally {
    wiring.close();
  }
});

/** Every kind of dirt: all byte values, beginnings and ends, 0x13, the 8th bit, half a packet. */
function dirt(): Uint8Array {
  const every = Uint8Array.from({ length: 256 }, (_, at) => at);
  const marks = Buffer.from(">>>\n<<<\n>>>\nt=status\n\x13\x13src=bob\nst=active\n", "latin1");
  const half = Buffer.from(">>>\nt=status\nst=active\nsrc=bob\nseq=1\nauth=1 0", "latin1");
  return Buffer.concat([every, marks, every.map((byte) => byte | 0x80), half]);
}

test("Two hb nodes on a serial line accept nothing of the noise on it, and hear each other behind it", async () => {
  const wiring = new Wiring();
  try {
    await withCluster(
      {
        nodes: ["alice", "bob"],
        cluster: { media: [], extra: SERIAL },
        prepare: async (lab) => {
          await wiring.lay(lab.host("alice"), lab.host("bob"));
        },
      },
      async (run) => {
        const [cable] = wiring.cables;
        const journals = () => run.nodes.map(({ name }) => run.journal(name));
        const before = journals();
        const heard = async (name: string) => {
          const view = await status(run.host(name));
          const packets = view?.pulse.packets[0];
          return { received: packets?.received ?? 0, rejected: packets?.rejected ?? {} };
        };
        for (let shower = 0; shower < 10; shower += 1) {
          cable?.noise("left", dirt());
          cable?.noise("right", dirt());
          await Bun.sleep(50);
        }
        for (const name of ["alice", "bob"]) {
          const { received, rejected } = await heard(name);
          expect(Object.values(rejected).reduce((sum, count) => sum + count, 0)).toBeGreaterThan(5);
          const what = `${name} to hear its peer again`;
          await until(
            { what, withinMs: 5_000 },
            async () => (await heard(name)).received > received,
          );
        }
        // Longer than deadtime: whoever had been taken for dead would have lost its group by now.
        await stays({ what: "every group is at home", withinMs: 2_000 }, () =>
          ["alice", "bob"].every((name) => run.lab.watch.holders(home(name))[0] === name),
        );
        expect(journals()).toEqual(before);
        for (const name of ["alice", "bob"]) {
          const view = await status(run.host(name));
          expect(view?.nodes.every(({ state }) => state === "active")).toBe(true);
          expect(view?.dropped.stranger).toBeUndefined();
        }
      },
    );
  } finally {
    wiring.close();
  }
});
