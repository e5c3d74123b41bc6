// The real program stonith, with the device that only says that it resets.

import { afterAll, expect, test } from "bun:test";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Stonith } from "../../../src/config/haconf.ts";
import type { Fenced } from "../../../src/core/fencing/fencing.ts";
import { Fencer } from "../../../src/desk/fencing/fencer.ts";
import { fencingFacts, findStonith, stonithCall } from "../../../src/desk/fencing/program.ts";
import type { Log } from "../../../src/desk/log.ts";

const dir = mkdtempSync(join(tmpdir(), "hb-fencer-"));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function fencerWith(device: Stonith) {
  const lines: string[] = [];
  const say = (text: string) => void lines.push(text);
  const log = { info: say, warn: say, error: say, debug: say } as unknown as Log;
  const run = mkdtempSync(join(dir, "run-"));
  mkdirSync(join(run, "work"));
  const places = { run, work: join(run, "work"), fencing: join(run, "hb.fencing") };
  const fencer = new Fencer({ places, log, environment: () => ({ PATH: process.env.PATH ?? "" }) });
  fencer.use(device, ["alice", "bob"]);
  const reset = (node: string) => {
    const { promise, resolve } = Promise.withResolvers<Fenced>();
    fencer.fence({ job: 1, node }, resolve);
    return promise;
  };
  return { fencer, lines, reset };
}

test("stonithCall() says parameters on no command line", () => {
  const device = { host: "*", type: "external/ipmi", parameters: "bob 10.0.9.2 admin secret lan" };
  const { argv, input } = stonithCall("/usr/sbin/stonith", device, ["-T", "reset", "bob"]);
  expect(argv.join(" ")).toBe("/usr/sbin/stonith -t external/ipmi -F /dev/stdin -T reset bob");
  expect(input).toBe("bob 10.0.9.2 admin secret lan\n");
  const other = { type: "null", parameters: "/etc/ha.d/stonith.conf" };
  const { argv: words } = stonithCall("stonith", other, ["-S"]);
  expect(words).toEqual(["stonith", "-t", "null", "-F", "/etc/ha.d/stonith.conf", "-S"]);
});

test.skipIf(findStonith() === undefined)("fencingFacts knows the devices of this host", () => {
  expect(fencingFacts.isInstalled).toBe(true);
  expect(["null", "external/ssh", "nosuch"].map(fencingFacts.knows)).toEqual([true, true, false]);
  expect(fencingFacts.read(join(dir, "nosuch"))).toEqual({
    trouble: expect.stringContaining("ENOENT"),
  });
  const file = join(dir, "read");
  writeFileSync(file, "alice\n");
  expect(fencingFacts.read(file)).toEqual({ text: "alice\n" });
});

test.skipIf(findStonith() === undefined)("fencingFacts.names() asks the plugin alone", () => {
  const ipmi = ["hostname", "ipaddr", "userid", "passwd", "interface"];
  expect(fencingFacts.names("external/ipmi")).toEqual(ipmi);
  // One that complains beside it.
  expect(fencingFacts.names("ipmilan")?.slice(0, 2)).toEqual(["hostname", "ipaddr"]);
  expect(fencingFacts.names("suicide")).toEqual([]);
  expect(fencingFacts.names("nosuch")).toBeUndefined();
  const ran = join(dir, "ran");
  writeFileSync(join(dir, "plugin"), `#!/bin/sh\ntouch ${ran}\necho hostlist\n`, { mode: 0o755 });
  for (const type of [`external/../../../../..${dir}/plugin`, `${dir}/plugin`, "-L"]) {
    expect(fencingFacts.names(type)).toBeUndefined();
  }
  expect(existsSync(ran)).toBe(false);
});

test.skipIf(findStonith() === undefined)("Fencer.fence() resets with the null device", async () => {
  const { fencer, reset, lines } = fencerWith({ host: "*", type: "null", parameters: "alice bob" });
  const { ok, job } = await reset("bob");
  expect({ ok, job }).toEqual({ ok: true, job: 1 });
  expect(lines.join("\n")).not.toContain("does not answer");
  fencer.end();
});

test.skipIf(findStonith() === undefined)(
  "Fencer.fence() tells how it failed, and no secret",
  async () => {
    const file = join(dir, "conf");
    writeFileSync(file, "hunter22xyz\n");
    const { fencer, reset, lines } = fencerWith({ type: "external/ipmi", parameters: file });
    const { ok, text } = await reset("bob");
    expect(ok).toBe(false);
    expect(text).toMatch(/^exit code \d+$/);
    expect(lines.length).toBeGreaterThan(0);
    expect(lines.join("\n")).not.toContain("hunter22xyz");
    fencer.end();
  },
);
