// Scripts of rc.d, beside Heartbeat 3.0.6: the same scripts on two pairs of hosts that do not know each other, one pair
// with hb and one with the real one. What a script is told there must be the same.

import { expect, setDefaultTimeout, test } from "bun:test";
import { built, startAgent } from "./agent.ts";
import { configure } from "./conf.ts";
import { hasHeartbeat, startHeartbeat } from "./heartbeat.ts";
import type { Host } from "./host.ts";
import { type Lab, withLab } from "./lab.ts";
import { SOON_MS, until } from "./until.ts";

setDefaultTimeout(90_000);

/** It says how it was called, and takes its time: who runs two at a time mixes up their lines. */
const tell = `#!/bin/sh
said=/var/log/rcd
echo "begin $0 $*" >>$said
(env | grep -v -e ^_= -e ^HB_ | sort) >>$said
(grep -E '^(Uid|Gid|Umask):' /proc/$$/status) >>$said
(readlink /proc/$$/fd/0; readlink /proc/$$/cwd) >>$said
[ "$(cut -d' ' -f5 /proc/$$/stat)" = $$ ] && echo leads a group >>$said
sleep 0.1
echo "its word"
echo end >>$said
`;

/** Types of which 3.0.6 keeps the messages for itself, and one that has no script when the agent starts. */
const silent = ["resource", "starting", "shutdone", "setweight"];
const told = ["Mytype", "mytype", "ifstat", "status", "hbapi-clstat"];

const nodes = ["alice", "bob"] as const;
const lines = ["env COUNTRY=france", "realtime off"];
/** A client of the API, on alice alone: on bob nobody but scripts listens. */
const client = "respawn hacluster /usr/libexec/heartbeat/ccm";

/** What differs from run to run, and what a status tells of its sender. */
const moments = /^HA_(auth|hg|ld|seq|ts|client_gen|dt|hb)=/;

function prepare(host: Host): void {
  for (const name of [...told, ...silent]) host.write(`ha.d/rc.d/${name}`, tell, 0o755);
}

interface Run {
  /** How it was called. */
  readonly head: string;
  readonly lines: readonly string[];
}

/** Every run of a script on a host, in order; a run that another one broke into has no end. */
function runs(host: Host): readonly Run[] {
  const said = host.read("log/rcd").split("\nend\n");
  return said.slice(0, -1).map((text) => {
    const [head = "", ...lines] = text.split("\n");
    return { head, lines };
  });
}

function given({ lines }: Run, name: string): string {
  return lines.find((line) => line.startsWith(`${name}=`))?.slice(name.length + 1) ?? "";
}

async function say(host: Host, fields: Readonly<Record<string, string>>): Promise<void> {
  const lines = Object.entries(fields).map(([name, value]) => `${name}=${value}\n`);
  const said = await host.exec(
    ["/bin/sh", "-c", "cat >/var/lib/heartbeat/fifo"],
    `>>>\n${lines.join("")}<<<\n`,
  );
  expect(said.code).toBe(0);
}

/** What alice says, in this order. */
const story = [
  { t: "mytype", hello: "two  words é", n: "1", empty: "" },
  { t: "Mytype", n: "2" },
  { t: "mytype", n: "3", from_id: "me", to_id: "you" },
  { t: "late", n: "4" },
  { t: "mytype", n: "5", dest: "bob" },
  { t: "mytype", n: "6" },
];

async function heard(host: Host): Promise<readonly Run[]> {
  const wait = { what: `the last script on ${host.name}`, withinMs: SOON_MS, everyMs: 50 };
  return until(wait, () => {
    const all = runs(host);
    return all.some((run) => given(run, "HA_n") === "6") ? all : undefined;
  });
}

/** As it would be on the other pair. */
function plain({ head, lines }: Run): string[] {
  return [head, ...lines.filter((line) => !moments.test(line))];
}

/** What the runs have in common on both pairs: those of these messages, in their order. */
function runsOf(all: readonly Run[], which: (run: Run) => boolean): string[][] {
  return all.filter(which).map(plain);
}

/** The same of what happens while both begin: which is first, and whether this one is active, is as it comes. */
function begun(all: readonly Run[], which: (run: Run) => boolean): string[] {
  const runs = runsOf(all, which).map((lines) =>
    lines.filter((line) => !line.startsWith("HA_OSTATUS=")),
  );
  return runs.map((lines) => lines.join("\n")).toSorted();
}

const isSaid = (run: Run) => given(run, "HA_n") !== "";
const isStatus = (st: string) => (run: Run) =>
  given(run, "HA_t") === "status" && given(run, "HA_st") === st;
const isLink = (st: string) => (run: Run) =>
  given(run, "HA_t") === "ifstat" &&
  given(run, "HA_st") === st &&
  given(run, "HA_node") !== given(run, "HA_CURHOST");
const isJoin = (run: Run) => given(run, "HA_t") === "hbapi-clstat";

async function dies(lab: Lab): Promise<void> {
  await lab.crash("bob");
  await lab.host("alice").says("log/rcd", /^HA_st=dead/, SOON_MS);
  const wait = { what: "the scripts of a death", withinMs: SOON_MS, everyMs: 50 };
  await until(wait, () => {
    const all = runs(lab.host("alice"));
    return all.some(isStatus("dead")) && all.some(isLink("dead"));
  });
}

test.skipIf(!hasHeartbeat())(
  "hb agent runs the scripts of rc.d as Heartbeat 3.0.6 does",
  async () => {
    await built();
    await withLab({ hosts: nodes, name: "rcd" }, async (ours) => {
      await withLab({ hosts: nodes, name: "rcd" }, async (theirs) => {
        const labs = [ours, theirs];
        for (const lab of labs) {
          for (const host of lab.hosts) {
            const extra = host.name === "alice" ? [...lines, client] : lines;
            configure(lab, { resources: [], extra }, [host]);
            prepare(host);
          }
        }
        for (const host of ours.hosts) startAgent(host);
        for (const host of theirs.hosts) await startHeartbeat(host);
        for (const lab of labs) {
          for (const host of lab.hosts) {
            await host.says("log/rcd", /^HA_st=active/, SOON_MS);
            await host.says("log/rcd", /^HA_st=join/, SOON_MS);
            host.write("ha.d/rc.d/late", tell, 0o755);
          }
          const alice = lab.host("alice");
          for (const fields of story) await say(alice, fields);
        }
        for (const name of nodes) {
          const [mine, real] = [await heard(ours.host(name)), await heard(theirs.host(name))];
          expect(runsOf(real, isSaid).map(([head]) => head)).toEqual(
            Array(name === "bob" ? 5 : 4).fill("begin /etc/ha.d//rc.d/mytype mytype"),
          );
          expect(runsOf(mine, isSaid)).toEqual(runsOf(real, isSaid));
          for (const which of [isStatus("active"), isLink("up"), isJoin]) {
            expect(begun(mine, which)).not.toEqual([]);
            expect(begun(mine, which)).toEqual(begun(real, which));
          }
        }
        await Promise.all(labs.map(dies));
        const [mine, real] = labs.map((lab) => runs(lab.host("alice")));
        for (const which of [isStatus("dead"), isLink("dead")]) {
          expect(runsOf(mine ?? [], which)).toEqual(runsOf(real ?? [], which));
        }
      });
    });
  },
);
