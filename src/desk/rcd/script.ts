// The scripts of rc.d: which of them hb runs for messages, and why not the others (heartbeat-resources 7.1).
//
// Heartbeat ships scripts there that move groups. hb does that itself, and what one of them took would be up
// behind its back: not one is run, whatever it is called, nor what somebody made of it.

import { closeSync, openSync, readdirSync, readSync } from "node:fs";
import { join } from "node:path";
import { programKind } from "../settings.ts";

export interface RcScript {
  /** That of the file, and the type of the messages. */
  readonly name: string;
  /** Why it is not run; absent: it is. */
  readonly why?: string;
}

/** No path, no option, no file that a package or an editor left. */
const runnable = /^[a-z0-9_][a-z0-9_-]{0,63}$/;

/** How Heartbeat's scripts ask each other and the daemon for groups. */
const movers = ["ask_resources", "hb_takeover", "ip-request", "ip-request-resp"];

/** What the daemon keeps for itself, hb or 3.0.6: such a script never ran. */
const kept = "addnode delnode query-cstatus resource setsite setweight shutdone starting".split(
  " ",
);

/** The programs of Heartbeat that take groups and release them: who names one may run it. */
const hands = ["mach_down", "ResourceManager", "req_resource"];

/** A script that is longer is a program, and nobody can see what it runs. */
const bytesMax = 1024 * 1024;

/** All files of rc.d, by name; none where there is no such directory. As with 3.0.6, all of them rest where groups
 *  are Pacemaker's. */
export function rcScripts(directory: string, managesResources: boolean): readonly RcScript[] {
  return namesIn(directory).map((name) => {
    const why = managesResources ? whyNotRun(directory, scriptOf(name)) : "hb moves no groups here";
    return { name, ...(why !== undefined && { why }) };
  });
}

/** The script for messages of this type, which has a file of its name: 3.0.6 looks for one with the type's capitals,
 *  and then runs the one without. */
export function scriptOf(type: string): string {
  return type.toLowerCase();
}

/** Why this script is not run now; undefined: it is. */
export function whyNotRun(directory: string, name: string): string | undefined {
  if (!runnable.test(name)) return "its name is none of a message";
  if (movers.includes(name)) return "hb moves groups itself";
  if (kept.includes(name)) return "the daemon keeps such messages for itself";
  const path = join(directory, name);
  if (programKind(path) !== "program") return `there is no program ${path}`;
  try {
    const text = beginningOf(path);
    if (text.length > bytesMax) return `it is longer than ${bytesMax} bytes`;
    const hand = hands.find((word) => text.includes(word));
    return hand === undefined ? undefined : `it names ${hand}, and hb moves groups itself`;
  } catch {
    return "it cannot be read";
  }
}

/** A line that tells which are run and which are not; undefined: there are none. */
export function rcSentence(directory: string, scripts: readonly RcScript[]): string | undefined {
  if (scripts.length === 0) return undefined;
  const run = scripts.filter(({ why }) => why === undefined).map(({ name }) => name);
  const said = run.length === 0 ? "no script is run" : `run for messages: ${run.join(", ")}`;
  const reasons = Map.groupBy(
    scripts.filter(({ why }) => why !== undefined),
    ({ why }) => why ?? "",
  );
  const left = [...reasons].map(
    ([why, those]) => `${those.map(({ name }) => name).join(", ")} (${why})`,
  );
  return `${directory}: ${said}${left.length === 0 ? "" : `; not run: ${left.join("; ")}`}`;
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory).toSorted();
  } catch {
    return [];
  }
}

/** At most a byte more than is looked into. */
function beginningOf(path: string): string {
  const fd = openSync(path, "r");
  try {
    const bytes = Buffer.alloc(bytesMax + 1);
    let length = 0;
    for (let got = 1; got > 0 && length < bytes.length; length += got) {
      got = readSync(fd, bytes, length, bytes.length - length, null);
    }
    return bytes.toString("latin1", 0, length);
  } finally {
    closeSync(fd);
  }
}
