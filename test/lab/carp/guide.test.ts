// docs/from-ucarp.md, word for word, on two hosts that run the real ucarp as Debian does: hb takes its place on one
// host after the other, goes back on one, and is then itself on both. All the while somebody has the address.

import { expect, setDefaultTimeout, test } from "bun:test";
import { readPage, stepsOf } from "../../page.ts";
import { built, HB } from "../agent.ts";
import type { Host } from "../host.ts";
import { type Lab, withLab } from "../lab.ts";
import { layOver } from "../layer.ts";
import type { Said } from "../shell.ts";
import { typed } from "../typing.ts";
import { SOON_MS } from "../until.ts";
import { DEAD_MS } from "./besideucarp.ts";

setDefaultTimeout(180_000);
const SHARED = "10.0.0.100";
/** `hb status` speaks of the agent, which nobody needs here. */
const NO_AGENT = 3;

const page = readPage("docs/from-ucarp.md");
const steps = stepsOf(page);

/** The file that the page shows, and as bob has it: with what the page says of him. */
function interfacesOf(name: string): string {
  const file = steps.find((step) => step.kind === "file");
  if (file?.places[0] !== "/etc/network/interfaces") throw new Error("The page shows another file");
  const [, bobs = ""] = /^\(bob: (.*?)\)/m.exec(page) ?? [];
  const pairs = [...bobs.matchAll(/`(\S+) (\S+)`/g)];
  expect(pairs.length).toBe(3);
  if (name !== "bob") return file.text;
  const changed = (text: string, [, word = "", value = ""]: RegExpMatchArray) =>
    text.replace(new RegExp(`^( +${word}) .*$`, "m"), `$1 ${value}`);
  return pairs.reduce(changed, file.text);
}

/** A Debian with the package ucarp, on which root may do as the page says: dpkg's records, /usr/sbin and /etc are
 *  the host's own. */
async function debian(host: Host): Promise<void> {
  await layOver(host, "/etc", "/usr/sbin", "/var/lib/dpkg");
  host.write("run/interfaces", interfacesOf(host.name));
  const line = `
    find /etc/network -type f ! -name ucarp -delete
    mkdir -p /run/network /etc/network/if-{pre-up,up,down,post-down}.d
    cp /run/interfaces /etc/network/interfaces
    ln -s ${HB} /run/hb
    ip addr flush dev eth0
    ifup eth0`;
  expect(await type(host, line)).toMatchObject({ code: 0 });
}

function type(host: Host, line: string): Promise<Said> {
  return host.exec(["/bin/bash", "-c", `PATH=/run:/usr/sbin:/sbin:$PATH; ${line}`]);
}

/** The longest time that nobody had the address. */
function awayMs(lab: Lab): number {
  const changes = lab.watch.since(SHARED, 0).toSorted((a, b) => a.atMs - b.atMs);
  const away = changes.map((change, at) => {
    const holders = changes.slice(0, at + 1).reduce((sum, { up }) => sum + (up ? 1 : -1), 0);
    return holders > 0 ? 0 : (changes[at + 1]?.atMs ?? Number.POSITIVE_INFINITY) - change.atMs;
  });
  return Math.max(...away);
}

test("docs/from-ucarp.md brings two hosts from ucarp to hb, and the address stays up", async () => {
  await built();
  await withLab({ hosts: ["alice", "bob"], name: "ucguide" }, async (lab) => {
    await debian(lab.host("alice"));
    await lab.watch.held(SHARED, ["alice"], SOON_MS);
    await debian(lab.host("bob"));
    const commands = steps.filter((step) => step.kind === "command");
    for (const command of commands) {
      await typed(command, async (line) => {
        const said = await type(lab.host(command.host), line);
        return line === "hb status" && said.code === NO_AGENT ? { ...said, code: 0 } : said;
      });
    }
    expect(commands.length).toBeGreaterThan(20);
    // It moved when the page says so, and at no other time.
    const ups = lab.watch.since(SHARED, 0).filter(({ up }) => up);
    expect(ups.map(({ host }) => host)).toEqual(["alice", "bob", "alice", "bob"]);
    expect(lab.watch.holders(SHARED)).toEqual(["bob"]);
    expect(awayMs(lab)).toBeLessThan(DEAD_MS);
    for (const host of lab.hosts) expect((await type(host, "pgrep ucarp")).stdout).toBe("");
  });
});
