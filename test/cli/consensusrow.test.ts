// The membership with consensus as `hb status` shows it.

import { expect, test } from "bun:test";
import { denseParts } from "../../src/cli/densepage.ts";
import { statusPage } from "../../src/cli/page.ts";
import type { ConsensusView } from "../../src/core/snapshot.ts";
import { plainSnapshot } from "../plainsnapshot.ts";

const members = [
  { name: "cleo", bornon: 3 },
  { name: "dirk", bornon: 2 },
];

const settled: ConsensusView = {
  state: "JOINED",
  transition: 4,
  leader: "dirk",
  members,
  quorum: true,
  why: "majority: 2 of 3 nodes, 2 needed",
};

function page(membership: ConsensusView): string {
  return statusPage(plainSnapshot({ membership }), (_, text) => text);
}

test("statusPage() shows who is in the membership, and why it has quorum", () => {
  expect(page(settled)).toContain(`Membership
  ●  4  quorum  cleo dirk  led by dirk; majority: 2 of 3 nodes, 2 needed`);
});

test("statusPage() says what is missing: quorum, an agreement, a membership", () => {
  const why = "majority: 1 of 3 nodes, 2 needed";
  expect(page({ ...settled, quorum: false, why })).toContain(
    `○  4  no quorum  cleo dirk  led by dirk; ${why}`,
  );
  expect(page({ ...settled, state: "JOINING" })).toContain("2 needed; being agreed on (JOINING)");
  expect(page({ state: "VERSION_REQUEST", members: [] })).toContain(
    "○  none yet    being agreed on (VERSION_REQUEST)",
  );
});

test.each([
  ["stop", "; no group may run here"],
  ["freeze", "; no group is taken over"],
  ["ignore", ""],
] as const)("statusPage() says what want of quorum means by the policy %s", (policy, end) => {
  const why = "a tie";
  const line = (view: ConsensusView) => page(view).match(/led by .*/)?.[0];
  expect(line({ ...settled, quorum: false, why, policy })).toBe(`led by dirk; a tie${end}`);
  expect(line({ ...settled, why, policy })).toBe("led by dirk; a tie");
});

test("denseParts() shows it too, and no heading where there is none", () => {
  const dense = (membership?: ConsensusView) =>
    denseParts(plainSnapshot(membership && { membership }), (_, text) => text, 80).join("\n\n");
  expect(dense(settled)).toContain("Membership\n  ●  4");
  expect(dense()).not.toContain("Membership");
});
