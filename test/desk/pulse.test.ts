// How a pulse is started: as this host's environment is now, and without the compiler's last tier.

import { expect, test } from "bun:test";
import { Pulse } from "../../src/desk/pulse.ts";

test("Pulse hands on the environment of now, and turns the last tier of the compiler off", async () => {
  const lines: string[] = [];
  const { promise, resolve } = Promise.withResolvers<string>();
  process.env.HB_PULSE_TEST = "now";
  const tell = "console.error(process.env.HB_PULSE_TEST, process.env.BUN_JSC_useFTLJIT)";
  new Pulse([process.execPath, "-e", tell], {
    heard() {},
    grumbled: (line) => lines.push(line),
    ended: resolve,
  });
  await promise;
  delete process.env.HB_PULSE_TEST;
  expect(lines).toEqual(["now 0"]);
});
