// drbd-peer-outdater, as DRBD calls it, on a pair of hb, on a pair of 3.0.6 and on one of each: what it prints, how it
// ends, and what dopd on the other node has run. DRBD itself needs a module of the kernel: drbdadm is a script.

import { expect, setDefaultTimeout, test } from "bun:test";
import { chmodSync, existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { hasHeartbeat } from "../heartbeat.ts";
import type { Host } from "../host.ts";
import { SOON_MS, until } from "../until.ts";
import { asCluster, onBoth, PAIRS, type Pair, withPair } from "./program.ts";

setDefaultTimeout(180_000);

const OUTDATER = "/usr/libexec/heartbeat/drbd-peer-outdater";
const DOPD = /\/dopd\b/;
const ASKED = "log/drbdadm";
/** It ends as drbdadm is told to end. */
const DRBDADM = '#!/bin/sh\necho "$@" >>/var/log/drbdadm\nexit "$(cat /var/log/verdict)"\n';

interface Question {
  readonly from: "alice" | "bob";
  readonly words: string;
  /** How drbdadm ends on the other node. */
  readonly verdict?: number;
  /** Where dopd runs when it is asked. */
  readonly dopd: "nowhere" | "here" | "on both";
}

const ofBob = { from: "alice", words: "-p bob -r r0", dopd: "on both" } as const;
const questions: readonly Question[] = [
  ...["", "-h", "-p bob", "-r r0", "-p bob -r r0"].map((words) => {
    return { from: "alice", words, dopd: "nowhere" } as const;
  }),
  ...[0, 1, 5, 17].map((verdict) => ({ ...ofBob, verdict })),
  ...["-p alice -r r0", "-p nosuch -r r0"].map((words) => ({ ...ofBob, words })),
  { ...ofBob, from: "bob", words: "-p alice -r r0" },
  { ...ofBob, from: "bob", words: "-p alice -r r0", verdict: 17 },
  { ...ofBob, words: "-t 3 -p bob -r r0", dopd: "here" },
];

/** Starts dopd and waits until it can be asked; a socket may be left of one that crashed. */
async function startDopd(host: Host): Promise<void> {
  const socket = join(host.dir, "run/heartbeat/dopd/outdater");
  rmSync(socket, { force: true });
  host.spawn(asCluster("dopd"), "dopd.log");
  const what = `dopd on ${host.name}`;
  await until({ what, withinMs: SOON_MS, everyMs: 50 }, () => existsSync(socket));
}

async function stopDopd(host: Host): Promise<void> {
  host.signal("SIGKILL", DOPD);
  const what = `the end of dopd on ${host.name}`;
  await until({ what, withinMs: SOON_MS }, () => host.pidsOf(DOPD).length === 0);
}

/** The answers of a pair, a line for each question. */
async function answers(pair: Pair): Promise<string[]> {
  const told: string[] = [];
  await withPair(pair, { name: "outdater", extra: ["apiauth dopd uid=hacluster"] }, async (lab) => {
    const both = [lab.host("alice"), lab.host("bob")];
    for (const host of both) {
      host.write("log/bin/drbdadm", DRBDADM, 0o755);
      host.write(ASKED, "");
      // dopd is not root.
      chmodSync(join(host.dir, ASKED), 0o666);
    }
    for (const { from, words, verdict = 0, dopd } of questions) {
      const here = lab.host(from);
      // The real one crashes when it has answered: it is a new one that is asked.
      for (const host of both) await stopDopd(host);
      for (const host of both) {
        host.write("log/verdict", `${verdict}`);
        if (dopd === "on both" || (dopd === "here" && host === here)) await startDopd(host);
      }
      if (dopd === "on both") await onBoth(here, "dopd");
      const before = both.map((host) => host.read(ASKED).length);
      const said = await here.exec([OUTDATER, ...words.split(" ").filter(Boolean)]);
      const asked = both.map((host, at) => host.read(ASKED).slice(before[at]).trim());
      const question = `${from}: ${words}; dopd ${dopd}; drbdadm ${verdict}`;
      const answer = [said.code, said.stdout + said.stderr, ...asked].join(" | ");
      told.push(`${question} => ${answer}`);
    }
  });
  return told;
}

test.skipIf(!hasHeartbeat())(
  "drbd-peer-outdater has the peer's disk outdated on hb, on 3.0.6 and between them, with the same end",
  async () => {
    const [own = [], theirs = [], mixed = []] = await Promise.all(PAIRS.map(answers));
    expect(own).toEqual(theirs);
    expect(mixed).toEqual(theirs);
    // With a dopd on both: 4 outdated, 20 failed, 3 inconsistent, 6 primary; 5 is a peer that cannot be reached.
    const codes = theirs.map((line) => Number(/=> (\d+)/.exec(line)?.[1]));
    expect(codes).toEqual([1, 0, 1, 1, 5, 4, 20, 3, 6, 5, 5, 4, 6, 5]);
  },
);
