// The last resort of a host: a command, which says before what it does and why, and says when it failed.

import { afterEach, expect, test } from "bun:test";
import { Log } from "../../src/desk/log.ts";
import { reboot } from "../../src/desk/reboot.ts";
import { Sink } from "../../src/desk/sink.ts";
import { run } from "../cli/run.ts";

const before = process.env.HB_REBOOT_COMMAND;
afterEach(() => {
  process.env.HB_REBOOT_COMMAND = before;
});

async function said(): Promise<string[]> {
  const lines: string[] = [];
  const sink = new Sink(
    (bytes, done) => {
      lines.push(Buffer.from(bytes).toString());
      done(null, bytes.length);
    },
    () => "",
  );
  await reboot("the disk is gone", new Log("info", sink));
  return lines.join("").trim().split("\n");
}

test("reboot() finds in tests a command that does not, as their programs do", async () => {
  expect(before).toBe("false");
  expect(run(["sh", "-c", "echo $HB_REBOOT_COMMAND"]).stdout).toBe("false\n");
  const [why, failure] = await said();
  expect(why).toContain('Rebooting this host by "false": the disk is gone');
  expect(failure).toContain('"false" failed: exit code 1');
});

test("reboot() has nothing more to say about a command that works", async () => {
  process.env.HB_REBOOT_COMMAND = "true";
  expect(await said()).toEqual([expect.stringContaining('Rebooting this host by "true"')]);
});
