// What `cl_status rscstatus` says on both nodes of a pair, step by step: the same steps with Heartbeat 3.0.6 on both,
// with hb on both, or with one of each. Commands are the scripts of the package.

import { built, startAgent } from "../agent.ts";
import { configure } from "../conf.ts";
import { heartbeatCommand, startHeartbeat, withHeartbeat } from "../heartbeat.ts";
import type { Host } from "../host.ts";
import { SOON_MS, until } from "../until.ts";

const NODES = ["alice", "bob"] as const;
export type NodeName = (typeof NODES)[number];
export type Program = "heartbeat" | "hb";

export interface Holdings {
  /** Programs of alice and bob. */
  readonly programs: readonly [Program, Program];
  /** Who owns a group. */
  readonly owners: readonly NodeName[];
  readonly failback: "on" | "off";
}

/** "alice hb_standby local", "bob dies", "bob returns". */
export type Step = `${NodeName} ${"dies" | "returns" | `hb_${"standby" | "takeover"} ${string}`}`;

/** As long as words must have been the same to be called the last ones. */
const QUIET_MS = 2_000;

/** The words of alice and bob after the start and after each step. */
export async function holdings(shape: Holdings, steps: readonly Step[]): Promise<string[]> {
  await built();
  const told: string[] = [];
  await withHeartbeat({ hosts: NODES, name: "holdings" }, async (lab) => {
    told.length = 0;
    const resources = shape.owners.map((owner, at) => `${owner} 10.77.0.${100 + at}/24/eth0`);
    const timing = { keepalive: "500ms", warntime: "2", deadtime: "3", initdead: "6" };
    configure(lab, { resources, failback: shape.failback, ...timing });
    const [alice, bob] = [lab.host("alice"), lab.host("bob")];
    const start = async (host: Host): Promise<void> => {
      if (shape.programs[NODES.indexOf(host.name as NodeName)] === "hb") startAgent(host);
      else await startHeartbeat(host);
    };
    const tell = async (step: string): Promise<void> => {
      const those = lab.hosts.filter(({ name }) => !step.startsWith(`${name} dies`));
      const words = await lastWords(those);
      told.push(`${step}: ${words}`);
    };
    await Promise.all([start(alice), start(bob)]);
    await Promise.all([seen(alice, "bob", "active"), seen(bob, "alice", "active")]);
    await tell("start");
    for (const step of steps) {
      const [name = "", verb = "", set = ""] = step.split(" ");
      const other = name === "alice" ? bob : alice;
      if (verb === "dies") {
        await lab.crash(name);
        await seen(other, name, "dead");
      } else if (verb === "returns") {
        await lab.boot(name);
        await start(lab.host(name));
        await Promise.all([
          seen(other, name, "active"),
          seen(lab.host(name), other.name, "active"),
        ]);
      } else {
        await heartbeatCommand(lab.host(name), verb as "hb_standby" | "hb_takeover", set);
      }
      await tell(step);
    }
  });
  return told;
}

async function seen(host: Host, node: string, word: string): Promise<void> {
  const what = `${host.name} to call ${node} ${word}`;
  await until({ what, withinMs: SOON_MS, everyMs: 250 }, async () => {
    const { stdout } = await host.exec(["cl_status", "nodestatus", node]);
    return stdout === `${word}\n`;
  });
}

/** Their words when nothing moves any more. */
async function lastWords(hosts: readonly Host[]): Promise<string> {
  let last = "";
  let sinceMs = 0;
  return until({ what: "words that stay", withinMs: SOON_MS, everyMs: 250 }, async () => {
    const said = await Promise.all(hosts.map((host) => host.exec(["cl_status", "rscstatus"])));
    const words = said.map(({ stdout }) => stdout.trim()).join(" / ");
    if (words !== last) sinceMs = performance.now();
    last = words;
    const isQuiet = performance.now() - sinceMs >= QUIET_MS && !/transition|^$/.test(words);
    return isQuiet ? words : undefined;
  });
}
