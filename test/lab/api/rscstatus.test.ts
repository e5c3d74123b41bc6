// `cl_status rscstatus` on both nodes of a pair of which one owns no group, or none of them does: the same words as on
// a pair of Heartbeat 3.0.6, which moves its claims whether or not there is a group behind them.
//
// Not in auto_failback legacy: there 3.0.6 says "none" whatever it holds, and hb says what it holds.

import { expect, setDefaultTimeout, test } from "bun:test";
import { hasHeartbeat } from "../heartbeat.ts";
import { type Holdings, holdings, type Step } from "./holdings.ts";

setDefaultTimeout(180_000);

const steps: readonly Step[] = [
  "alice hb_standby all",
  "bob hb_standby all",
  "alice hb_standby local",
  "alice hb_takeover local",
  "bob dies",
  "bob returns",
  "alice hb_standby foreign",
];

const pairs: readonly Omit<Holdings, "failback">[] = [
  { programs: ["heartbeat", "heartbeat"], owners: ["alice"] },
  { programs: ["hb", "hb"], owners: ["alice"] },
  { programs: ["hb", "hb"], owners: [] },
  { programs: ["hb", "heartbeat"], owners: ["alice"] },
];

test.skipIf(!hasHeartbeat())(
  "hb agent says of sets without a group what Heartbeat 3.0.6 says, whatever moves",
  async () => {
    const [theirs, ...ours] = await Promise.all(
      pairs.map((pair) => holdings({ ...pair, failback: "off" }, steps)),
    );
    expect(theirs).toEqual([
      "start: local / local",
      "alice hb_standby all: none / all",
      "bob hb_standby all: all / none",
      "alice hb_standby local: foreign / foreign",
      "alice hb_takeover local: all / none",
      "bob dies: all",
      "bob returns: all / none",
      "alice hb_standby foreign: local / local",
    ]);
    for (const words of ours) expect(words).toEqual(theirs ?? []);
  },
);
