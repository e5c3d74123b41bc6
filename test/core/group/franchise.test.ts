import { expect, test } from "bun:test";
import type { ClusterConfig } from "../../../src/config/cluster.ts";
import type { QuorumPolicy } from "../../../src/config/quorum.ts";
import type { Standing } from "../../../src/core/ccm/effect.ts";
import { Franchise } from "../../../src/core/group/franchise.ts";
import { at } from "../../../src/core/instant.ts";

const deadtimeMs = 10_000;

/** A node whose side has quorum as `now` says. */
class Stand {
  policy: QuorumPolicy | undefined;
  quorum: Standing["quorum"] = "open";
  asked = 0;
  readonly franchise: Franchise;

  constructor(policy?: QuorumPolicy) {
    this.policy = policy;
    this.franchise = new Franchise(
      () => {
        const consensus = this.policy && { rules: [], policy: this.policy };
        const timing = { deadtimeMs };
        return { timing, ...(consensus && { consensus }) } as unknown as ClusterConfig;
      },
      () => {
        this.asked += 1;
        return { quorum: this.quorum, why: "a tie" };
      },
    );
  }

  /** The negotiator decides, with quorum so. */
  decide(quorum: Standing["quorum"], ms: number): Franchise {
    this.quorum = quorum;
    this.franchise.heed(at(ms));
    return this.franchise;
  }
}

test.each([undefined, "ignore"] as const)(
  "Franchise by policy %p asks nobody, objects to nothing and waits for nothing",
  (policy) => {
    const stand = new Stand(policy);
    for (const [n, quorum] of (["lost", "open", "held", "open", "lost"] as const).entries()) {
      stand.quorum = quorum;
      expect(stand.franchise.isNews(at(n * 100_000))).toBe(false);
      const { counts, isGoverned } = stand.decide(quorum, n * 100_000 + 1);
      expect({ counts, isGoverned }).toEqual({ counts: true, isGoverned: false });
      expect(stand.franchise.objection()).toBeUndefined();
      expect(stand.franchise.forfeit()).toBeUndefined();
      expect(stand.franchise.deadline()).toBeUndefined();
    }
    expect(stand.asked).toBe(0);
  },
);

test("Franchise.counts is false until this run has quorum, and whenever it is lost", () => {
  const stand = new Stand("freeze");
  expect(stand.franchise.counts).toBe(false);
  expect(stand.decide("open", 1).counts).toBe(false);
  expect(stand.decide("held", 2).counts).toBe(true);
  expect(stand.decide("open", 3).counts).toBe(true);
  expect(stand.decide("lost", 4).counts).toBe(false);
  expect(stand.decide("open", 5).counts).toBe(false);
  expect(stand.decide("held", 6).counts).toBe(true);
});

test("Franchise.objection() says at once what stands, whatever the negotiator heeded", () => {
  const stand = new Stand("stop");
  stand.decide("held", 1);
  expect(stand.franchise.objection()).toBeUndefined();
  stand.quorum = "open";
  expect(stand.franchise.objection()).toBe("no quorum (a tie)");
});

test.each([
  ["stop", "no quorum (a tie)"],
  ["freeze", undefined],
] as const)("Franchise.forfeit() by policy %s, when quorum is lost: %p", (policy, reason) => {
  const stand = new Stand(policy);
  expect(stand.decide("held", 1).forfeit()).toBeUndefined();
  expect(stand.decide("open", 2).forfeit()).toBeUndefined();
  expect(stand.decide("lost", 3).forfeit()).toBe(reason);
  expect(stand.decide("open", 4).forfeit()).toBe(reason);
  expect(stand.decide("held", 5).forfeit()).toBeUndefined();
});

test.each([
  [deadtimeMs - 1, undefined],
  [deadtimeMs, "no quorum (a tie)"],
] as const)("Franchise.forfeit() after %d ms without an agreement: %p", (ms, reason) => {
  const stand = new Stand("stop");
  stand.decide("held", 1);
  expect(stand.franchise.deadline()).toBeUndefined();
  stand.decide("open", 50_000);
  expect(stand.franchise.deadline()).toBe(at(50_000 + deadtimeMs));
  expect(stand.decide("open", 50_000 + ms).forfeit()).toBe(reason);
});

test("Franchise.forfeit() gives up nothing of a run that never had quorum while others may give it", () => {
  const stand = new Stand("stop");
  expect(stand.decide("open", 1_000_000).forfeit()).toBeUndefined();
  expect(stand.franchise.deadline()).toBeUndefined();
  expect(stand.decide("lost", 1_000_001).forfeit()).toBeDefined();
});

test("Franchise.forfeit() gives up nothing for a policy that came while this node ran", () => {
  const stand = new Stand();
  stand.decide("open", 1);
  stand.policy = "stop";
  expect(stand.decide("open", 1_000_000).forfeit()).toBeUndefined();
  expect(stand.franchise.counts).toBe(true);
  expect(stand.franchise.objection()).toBeDefined();
});

test("Franchise.isNews() is true until the negotiator has heeded it", () => {
  const stand = new Stand("stop");
  stand.quorum = "held";
  expect(stand.franchise.isNews(at(1))).toBe(true);
  expect(stand.franchise.isNews(at(2))).toBe(true);
  stand.franchise.heed(at(3));
  expect(stand.franchise.isNews(at(4))).toBe(false);
  // Gone and back between two looks of the core, but not of the negotiator.
  stand.decide("open", 5);
  stand.quorum = "held";
  expect(stand.franchise.isNews(at(6))).toBe(true);
});
