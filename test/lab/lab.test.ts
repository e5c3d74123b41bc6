// The lab's own promises: it shows what the kernels do, and it leaves nothing behind.

import { expect, setDefaultTimeout, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { withLab } from "./lab.ts";
import { SOON_MS, until, wallMs } from "./until.ts";

setDefaultTimeout(120_000);
const BUN = join(import.meta.dir, "../../node_modules/.bin/bun");

test("AddressWatch sees how long two hosts held one address", async () => {
  await withLab({ hosts: ["alice", "bob"] }, async (lab) => {
    const move = (verb: string) => ["ip", "addr", verb, "10.77.0.9/24", "dev", "eth0"];
    const startMs = wallMs();
    await lab.host("alice").exec(move("add"));
    await lab.host("bob").exec(move("add"));
    await lab.watch.held("10.77.0.9", ["alice", "bob"], SOON_MS);
    await Bun.sleep(100);
    await lab.host("alice").exec(move("del"));
    await lab.watch.held("10.77.0.9", ["bob"], SOON_MS);
    const overlapMs = lab.watch.overlapMs("10.77.0.9");
    expect(overlapMs).toBeGreaterThan(99);
    expect(overlapMs).toBeLessThan(wallMs() - startMs);
  });
});

test("Lab cuts a host off and mends it again", async () => {
  await withLab({ hosts: ["alice", "bob"] }, async (lab) => {
    const ping = ["ping", "-c1", "-W1", lab.host("alice").address()];
    expect((await lab.host("bob").exec(ping)).code).toBe(0);
    await lab.cut("alice");
    expect((await lab.host("bob").exec(ping)).code).toBe(1);
    await lab.mend("alice");
    expect((await lab.host("bob").exec(ping)).code).toBe(0);
  });
});

test("Lab is taken down by its guard when its process is killed", async () => {
  const story = `
    import { Lab } from ${JSON.stringify(join(import.meta.dir, "lab.ts"))};
    const lab = await Lab.up({ hosts: ["alice"] });
    lab.host("alice").spawn(["sleep", "1000"]);
    process.stdout.write(lab.dir + " " + lab.host("alice").initpid + "\\n");
    await Bun.sleep(60_000);
  `;
  const child = Bun.spawn([BUN, "-e", story], { stdout: "pipe" });
  const { value } = await child.stdout.getReader().read();
  const [dir = "", init = ""] = new TextDecoder().decode(value).trim().split(" ");
  expect(existsSync(dir)).toBe(true);
  child.kill("SIGKILL");
  await until({ what: "the lab to be gone", withinMs: SOON_MS }, () => !existsSync(dir));
  expect(existsSync(`/proc/${init}`)).toBe(false);
});
