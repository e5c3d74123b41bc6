// Whether a client may sign on, and as whom: the checks of Heartbeat, in their order and with their words
// (heartbeat-api.md 4).

import type { Credentials } from "../../../ffi/credentials.ts";
import { type Message, text, textOf } from "../../wire/message.ts";
import { facilityNumber } from "../line.ts";
import type { HeldProcess, Processes } from "./process.ts";
import type { Authorize } from "./rights.ts";

/** Who has signed on. */
export interface Member {
  /** Its name, or its pid when it is casual. */
  readonly id: string;
  /** Nobody's client: it may ask, and has no voice in the cluster. */
  readonly isCasual: boolean;
  readonly process: HeldProcess;
}

export interface Refusal {
  readonly reason: string;
  /** Empty while it is not known whose it is. */
  readonly id: string;
  /** Whether it is told in a message of its own as well. */
  readonly isCasual: boolean;
}

export interface Gate {
  readonly processes: Processes;
  readonly authorize: Authorize;
  /** True when a living client has that name, or a casual one that pid. */
  isTaken(member: Pick<Member, "id" | "isCasual"> & { readonly pid: number }): boolean;
}

/** What a client may be called: Heartbeat has 32 bytes for it, and its own names no blanks. */
const usualName = /^[\x21-\x7e\x80-\xff]{1,31}$/;

/** What clients ask for is what that version answers. */
const versionOfPeers = "3.0.6 (node: 958e11be8686759f1b99204c17812f2c2633b169)";

/** True for the request that must be a client's first. */
export function isSignOn(message: Message): boolean {
  return textOf(message, "t") === "hbapi-req" && textOf(message, "reqtype") === "signon";
}

/** Judges a sign-on. The process of a member is held, and for its owner to release. */
export function judge(
  request: Message,
  peer: Credentials,
  gate: Gate,
): { readonly member: Member } | { readonly refusal: Refusal } {
  const pid = numberIn(request, "pid");
  const process = pid === undefined ? undefined : gate.processes.hold(pid);
  if (pid === undefined || process === undefined) {
    return { refusal: { reason: "bad pid", id: "", isCasual: false } };
  }
  const given = textOf(request, "from_id");
  const isCasual = given === undefined || Number.parseInt(given, 10) === pid;
  const id = isCasual ? String(pid) : given;
  const refuse = (reason: string, known = id) => {
    process.release();
    return { refusal: { reason, id: known, isCasual } };
  };
  if (!usualName.test(id)) return refuse("bad client name", "");
  if (gate.isTaken({ id, isCasual, pid })) return refuse("duplicate add request", "");
  const uid = numberIn(request, "uid");
  const gid = numberIn(request, "gid");
  if (uid === undefined || gid === undefined) return refuse("invalid id info");
  if (uid !== peer.uid || gid !== peer.gid) return refuse("incorrect/false credentials");
  const reason = gate.authorize(isCasual ? undefined : id, { uid, gid });
  if (reason !== undefined) return refuse(reason);
  if (pid !== peer.pid) return refuse("pid mismatch");
  return { member: { id, isCasual, process } };
}

/** The answer to a sign-on, and why it is refused. */
export function greeting(
  rules: {
    readonly self: string;
    readonly deadtimeMs: number;
    readonly keepaliveMs: number;
    readonly parameters: ReadonlyMap<string, string>;
  },
  reason?: string,
): Message {
  const facility = facilityNumber(rules.parameters.get("logfacility")?.toLowerCase() ?? "none");
  return text({
    t: "hbapi-resp",
    reqtype: "signon",
    ...(reason === undefined ? { result: "OK" } : { info: reason, result: "badreq" }),
    deadtime: rules.deadtimeMs.toString(16),
    keepalive: rules.keepaliveMs.toString(16),
    node: rules.self,
    hbversion: versionOfPeers,
    pacemaker: rules.parameters.get("pacemaker") ?? "false",
    // As syslog(3) has it; -1 for none.
    logfacility: String(facility === undefined ? -1 : facility * 8),
  });
}

function numberIn(message: Message, name: string): number | undefined {
  const digits = textOf(message, name) ?? "";
  return /^[0-9]{1,10}$/.test(digits) ? Number(digits) : undefined;
}
