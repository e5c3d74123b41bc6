// Three nodes, each with a `ccm`: the one that leads dies.

import { expect, setDefaultTimeout, test } from "bun:test";
import { hasHeartbeat } from "../heartbeat.ts";
import { differences, endings, sideBySide } from "./sidebyside.ts";
import type { Village } from "./village.ts";

setDefaultTimeout(180_000);

test.skipIf(!hasHeartbeat())(
  "Three nodes: ccm_testclient hears of the leader's death as it does on 3.0.6",
  async () => {
    const story = async (village: Village) => {
      const { name } = village.host("first");
      await village.part("leader dead", () => village.lab.crash(name), ["second", "third"]);
    };
    const { heartbeat, program, builtIn, mixed } = await sideBySide(3, story);
    expect(program).toEqual(heartbeat);
    const heard =
      "NOT PRIMARY; INVALID; NEW MEMBERSHIP of second and third: came nobody, lost first, higher";
    expect(heartbeat["third, leader dead"]?.join("; ")).toBe(heard);
    expect(differences(heartbeat, builtIn)).toEqual({});
    expect(endings(mixed)).toEqual(endings(builtIn));
  },
);
