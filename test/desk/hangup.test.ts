// SIGHUP before and after somebody serves it.

import { expect, test } from "bun:test";
import { heedHangup, serveHangup } from "../../src/desk/hangup.ts";

/** Sends it to this process, and waits until it was heard. */
async function hangup(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  process.once("SIGHUP", () => resolve());
  process.kill(process.pid, "SIGHUP");
  await promise;
}

test("serveHangup() serves what came before once, each that comes after, and none when it ended", async () => {
  heedHangup();
  await hangup();
  await hangup();
  let served = 0;
  const stop = serveHangup(() => {
    served += 1;
  });
  expect(served).toBe(1);
  await hangup();
  expect(served).toBe(2);
  stop();
  await hangup();
  expect(served).toBe(2);
});
