// Addresses on made-up interfaces: leased from the kernel, which keeps time whatever the agent does.

import { expect, test } from "bun:test";
import { shapeOf } from "../plainshape.ts";
import { pair, Stage } from "./stage.ts";

const word = "10.0.0.10";

test("World ends the lease of an address that nobody renews, and shows it at that moment", () => {
  const stage = Stage.pair();
  stage.act({ act: "cut", from: ["alice"], to: ["bob"] }, { act: "crash", node: "alice" });
  stage.advance(8_000);
  expect(stage.world.host("alice").has(word)).toBe(true);
  stage.advance(4_000);
  expect(stage.world.host("alice").has(word)).toBe(false);
  const [end] = stage.seen("address", 2_000).filter(({ node }) => node === "alice");
  // 11 s and the kernel's quarter of one, after a renewal within the last third of a lease.
  expect(end).toMatchObject({ up: false, how: "lease" });
  expect(end?.at).toBeWithin(2_000 + 11_250 - 3_700, 2_000 + 11_251);
});

test("World keeps an address for good where addressLease is off", () => {
  const shape = shapeOf(pair);
  const hosts = shape.hosts.map(({ config }) => ({
    config: { ...config, addressLease: "off" as const },
  }));
  const stage = new Stage({ ...shape, hosts });
  stage.act({ act: "start", node: "alice" }, { act: "start", node: "bob" });
  stage.advance(2_000);
  stage.act({ act: "crash", node: "alice" });
  stage.advance(3_600_000);
  expect(stage.world.host("alice").has(word)).toBe(true);
  stage.act({ act: "kill", node: "alice" });
  expect(stage.world.host("alice").has(word)).toBe(false);
});

test("World renews the leases of a healthy host for as long as it lives", () => {
  const stage = Stage.pair();
  stage.advance(3_600_000);
  expect(stage.seen("address").map(({ up }) => up)).toEqual([true]);
});

test("World renews nothing while a host stands still", () => {
  const stage = Stage.pair();
  stage.act({ act: "freeze", node: "alice" });
  stage.advance(12_000);
  expect(stage.world.host("alice").has(word)).toBe(false);
  expect(stage.world.host("alice").has("httpd")).toBe(true);
});
