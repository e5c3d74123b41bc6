// What is in the way of a hand-over between the two nodes of a pair, in the words of the log and of the
// answer to whoever asked for it (heartbeat-resources 5.3): of one that begins here, and of one that the
// partner asks for.

import type { Instant } from "../instant.ts";
import type { GroupSet } from "../wish.ts";
import type { Pair } from "./pair.ts";
import type { Handover } from "./standby.ts";

/** Why nothing can be handed over now, or not this `set` of ours. `busy`: a hand-over is going on. */
export function refusal(
  { partner, state, errands }: Pair,
  { busy, set, now }: { busy: boolean; set: GroupSet | undefined; now: Instant },
): string | undefined {
  const awaited = partner.awaited(now)?.set;
  if (state === "leaving" || state === "overslept") return "this node is leaving";
  if (partner.gone) return `${partner.name} is not there`;
  if (!partner.active) return `${partner.name} is not active yet`;
  if (busy) return "another hand-over is going on";
  if (awaited !== undefined && awaited !== set) return awaiting(partner.name, awaited);
  if (partner.isAsking(now)) return `${partner.name} waits for an answer to a request of its own`;
  if (state !== "stable" || errands.busy) return "resources are in flux here";
  if (!partner.stable) return `resources are in flux on ${partner.name}`;
  return undefined;
}

/** Why this node takes nothing now. */
export function unwillingness(
  { partner, state }: Pair,
  current: Handover | undefined,
  now: Instant,
): string | undefined {
  if (current !== undefined) {
    return `standby in progress, ${Math.ceil((current.deadline - now) / 1000)} seconds left`;
  }
  const awaited = partner.awaited(now)?.set;
  if (awaited !== undefined) return awaiting(partner.name, awaited);
  if (!partner.stable) return "other side is in flux";
  if (state !== "stable") return "local resources in flux";
  return undefined;
}

/** Until it has had that one, the partner passes over its own requests as well. */
function awaiting(name: string, set: GroupSet): string {
  return `${name} waits for hand-over [${set}], which it took up too late`;
}
