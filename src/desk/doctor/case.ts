// What the doctor is told before the examination: where the files are, what they say, what the agent knows.

import { dirname } from "node:path";
import type { RouterLine } from "../../config/carp/setting.ts";
import { type Checked, checkAll } from "../../config/check.ts";
import type { CarpView, RouterView, Snapshot } from "../../core/snapshot.ts";
import { askCarp, askCarpLines, type CarpViews } from "../carp/sibling.ts";
import { ask } from "../client.ts";
import { type Directories, type Places, placesOf } from "../place.ts";
import { givenBy } from "../settings.ts";
import type { AgentFacts } from "./check/agent.ts";
import { isEveryday } from "./check/rejected.ts";
import { isQuietRouter } from "./check/router.ts";

const answerWithinMs = 3_000;
/** Counters that only grow are looked at twice. */
const betweenMs = 1_000;
/** Nobody waits for adverts that are rarer. */
const advertWaitMsMax = 4_000;

export interface Case {
  readonly places: Places;
  readonly checked: Checked;
  readonly self: string;
  /** ha.cf could be read: without it there is nothing to judge by. */
  readonly isReadable: boolean;
  readonly found: AgentFacts["found"];
  readonly reason?: string;
  /** Of the first look and of the last. */
  readonly before?: Snapshot;
  readonly now?: Snapshot;
  readonly carp: Routers;
}

/** Virtual routers: those of the agent, and those of processes of `hb carp`. */
export interface Routers {
  readonly before: readonly RouterView[];
  readonly now: readonly RouterView[];
  readonly processes: readonly CarpView[];
  /** As `carp` lines. */
  readonly lines: readonly RouterLine[];
}

export async function takeCase(directories: Directories): Promise<Case> {
  const places = placesOf(directories);
  const given = givenBy(places);
  const checked = checkAll(given);
  const isReadable = given.haCf.text !== undefined;
  const told = { places, checked, isReadable, self: given.self };
  const [first, others] = await Promise.all([
    look(places),
    askCarpLines(places.run, answerWithinMs),
  ]);
  const lines = [...checked.conf.routers, ...others];
  const waitMs = pauseAfter(first);
  if (waitMs > 0) await Bun.sleep(waitMs);
  const second = waitMs > 0 ? await look(places) : first;
  const before = first.snapshot;
  const now = second.snapshot ?? before;
  const { found, reason, carp } = before === undefined ? first : second;
  return {
    ...told,
    found,
    ...(reason !== undefined && { reason }),
    ...(before !== undefined && now !== undefined && { before, now }),
    carp: {
      before: [...(before?.routers ?? []), ...first.carp.routers],
      now: [...(now?.routers ?? []), ...second.carp.routers],
      processes: carp.processes,
      lines,
    },
  };
}

interface Look extends Pick<Case, "found" | "reason"> {
  readonly snapshot?: Snapshot;
  readonly carp: CarpViews;
}

async function look(places: Places): Promise<Look> {
  const siblings = askCarp(places.run, answerWithinMs);
  const [agent, carp] = await Promise.all([lookAgent(places), siblings]);
  return { ...agent, carp };
}

async function lookAgent({ socket }: Places): Promise<Omit<Look, "carp">> {
  const result = await ask(socket, { ask: "status" }, { limitMs: answerWithinMs });
  if (result.kind !== "done") {
    const reason = result.kind === "silent" ? { reason: result.reason } : {};
    return { found: result.kind, ...reason };
  }
  const { snapshot, text } = result.answer;
  return snapshot === undefined
    ? { found: "silent", reason: text }
    : { found: "running", snapshot };
}

/** How long until the second look: longer than what is counted takes to happen again, 0 where nothing was. */
function pauseAfter({ snapshot, carp }: Look): number {
  const routers = [...(snapshot?.routers ?? []), ...carp.routers].filter(
    (view) => !isQuietRouter(view),
  );
  const advertMs = Math.max(0, ...routers.map(({ advbase }) => advbase * 1_000));
  const ofRouters = routers.length > 0 ? Math.min(advertMs + betweenMs, advertWaitMsMax) : 0;
  return Math.max(ofRouters, snapshot !== undefined && !isQuiet(snapshot) ? betweenMs : 0);
}

/** Nothing was ever counted that a second look would judge. */
function isQuiet({ dropped, pulse }: Snapshot): boolean {
  return [dropped, ...pulse.packets.map(({ rejected }) => rejected)].every((counts) =>
    Object.entries(counts).every(([reason, count]) => count === 0 || isEveryday(reason)),
  );
}

/** Every file in which a secret stands, and every directory above one. */
export function secretPlaces({
  places,
  checked,
  carp,
}: Case): { path: string; kind: "file" | "directory" }[] {
  const passfiles = carp.lines.flatMap(({ passfile }) => passfile ?? []);
  const files = [...new Set([places.authkeys, ...checked.passfiles, ...passfiles])];
  const directories = new Set(files.map((file) => dirname(file)));
  return [
    ...[...directories].map((path) => ({ path, kind: "directory" as const })),
    ...files.map((path) => ({ path, kind: "file" as const })),
  ];
}
