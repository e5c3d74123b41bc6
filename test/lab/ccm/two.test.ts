// Two nodes, each with a `ccm`: the leader dies and comes back, the cable breaks and is mended, a node leaves.

import { expect, setDefaultTimeout, test } from "bun:test";
import { hasHeartbeat } from "../heartbeat.ts";
import { differences, endings, sideBySide, type Told } from "./sidebyside.ts";
import type { Village } from "./village.ts";

setDefaultTimeout(180_000);
const LEFT = "second, left";

test.skipIf(!hasHeartbeat())(
  "Two nodes: ccm_testclient hears of deaths, splits, heals and leaves as it does on 3.0.6",
  async () => {
    const story = async (village: Village) => {
      const { name } = village.host("first");
      const both = ["first", "second"] as const;
      await village.part("leader dead", () => village.lab.crash(name), ["second"]);
      const back = async () => {
        await village.lab.boot(name);
        await village.start(village.host("first"));
      };
      await village.part("leader back", back, both);
      await village.part("split", () => village.lab.cut(name), ["first"], ["second"]);
      await village.part("healed", () => village.lab.mend(name), both);
      await village.part("left", () => village.stop("first"), ["second"]);
    };
    const { heartbeat, program, builtIn, mixed } = await sideBySide(2, story);
    expect(calmed(program)).toEqual(calmed(heartbeat));
    // The real one begins at 1 again when two that were alone meet, of which Pacemaker dies.
    const met = (other: string, number: string) =>
      `INVALID; NEW MEMBERSHIP of first and second: came ${other}, lost nobody, ${number}`;
    expect(differences(calmed(heartbeat), calmed(builtIn))).toEqual({
      "first, healed": { theirs: met("second", "lower"), own: met("second", "higher") },
      "second, healed": { theirs: met("first", "lower"), own: met("first", "higher") },
    });
    expect(endings(mixed)).toEqual(endings(builtIn));
  },
);

/** Who leads after a heal is chance, and the other one hears first that nobody does when that one leaves: of this
 *  part only its end counts. */
function calmed(told: Told): Told {
  return { ...told, [LEFT]: told[LEFT]?.slice(-1) ?? [] };
}
