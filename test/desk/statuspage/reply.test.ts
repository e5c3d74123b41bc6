// What each path answers, and to whom.

import { expect, test } from "bun:test";
import type { Snapshot } from "../../../src/core/snapshot.ts";
import { type Asked, replyTo, type Shown } from "../../../src/desk/statuspage/reply.ts";
import { event, snapshot } from "./sample.ts";

const asked: Asked = { method: "GET", path: "/", host: "127.0.0.1:8694", names: ["alice"] };

function shown(known: Snapshot | undefined = snapshot): Shown {
  return {
    page: "<p>page</p>",
    snapshot: () => Promise.resolve(known),
    metrics: () => Promise.resolve("hb_info 1\n"),
    events: () => [event("dead")],
  };
}

async function reply(more: Partial<Asked>, of = shown()) {
  const answer = await replyTo({ ...asked, ...more }, of);
  if (answer === "stream") throw new Error("A stream");
  return answer;
}

test.each([
  ["/", 200, "text/html; charset=utf-8", "<p>page</p>"],
  ["/status.json", 200, "application/json; charset=utf-8", `${JSON.stringify(snapshot)}\n`],
  ["/events.json", 200, "application/json; charset=utf-8", `${JSON.stringify([event("dead")])}\n`],
  ["/metrics", 200, "text/plain; version=0.0.4; charset=utf-8", "hb_info 1\n"],
  ["/healthz", 200, "text/plain; charset=utf-8", "alice is active\n"],
] as const)("replyTo() answers %s", async (path, status, type, body) => {
  expect(await reply({ path })).toEqual({ status, type, body });
});

test.each(["/..", "//", "/status", "/metrics/", "/hb.sock"])(
  "replyTo() has nothing at %s",
  async (path) => {
    expect((await reply({ path })).status).toBe(404);
  },
);

test("replyTo() grants a stream", async () => {
  expect(await replyTo({ ...asked, path: "/stream" }, shown())).toBe("stream");
});

test.each(["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", ""])(
  "replyTo() refuses the method %p",
  async (method) => {
    for (const path of ["/", "/stream", "/status.json"]) {
      const { status, headers } = await reply({ method, path });
      expect([status, headers]).toEqual([405, { Allow: "GET, HEAD" }]);
    }
  },
);

test.each([
  ["127.0.0.1:8694", 200],
  ["[::1]:8694", 200],
  ["localhost:8694", 200],
  ["LOCALHOST", 200],
  ["alice:8694", 200],
  ["evil.example:8694", 421],
  ["alice.evil.example", 421],
  ["127.0.0.1.evil.example", 421],
  ["", 421],
] as const)("replyTo() asked on loopback by the name %p answers %d", async (host, status) => {
  expect((await reply({ host })).status).toBe(status);
});

test("replyTo() does not look at the name where others may reach it anyway", async () => {
  expect((await reply({ host: undefined })).status).toBe(200);
});

test.each([
  [{ ...snapshot, state: "up" }, "alice is up\n"],
  [undefined, "The pulse gives no answer\n"],
] as const)("replyTo() says with 503 that this node is no full member", async (known, body) => {
  const of = { ...shown(), snapshot: () => Promise.resolve(known) };
  expect(await reply({ path: "/healthz" }, of)).toMatchObject({ status: 503, body });
});

test("replyTo() has no state when the pulse gives none", async () => {
  const of = { ...shown(), snapshot: () => Promise.resolve(undefined) };
  expect((await reply({ path: "/status.json" }, of)).status).toBe(503);
});
