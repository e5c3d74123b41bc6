import { expect, test } from "bun:test";
import { at } from "../../../src/core/instant.ts";
import { Connectivity } from "../../../src/core/native/connectivity.ts";

const bob = (pings: number) => ({ pings: 0, others: [{ node: "bob", pings }], notBefore: at(0) });

test("Connectivity.judge() moves a group only after the settling time", () => {
  const connectivity = new Connectivity(() => 2_000);
  expect(connectivity.judge("web", bob(1), at(1_000))).toBeUndefined();
  expect(connectivity.deadline()).toBe(at(3_000));
  expect(connectivity.judge("web", bob(1), at(2_999))).toBeUndefined();
  expect(connectivity.judge("web", bob(1), at(3_000))?.node).toBe("bob");
  expect(connectivity.deadline()).toBeUndefined();
});

test("Connectivity.judge() begins anew when the better view was gone for a moment", () => {
  const connectivity = new Connectivity(() => 2_000);
  connectivity.judge("web", bob(1), at(1_000));
  connectivity.judge("web", bob(0), at(2_500));
  expect(connectivity.judge("web", bob(1), at(3_000))).toBeUndefined();
  expect(connectivity.judge("web", bob(1), at(5_000))?.node).toBe("bob");
});

test.each([
  ["as many", 1, 1],
  ["fewer", 2, 1],
])("Connectivity.judge() leaves the group where the other one sees %s", (_word, mine, theirs) => {
  const connectivity = new Connectivity(() => 0);
  const view = { pings: mine, others: [{ node: "bob", pings: theirs }], notBefore: at(0) };
  expect(connectivity.judge("web", view, at(9_000))).toBeUndefined();
});

test("Connectivity.judge() lets a group rest where it came up a moment ago", () => {
  const connectivity = new Connectivity(() => 2_000);
  const view = { ...bob(1), notBefore: at(10_000) };
  expect(connectivity.judge("web", view, at(1_000))).toBeUndefined();
  expect(connectivity.deadline()).toBe(at(10_000));
  expect(connectivity.judge("web", view, at(9_999))).toBeUndefined();
  expect(connectivity.judge("web", view, at(10_000))?.node).toBe("bob");
});

test("Connectivity.judge() prefers the first of those that see most", () => {
  const connectivity = new Connectivity(() => 0);
  const others = ["bob", "carol", "dave"].map((node, n) => ({ node, pings: n === 0 ? 1 : 2 }));
  const view = { pings: 0, others, notBefore: at(0) };
  expect(connectivity.judge("web", view, at(0))?.node).toBe("carol");
});
