// docs/upgrade-from-heartbeat.md, word for word, on two hosts that run the real Heartbeat 3.0.6: one node at a time, and
// the way back.

import { expect, setDefaultTimeout, test } from "bun:test";
import { readPage, sectionOf, stepsOf } from "../page.ts";
import { built, HB, leave, startAgent } from "./agent.ts";
import { configure } from "./conf.ts";
import { startHeartbeat, stopHeartbeat, withHeartbeat } from "./heartbeat.ts";
import type { Host } from "./host.ts";
import type { Lab } from "./lab.ts";
import { LATE_MS } from "./mixed.ts";
import { typed } from "./typing.ts";
import { SOON_MS, until } from "./until.ts";

setDefaultTimeout(180_000);
const SHARED = "10.0.0.100";
const page = readPage("docs/upgrade-from-heartbeat.md");

/** A service that can be started, stopped and asked. */
const SERVICE = `#!/bin/sh
state=/run/service
case $1 in
start) touch $state ;;
stop) rm -f $state ;;
status) [ -e $state ] && echo running || echo stopped ;;
esac
`;

/** No systemd runs in a lab: this starts and ends what its units would. */
class Manager {
  readonly #agents = new Map<string, ReturnType<typeof startAgent>>();

  async systemctl(host: Host, words: string): Promise<void> {
    const agent = this.#agents.get(host.name);
    switch (words) {
      case "enable --now hb":
        this.#agents.set(host.name, startAgent(host));
        return;
      case "stop hb":
        if (agent !== undefined) await leave(host, agent);
        return;
      case "enable --now heartbeat":
        await startHeartbeat(host);
        return;
      case "stop heartbeat":
        await stopHeartbeat(host);
        return;
      case "disable hb":
      case "disable heartbeat":
        return;
      default:
        throw new Error(`The guide has systemd do what this test does not know: ${words}`);
    }
  }
}

async function follow(lab: Lab, manager: Manager, title: string): Promise<number> {
  const steps = stepsOf(sectionOf(page, title));
  for (const step of steps) {
    if (step.kind === "file") throw new Error(`No file is written in "${title}"`);
    const host = lab.host(step.host);
    const [, words] = /^systemctl (.*)$/.exec(step.line) ?? [];
    if (words !== undefined) await manager.systemctl(host, words);
    else await typed(step, (line) => host.exec(["/bin/bash", "-c", `PATH=/run:$PATH; ${line}`]));
  }
  return steps.length;
}

test("docs/upgrade-from-heartbeat.md brings two nodes of 3.0.6 to hb and back", async () => {
  await built();
  await withHeartbeat({ hosts: ["alice", "bob"], name: "upguide" }, async (lab) => {
    const resources = [`alice ${SHARED}/24/eth0 apache2`];
    configure(lab, { resources, initdead: "6", failback: "off" });
    for (const host of lab.hosts) {
      await host.exec(["ln", "-s", HB, "/run/hb"]);
      host.write("ha.d/resource.d/apache2", SERVICE, 0o755);
      await startHeartbeat(host);
    }
    await lab.watch.held(SHARED, ["alice"], SOON_MS);
    for (const host of lab.hosts) {
      await host.says("log/ha-log", /remote resource transition completed/, SOON_MS);
    }
    const manager = new Manager();
    expect(await follow(lab, manager, "One node at a time")).toBeGreaterThan(10);
    const holders = () => lab.watch.holders(SHARED);
    await until({ what: "one holder", withinMs: SOON_MS }, () => holders().length === 1);
    expect(await follow(lab, manager, "The way back")).toBeGreaterThan(4);
    await until({ what: "one holder", withinMs: SOON_MS }, () => holders().length === 1);
    expect(lab.watch.overlapMs(SHARED)).toBeLessThan(LATE_MS);
  });
});
