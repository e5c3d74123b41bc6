// Three nodes, each with a `ccm`: a member leaves in good order, and then the one that leads.

import { expect, setDefaultTimeout, test } from "bun:test";
import { hasHeartbeat } from "../heartbeat.ts";
import { differences, endings, sideBySide } from "./sidebyside.ts";
import type { Village } from "./village.ts";

setDefaultTimeout(180_000);

test.skipIf(!hasHeartbeat())(
  "Three nodes: ccm_testclient hears of those who leave as it does on 3.0.6, and ends as it does there",
  async () => {
    const story = async (village: Village) => {
      await village.part("left", () => village.stop("third"), ["first", "second"]);
      await village.part("leader left", () => village.stop("first"), ["second"]);
    };
    const { heartbeat, program, builtIn, mixed } = await sideBySide(3, story);
    expect(program).toEqual(heartbeat);
    expect([heartbeat["third, left alone"], heartbeat["first, left alone"]]).toEqual([
      ["exit 1"],
      ["exit 1"],
    ]);
    // The real one cannot agree on who leaves without a round of everybody, for members name the wrong node.
    const left = "INVALID; NEW MEMBERSHIP of first and second: came nobody, lost third, higher";
    expect(differences(heartbeat, builtIn)).toEqual({
      "first, left": { theirs: `NOT PRIMARY; ${left}`, own: left },
      "second, left": { theirs: `NOT PRIMARY; ${left}`, own: left },
    });
    expect(endings(mixed)).toEqual(endings(builtIn));
  },
);
