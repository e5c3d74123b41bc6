// Three nodes, each with a `ccm`: the youngest is cut off, and comes back.

import { expect, setDefaultTimeout, test } from "bun:test";
import { hasHeartbeat } from "../heartbeat.ts";
import { differences, endings, sideBySide } from "./sidebyside.ts";
import type { Village } from "./village.ts";

setDefaultTimeout(180_000);

test.skipIf(!hasHeartbeat())(
  "Three nodes: ccm_testclient hears of a split and of its end as it does on 3.0.6",
  async () => {
    const story = async (village: Village) => {
      const { name } = village.host("third");
      await village.part("split", () => village.lab.cut(name), ["first", "second"], ["third"]);
      await village.part("healed", () => village.lab.mend(name), ["first", "second", "third"]);
    };
    const { heartbeat, program, builtIn, mixed } = await sideBySide(3, story);
    expect(program).toEqual(heartbeat);
    // The real one cannot agree on who is lost without a round of everybody, for members name the wrong node.
    const lost = "INVALID; NEW MEMBERSHIP of first and second: came nobody, lost third, higher";
    // And its leader is alone until the others have come: a heal is a loss of quorum.
    const alone = "INVALID; NO QUORUM MEMBERSHIP of first: came nobody, lost second, higher";
    const whole =
      "INVALID; NEW MEMBERSHIP of first and second and third: came third, lost nobody, higher";
    expect(differences(heartbeat, builtIn)).toEqual({
      "first, split": { theirs: `NOT PRIMARY; ${lost}`, own: lost },
      "second, split": { theirs: `NOT PRIMARY; ${lost}`, own: lost },
      "first, healed": { theirs: `${alone}; ${whole}`, own: whole },
    });
    expect(endings(mixed)).toEqual(endings(builtIn));
  },
);
