// What a node makes of its membership: whether its side has quorum, surely has none, or is agreeing.

import { expect, test } from "bun:test";
import type { Standing } from "../../../src/core/ccm/effect.ts";
import { Roll } from "../../../src/core/ccm/roll.ts";
import { Seat } from "../../../src/core/ccm/seat.ts";
import { at } from "../../../src/core/instant.ts";

const names = ["alice", "bob", "carol"];

function seat(): Seat {
  const roll = new Roll(
    "alice",
    names.map((name) => ({ name, live: true })),
  );
  const weight = () => 100;
  return new Seat(
    { roll, keepaliveMs: 1_000, rules: ["majority"], weight, cookie: () => "cookie" },
    at(0),
  );
}

function settled(of: Seat, members: readonly string[], holdFor = 0): Seat {
  const major = of.major + 1;
  of.settle({ members, uptimes: new Map(), major, cookie: "c", leader: "alice" }, holdFor);
  return of;
}

function standing(of: Seat, ...dead: string[]): Standing["quorum"] {
  return of.standing(new Set(dead)).quorum;
}

test("Seat.standing() is open before the first membership, unless too few are heard", () => {
  expect(standing(seat())).toBe("open");
  expect(standing(seat(), "bob")).toBe("open");
  expect(standing(seat(), "bob", "carol")).toBe("lost");
});

test("Seat.standing() is held while the membership has quorum and all of it live", () => {
  const three = settled(seat(), names);
  expect(three.standing(new Set())).toEqual({
    quorum: "held",
    why: "majority: 3 of 3 nodes, 2 needed",
  });
  expect(three.standing(new Set(["bob"]))).toEqual({
    quorum: "open",
    why: "it is being agreed on",
  });
  expect(standing(three, "bob", "carol")).toBe("lost");
  expect(standing(settled(three, ["alice", "carol"]), "bob")).toBe("held");
});

test("Seat.standing() is open in a round, and while a membership of one is held back", () => {
  const round = settled(seat(), names);
  round.state = "JOINING";
  expect(standing(round)).toBe("open");
  const alone = settled(settled(seat(), names), ["alice"], 5);
  expect(standing(alone)).toBe("open");
  alone.release();
  expect(alone.standing(new Set())).toEqual({
    quorum: "open",
    why: "majority: 1 of 3 nodes, 2 needed",
  });
});
