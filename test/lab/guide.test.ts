// From the README to a cluster: what "Five minutes to two real hosts" says, word for word, on two fresh Debians under
// systemd, each line on the host before whose prompt it stands. hb is installed there by dpkg, files are brought by ssh,
// apache2 is Debian's own. Then alice loses her power, and a client sees who answers.

import { beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { version } from "../../package.json";
import { type Command, type File, readPage, stepsOf } from "../page.ts";
import { Debian, debianRoot } from "./install/debian.ts";
import { packaged } from "./install/package.ts";
import { type Lab, withLab } from "./lab.ts";
import { typed } from "./typing.ts";
import { SOON_MS, until } from "./until.ts";

setDefaultTimeout(240_000);
// Where there is none yet, packages come from a mirror, at its pace.
beforeAll(async () => void (await debianRoot()), 600_000);
const PLUG = "Pull alice's plug";
const SERVED = "http://10.0.0.100/";

/** Pages whose commands look at a cluster: they are typed while it runs. */
const LOOKING = ["docs/events.md", "docs/doctor.md"];
/** It does not end; test/cli/events.test.ts follows. */
const ENDLESS = "hb events --follow";

/** What is typed until the plug is pulled, and after it. */
function steps(): { before: (File | Command)[]; after: (File | Command)[] } {
  const [, section = ""] =
    /^## Five minutes to two real hosts$(.*?)^## /ms.exec(readPage("README.md")) ?? [];
  const [before = "", after = ""] = section.split(PLUG);
  return { before: stepsOf(before), after: stepsOf(after) };
}

/** The hosts as the guide finds them: with an address each, and with the package in root's home directory. */
async function fresh(lab: Lab): Promise<Map<string, Debian>> {
  for (const [at, host] of lab.hosts.entries()) {
    const own = `ip addr flush dev eth0 scope global; ip addr add 10.0.0.${at + 1}/24 brd + dev eth0`;
    await host.exec(["sh", "-c", own]);
  }
  const names = ["alice", "bob"];
  const [{ deb }, ...booted] = await Promise.all([
    packaged(lab),
    ...names.map((name) => Debian.boot(lab.host(name))),
  ]);
  const debians = new Map(names.map((name, at) => [name, booted[at] as Debian]));
  for (const debian of debians.values()) await debian.take(deb, `/root/hb_${version}_amd64.deb`);
  return debians;
}

class Reader {
  readonly #hosts: ReadonlyMap<string, Debian>;
  #printed = "";

  constructor(hosts: ReadonlyMap<string, Debian>) {
    this.#hosts = hosts;
  }

  /** Files are written on alice. */
  async follow(steps: readonly (File | Command)[]): Promise<void> {
    for (const step of steps) {
      if (step.kind === "file")
        await this.#host("alice").write(`/etc/ha.d/${step.language}`, step.text);
      else {
        const line = this.#filledIn(step.line);
        const host = this.#host(step.host);
        this.#printed += await typed({ ...step, line }, (text) => host.type(text));
      }
    }
  }

  /** What a page shows shortened, between quotes, is a line that was printed before. */
  #filledIn(line: string): string {
    return line.replace(/'([^'…]*)…([^'…]*)'/, (word, head: string, tail: string) => {
      const lines = this.#printed.split("\n");
      const found = lines.findLast((each) => each.startsWith(head) && each.endsWith(tail));
      if (found === undefined) throw new Error(`Nothing was printed that looks like ${word}`);
      return `'${found}'`;
    });
  }

  #host(name: string): Debian {
    const host = this.#hosts.get(name);
    if (host === undefined) throw new Error(`The guide has no host "${name}"`);
    return host;
  }
}

/** Waits until the client gets the page; says who had the address then. */
async function served(lab: Lab): Promise<string[]> {
  const client = lab.host("client");
  await until({ what: `${SERVED} to answer`, withinMs: SOON_MS }, async () => {
    const { stdout } = await client.exec(["curl", "-s", "-m", "2", SERVED]);
    return stdout.includes("Apache2 Debian Default Page");
  });
  return lab.watch.holders("10.0.0.100");
}

test("README brings two fresh Debians to a cluster that survives one of them", async () => {
  const { before, after } = steps();
  expect([before.length, after.length].every((count) => count > 0)).toBe(true);
  await withLab({ hosts: ["alice", "bob", "client"], name: "guide" }, async (lab) => {
    const debians = await fresh(lab);
    const reader = new Reader(debians);
    try {
      await reader.follow(before);
      expect(await served(lab)).toEqual(["alice"]);
      for (const page of LOOKING) {
        const commands = stepsOf(readPage(page)).filter((step) => step.kind === "command");
        expect(commands.length).toBeGreaterThan(0);
        await reader.follow(commands.filter(({ line }) => line !== ENDLESS));
      }
      await lab.crash("alice");
      await reader.follow(after);
      expect(await served(lab)).toEqual(["bob"]);
    } catch (error) {
      for (const [name, debian] of debians) {
        process.stderr.write(`--- ${name}\n${await debian.journal()}`);
      }
      throw error;
    } finally {
      for (const debian of debians.values()) await debian.end();
    }
  });
});
