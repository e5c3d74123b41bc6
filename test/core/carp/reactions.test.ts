// What a running ucarp did when crafted adverts were played at it (test/golden/carp/reactions.json), and
// what a router under its name does: the same state, the same words, the same number of announcements.

import { expect, test } from "bun:test";
import { Bench, likeUcarp } from "./bench.ts";
import { reactions } from "./reaction.ts";

const accepted = reactions.filter(({ verdict }) => verdict === "accepted");

test("reactions.json has a reaction to most kinds of adverts", () => {
  expect(accepted.length).toBeGreaterThan(20);
});

test.each(accepted.map((each) => [each.name, each] as const))(
  "RouterCore.step() does what ucarp did: %s",
  (_, { local, local_deadratio, frame_fields, ...seen }) => {
    const bench = new Bench([
      {
        ...likeUcarp,
        upScript: "up",
        downScript: "down",
        addresses: [{ family: 4, address: local.addr }],
        source: local.srcip,
        advbase: local.advbase,
        advskew: local.advskew,
        preempt: local.preempt === true,
        deadratio: local_deadratio,
      },
    ]).up("eth0", local.srcip);
    bench.advance(seen.state_before === "MASTER" ? local.advbase * 3_000 + 2_500 : 100);
    expect(bench.state.toUpperCase()).toBe(seen.state_before);
    // Past the delayed announcement of the takeover.
    if (seen.state_before === "MASTER") bench.advance(local.advbase * 3_000 + 700);

    const { advbase, advskew, demote, counter } = frame_fields.carp;
    const from = frame_fields.ip.src;
    const said = { advbase, advskew, demote, counter: BigInt(counter), from };
    bench.forget().hear({ ...said, mac: frame_fields.eth_src });

    expect(bench.state.toUpperCase()).toBe(seen.state_after);
    expect(bench.logs.map((text) => `[WARNING] ${text}`)).toEqual([...seen.log]);
    expect(bench.done.filter((what) => what === "announce")).toHaveLength(seen.garps_within_1600ms);
    // The counter of the first advert after it, where ucarp sent one for it and not by the clock.
    if (bench.counters.length > 0) expect(seen.ad_counters).toContain(String(bench.counters[0]));
  },
);
