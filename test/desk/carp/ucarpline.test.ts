import { expect, test } from "bun:test";
import { ucarpLine, ucarpPacket, ucarpStream } from "../../../src/desk/carp/ucarpline.ts";

const at = new Date(2026, 0, 2, 3, 4, 5, 67);

test("ucarpLine() looks like ucarp's, to the column", () => {
  expect(ucarpLine({ at, level: "warn", text: "Switching to state: MASTER" })).toBe(
    "2026-01-02T03:04:05.067000: [WARNING] Switching to state: MASTER\n",
  );
});

test.each([
  ["debug", "stdout"],
  ["info", "stdout"],
  ["warn", "stderr"],
  ["error", "stderr"],
] as const)("ucarpStream() sends %s to %s", (level, stream) => {
  expect(ucarpStream(level)).toBe(stream);
});

test("ucarpPacket() names ucarp, with the pid once there is a daemon", () => {
  const line = { at, level: "error", text: "Password too long" } as const;
  expect(ucarpPacket(line, "user")).toBe("<11>Jan  2 03:04:05 ucarp: [ERROR] Password too long");
  expect(ucarpPacket(line, "local1", 7)).toBe(
    "<139>Jan  2 03:04:05 ucarp[7]: [ERROR] Password too long",
  );
  expect(ucarpPacket(line, "nosuch")).toBeUndefined();
});
