// What a kept message says about its sender: alive, restarted, back from beyond a partition
// (heartbeat-wire 8, 9.3, 9.4, 13).

import type { Timing } from "../../config/cluster.ts";
import { bytesToHex } from "../../wire/bytes.ts";
import { bytesOf, type Message, textOf } from "../../wire/message.ts";
import { filter } from "../clients/filter.ts";
import { linkNews, statusNews } from "../clients/news.ts";
import type { Instant } from "../instant.ts";
import { hexOf, isReport, NULL_UUID } from "./header.ts";
import type { Life, Peer } from "./peer.ts";
import type { Kept } from "./reception.ts";
import type { Roster } from "./roster.ts";
import type { Turn } from "./turn.ts";

/** Longest status word (heartbeat-wire 2.5). */
const WORD_MAX = 31;

/** True for a status, and for the report of an hb node whose life no status has told of yet. */
export function isIntroduction({ peer, header }: Kept): boolean {
  if (header.type === "status") return true;
  return isReport(header.type) && !peer.introduced && !peer.isBack;
}

/** Takes in a status message, or the report of an hb node of which no status has come yet (it has no `dt`),
 *  and tells what is new. Returns the life that it begins or continues. */
export function statusArrived(turn: Turn, kept: Kept, timing: Timing): Life {
  const { peer, header, message, silentMs } = kept;
  const isStatus = header.type === "status";
  if (peer.introduced && header.seq < peer.statusSeq) {
    if (isStatus) turn.give(message, filter.noChange);
    return "same";
  }
  peer.statusSeq = header.seq;
  const dtMs = hexOf(message, "dt");
  peer.deadMs = dtMs === undefined || dtMs === 0 ? timing.deadtimeMs : dtMs;
  peer.speaksHb = textOf(message, "hb") !== undefined || isReport(header.type);
  const was = { status: peer.status, word: peer.word };
  const life = peer.introduce();
  peer.say(wordOf(message, header.type));
  tellLife(turn, kept, life);
  if (life === "same" && silentMs > timing.warntimeMs) {
    const limit = `warntime ${timing.warntimeMs} ms`;
    turn.log(
      "warn",
      "late",
      `Late heartbeat: ${peer.name} was silent for ${ms(silentMs)} (${limit})`,
      { peer: peer.name, silentMs: Math.round(silentMs) },
    );
  }
  if (life !== "same" || peer.word !== was.word) tellStatus(turn, kept);
  else if (isStatus) turn.give(message, filter.noChange);
  if (peer.status === "active" && (life !== "same" || was.status !== "active")) {
    turn.event({ event: "active", node: peer.name });
  }
  return life;
}

/** A report says what its node does about groups: all but those that start are active members. */
function wordOf(message: Message, type: string): string {
  const word = (textOf(message, "st") ?? "").slice(0, WORD_MAX);
  if (!isReport(type)) return word;
  return word === "starting" ? "up" : "active";
}

/** An hb node that was declared dead says something in the run that it was in: it is what it was, and need
 *  not say so first. Until its next status it could not be told that its groups are being taken. */
export function returned(turn: Turn, kept: Kept): void {
  const { peer, header } = kept;
  peer.statusSeq = header.seq;
  const life = peer.introduce();
  peer.resume();
  tellLife(turn, kept, life);
  tellStatus(turn, kept);
  if (peer.status === "active") turn.event({ event: "active", node: peer.name });
}

/** Clients hear it in the node's own words, where it said it itself. */
function tellStatus(turn: Turn, { peer, header, message }: Kept): void {
  const status = { peer: peer.name, status: peer.word };
  turn.log("info", "status", `Status of ${peer.name} is ${peer.word}`, status);
  turn.effects.push({ do: "publish" });
  const news = header.type === "status" ? message : statusNews(peer, turn.unixSeconds);
  turn.give(news, filter.normal);
}

/** Joins and leaves of its clients that wait for nothing any more. */
export function tellHeldBack(turn: Turn, { heldBack, sequence }: Peer): void {
  for (const message of heldBack.release(sequence.missing)) turn.give(message, filter.normal);
}

function tellLife(turn: Turn, { peer, silentMs }: Kept, life: Life): void {
  const node = peer.name;
  const program = peer.speaksHb ? "hb" : "Heartbeat";
  const run = `generation ${peer.generation}, ${program}`;
  const fields = { peer: node, life, generation: peer.generation };
  switch (life) {
    case "same":
      return;
    case "first":
      turn.log("info", "member", `${node} is there: first heard (${run})`, fields);
      turn.event({ event: "up", node });
      return;
    case "risen":
      turn.log("info", "member", `${node} is back from the dead: a new run (${run})`, fields);
      turn.event({ event: "up", node });
      return;
    case "restarted":
      turn.log("warn", "member", `${node} restarted before its deadtime was over (${run})`, fields);
      turn.event({ event: "restarted", node });
      return;
    case "returned":
      turn.log(
        "error",
        "partition",
        `${node} returned after ${ms(silentMs)} of silence in the same run (${run}): it was cut off ` +
          "or asleep, not dead",
        fields,
      );
      turn.event({ event: "returned", node });
      return;
  }
}

/** An echo came back from a ping node. */
export function pingAnswered(turn: Turn, { peer, message }: Kept, now: Instant): void {
  peer.heard(now);
  peer.unheard = false;
  if (peer.link(peer.name).answered(now)) {
    turn.give(linkNews(peer.name, peer.name, "up"), filter.normal);
  }
  turn.give(message, peer.status === "ping" ? filter.noChange : filter.normal);
  if (peer.status === "ping") return;
  peer.status = "ping";
  peer.word = "ping";
  turn.log("info", "ping", `Ping node ${peer.name} answers`, { peer: peer.name, state: "up" });
  turn.event({ event: "ping", node: peer.name, ok: true });
  turn.effects.push({ do: "publish" });
}

/** True when the message is for all, or for this node (heartbeat-wire 5). */
export function isForMe(
  message: Message,
  me: { readonly self: string; readonly uuid: string },
  roster: Roster,
): boolean {
  const dest = textOf(message, "dest");
  if (dest === undefined || dest === me.self) return true;
  const raw = bytesOf(message, "destuuid");
  const uuid = raw === undefined ? NULL_UUID : bytesToHex(raw);
  return uuid === me.uuid && roster.peer(dest) === undefined;
}

/** A length of time as the log shows it. */
export function ms(length: number): string {
  return `${Math.round(length)} ms`;
}
