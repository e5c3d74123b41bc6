// Whether what another process says of a virtual router can be shown: on a terminal, on a page, as figures.
// Keys that are not known here may be there: a newer process says more.

import type { RouterView } from "../../core/snapshot.ts";
import { isRecord } from "../record.ts";

const textMax = 1_000;
const addressesMax = 1_024;
const states: readonly unknown[] = ["init", "backup", "master"] satisfies RouterView["state"][];

export function isRouterView(value: unknown): value is RouterView {
  if (!isRecord(value)) return false;
  const { name, device, state, why, heard, packets, next } = value;
  const { vhid, sinceMs, advbase, advskew } = value;
  return (
    [name, device, why].every(isText) &&
    states.includes(state) &&
    [vhid, sinceMs, advbase, advskew].every(isCount) &&
    areTexts(value.addresses) &&
    areTexts(value.demoted) &&
    isPackets(packets) &&
    (heard === undefined || isHeard(heard)) &&
    (next === undefined || (isRecord(next) && isText(next.what) && isCount(next.inMs)))
  );
}

function isHeard(value: unknown): boolean {
  if (!isRecord(value)) return false;
  const { from, advbase, advskew, demote, sealed, agoMs } = value;
  const counts = [advbase, advskew, demote, agoMs];
  return isText(from) && typeof sealed === "boolean" && counts.every(isCount);
}

function isPackets(value: unknown): boolean {
  if (!isRecord(value) || !isRecord(value.rejected)) return false;
  const reasons = Object.entries(value.rejected);
  const good = reasons.every(([reason, count]) => isText(reason) && isCount(count));
  return good && isCount(value.sent) && isCount(value.received);
}

/** Without a character that moves a cursor or ends a line. */
function isText(value: unknown): boolean {
  return typeof value === "string" && value.length <= textMax && !/\p{Cc}/u.test(value);
}

function areTexts(value: unknown): boolean {
  return Array.isArray(value) && value.length <= addressesMax && value.every(isText);
}

function isCount(value: unknown): boolean {
  return Number.isFinite(value);
}
