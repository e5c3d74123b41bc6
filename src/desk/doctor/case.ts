// What the doctor is told before the examination: where the files are, what they say, what the agent knows.

import { dirname } from "node:path";
import { type Checked, checkAll } from "../../config/check.ts";
import type { Snapshot } from "../../core/snapshot.ts";
import { ask } from "../client.ts";
import { type Directories, type Places, placesOf } from "../place.ts";
import { givenBy } from "../settings.ts";
import type { AgentFacts } from "./check/agent.ts";
import { isEveryday } from "./check/rejected.ts";

const answerWithinMs = 3_000;
/** Counters that only grow are looked at twice. */
const betweenMs = 1_000;

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
}

export async function takeCase(directories: Directories): Promise<Case> {
  const places = placesOf(directories);
  const given = givenBy(places);
  const checked = checkAll(given);
  const isReadable = given.haCf.text !== undefined;
  const told = { places, checked, isReadable, self: given.self };
  const first = await look(places);
  const { snapshot } = first;
  if (snapshot === undefined) return { ...told, ...first };
  if (isQuiet(snapshot)) return { ...told, ...first, before: snapshot, now: snapshot };
  await Bun.sleep(betweenMs);
  const second = await look(places);
  return { ...told, ...second, before: snapshot, now: second.snapshot ?? snapshot };
}

interface Look extends Pick<Case, "found" | "reason"> {
  readonly snapshot?: Snapshot;
}

async function look({ socket }: Places): Promise<Look> {
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
}: Case): { path: string; kind: "file" | "directory" }[] {
  const files = [places.authkeys, ...checked.passfiles];
  const directories = new Set(files.map((file) => dirname(file)));
  return [
    ...[...directories].map((path) => ({ path, kind: "directory" as const })),
    ...files.map((path) => ({ path, kind: "file" as const })),
  ];
}
