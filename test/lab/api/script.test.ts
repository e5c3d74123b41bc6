// The commands of the heartbeat package, its own shell scripts, on a pair of Heartbeat 3.0.6 and on a pair of hb: what
// they print, how they end, and what both nodes say of the cluster afterwards.

import { expect, setDefaultTimeout, test } from "bun:test";
import { built, settled, startAgent } from "../agent.ts";
import { configure } from "../conf.ts";
import { hasHeartbeat, startHeartbeat, withHeartbeat } from "../heartbeat.ts";
import type { Host } from "../host.ts";
import { SOON_MS, until } from "../until.ts";
import { brisk, cluster, HELD, hosts } from "./pair.ts";

setDefaultTimeout(180_000);

const SCRIPTS = "/usr/share/heartbeat";
/** As long as what is said must have been the same to be the effect. */
const QUIET_MS = 1_500;

/** Orders on alice, in this order; after each row it is asked what they have done. Not a weight that is no number:
 *  3.0.6 takes it for 0, hb refuses it. */
const orders = [
  [
    "hb_addnode",
    "hb_delnode",
    "hb_setsite",
    "hb_setweight",
    "hb_standby --help",
    "hb_addnode --help",
  ],
  ["hb_addnode carol dave"],
  ["hb_addnode carol", "hb_setweight carol 50", "hb_setsite bob west", "hb_setsite nosuch west"],
  ["hb_delnode carol dave", "hb_delnode nosuch", "hb_standby nonsense", "hb_takeover nonsense"],
  ["hb_standby"],
  ["hb_takeover"],
  ["hb_standby local"],
  ["hb_takeover failback"],
];

/** Not what 3.0.6 claims while it counts more than two nodes, and until something moves afterwards: both claim all. */
const questions = [
  "listnodes -n",
  ...["bob", "carol"].flatMap((node) => [`nodeweight ${node}`, `nodesite ${node}`]),
];
const isMove = (order = "") => /^hb_(standby|takeover)\b/.test(order);

async function effect(asked: readonly Host[], row: readonly string[]): Promise<string> {
  const all = isMove(row[0]) ? [...questions, "rscstatus"] : questions;
  const said = asked.flatMap((host) =>
    all.map(async (question) => {
      const { stdout, stderr } = await host.exec(["cl_status", ...question.split(" ")]);
      return `${host.name} ${question}: ${stdout}${stderr.replace(/^.*cl_status: \[\d+\]:/gm, "")}`;
    }),
  );
  return (await Promise.all(said)).join("");
}

/** What is said when nothing changes any more. */
async function lastEffect(asked: readonly Host[], row: readonly string[]): Promise<string> {
  let last = "";
  let sinceMs = 0;
  return until({ what: "an effect that stays", withinMs: SOON_MS, everyMs: 250 }, async () => {
    const now = await effect(asked, row);
    if (now !== last) sinceMs = performance.now();
    last = now;
    const isQuiet = performance.now() - sinceMs >= QUIET_MS;
    return isQuiet && !now.includes("transition") ? now : undefined;
  });
}

/** Nobody is deleted who is not dead on every node yet, not by 3.0.6 either (heartbeat-wire 12.3). */
async function areDead(asked: readonly Host[], nodes: readonly string[]): Promise<void> {
  await until(
    { what: `${nodes.join(" and ")} dead`, withinMs: SOON_MS, everyMs: 250 },
    async () => {
      const said = asked.flatMap((host) =>
        nodes.map(async (node) => (await host.exec(["cl_status", "nodestatus", node])).stdout),
      );
      return (await Promise.all(said)).every((word) => word === "dead\n") || undefined;
    },
  );
}

async function told(name: string, begin: (both: readonly Host[]) => Promise<void>) {
  const lines: string[] = [];
  await withHeartbeat({ hosts, name }, async (lab) => {
    lines.length = 0;
    const both = [lab.host("alice"), lab.host("bob")] as const;
    configure(lab, { ...cluster, ...brisk }, both);
    const run = async (line: string, ...before: readonly string[]): Promise<void> => {
      const [script = "", ...words] = line.split(" ");
      const { code, stdout, stderr } = await both[0].exec([
        ...before,
        `${SCRIPTS}/${script}`,
        ...words,
      ]);
      lines.push(`${line}: ${code}`, stdout, stderr.replace(/^\w+ +\d+ [\d:]+ /gm, ""));
    };
    await run("hb_standby all");
    await begin(both);
    await lab.watch.held(HELD, ["alice"], SOON_MS);
    lines.push(await lastEffect(both, ["hb_standby"]));
    for (const row of orders) {
      for (const order of row) await run(order);
      lines.push(await lastEffect(both, row));
      if (row[0] === "hb_addnode carol dave") await areDead(both, ["carol", "dave"]);
    }
    await run("hb_addnode carol", "setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups");
  });
  return lines;
}

test.skipIf(!hasHeartbeat())(
  "hb agent does what the scripts of the heartbeat package ask, as Heartbeat 3.0.6 does",
  async () => {
    await built();
    const [theirs, own] = await Promise.all([
      told("script306", async (both) => {
        await Promise.all(both.map((host) => startHeartbeat(host)));
      }),
      told("scripthb", async (both) => {
        for (const host of both) startAgent(host);
        await Promise.all(both.map((host) => settled(host)));
      }),
    ]);
    expect(own).toEqual(theirs);
  },
);
