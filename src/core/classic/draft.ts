// The messages of the resource conversation with a Heartbeat 3 node, before they get a header: payload
// fields in the order in which 3.0.6 sends them (heartbeat-wire 5).

import { type Message, text } from "../../wire/message.ts";
import type { GroupSet } from "../wish.ts";
import { type Claim, wordOf } from "./ownership.ts";

/** Said once, on becoming a full member: asks the other node for its report. */
export function startingDraft(): Message {
  return text({ t: "starting" });
}

export interface Report {
  readonly claim: Claim;
  readonly stable: boolean;
  readonly info?: "standby" | "shutdown" | "req_our_resources()";
}

/** A full report of what this node claims. */
export function reportDraft(report: Report): Message {
  const fields = {
    t: "resource",
    rsc_hold: wordOf(report.claim),
    rtype: "full",
    isstable: report.stable ? "1" : "0",
  };
  return text(report.info === undefined ? fields : { ...fields, info: report.info });
}

/** What the take-over of a dead node's groups ends with; it only adds to earlier reports. */
export function takenOverDraft(): Message {
  return text({ t: "resource", rsc_hold: "foreign", info: "mach_down" });
}

/** One step of the standby conversation; the set is named as the giver sees it. */
export function standbyDraft(set: GroupSet, word: "me" | "other" | "done"): Message {
  return text({ t: "ask_resources", rsc_hold: set, info: word });
}

/** Asks the other node to go standby with the mirror of this set. */
export function takeoverDraft(set: GroupSet): Message {
  return text({ t: "hb_takeover", rsc_hold: set });
}

/** Everything is released; this node goes. */
export function shutdoneDraft(): Message {
  return text({ t: "shutdone", st: "dead" });
}

/** What became of fencing `node`; `n_stnth`: there is no device. */
export function fencingDraft(node: string, result: "OK" | "bad" | "n_stnth" | "unneeded"): Message {
  return text({ t: "stonith", node, result });
}

/** Legacy mode: an owner asks for its group. */
export function groupRequestDraft(key: string): Message {
  return text({ t: "ip-request", ipaddr: key });
}

/** Legacy mode: the answer. `released` is true when the group ran here until now. */
export function groupAnswerDraft(to: string, key: string, released: boolean): Message {
  return text({
    t: "ip-request-resp",
    dest: to,
    ipaddr: key,
    weown: released ? "yes" : "no",
    ok: "OK",
  });
}
