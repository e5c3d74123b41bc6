// When silence becomes death, and how that is told (heartbeat-wire 9.3).

import { filter } from "../clients/filter.ts";
import { linkNews, statusNews } from "../clients/news.ts";
import type { Instant } from "../instant.ts";
import type { Peer } from "./peer.ts";
import { ms } from "./tidings.ts";
import type { Turn } from "./turn.ts";

export interface Circumstances {
  readonly now: Instant;
  /** Why links of this host fail, by name. */
  readonly faults: ReadonlyMap<string, string>;
  /** This node is not yet a full member: initdead counts. */
  readonly starting: boolean;
}

/** Declares a peer dead, and says why. */
export function obituary(turn: Turn, peer: Peer, circumstances: Circumstances): void {
  const why = cause(peer, circumstances);
  const wasHeard = !peer.unheard;
  const expected = peer.left;
  peer.die();
  turn.effects.push({ do: "publish" });
  turn.give(statusNews(peer, turn.unixSeconds), filter.normal);
  if (peer.kind === "ping") {
    const ping = { peer: peer.name, state: "dead", why };
    turn.log("warn", "ping", `Ping node ${peer.name} is dead: ${why}`, ping);
    turn.event({ event: "ping", node: peer.name, ok: false });
    return;
  }
  const fields = { peer: peer.name, why };
  if (expected) turn.log("info", "member", `${peer.name} is gone: ${why}`, fields);
  else turn.log("warn", "dead", `${peer.name} is dead: ${why}`, fields);
  turn.event({ event: "dead", node: peer.name, why, wasHeard });
}

function cause(peer: Peer, { now, faults, starting }: Circumstances): string {
  if (peer.left) return "it had left the cluster before";
  const silent = ms(now - peer.heardAt);
  const fault = linkFaultText(faults);
  if (peer.unheard) {
    const limit = starting ? "initdead is over" : `its time was ${ms(peer.deadMs)}`;
    return `never heard in ${silent} (${limit})${fault}`;
  }
  const limit = peer.kind === "ping" ? "deadping" : "dt";
  const links = [...peer.links.keys()].sort().join(", ");
  const where = links === "" ? "" : ` on ${links}`;
  return `silent for ${silent} (${limit} ${ms(peer.deadMs)})${where}${fault}`;
}

/** The links that fail here, for the end of a sentence; empty when all work. */
export function linkFaultText(faults: ReadonlyMap<string, string>): string {
  const texts = [...faults].map(([link, reason]) => `${link} fails here: ${reason}`);
  return texts.length === 0 ? "" : `; ${texts.sort().join(", ")}`;
}

/** Tells which links of a peer have fallen silent. */
export function expireLinks(turn: Turn, peer: Peer, now: Instant): void {
  for (const link of peer.links.values()) {
    if (!link.expire(peer.deadMs, now)) continue;
    turn.give(linkNews(peer.name, link.name, "dead"), filter.normal);
    if (peer.kind === "ping") continue;
    const level = peer.left ? "info" : "warn";
    turn.log(
      level,
      "link",
      `Link ${peer.name}:${link.name} is dead: silent for ${ms(peer.deadMs)}`,
      { peer: peer.name, link: link.name, state: "dead" },
    );
    turn.effects.push({ do: "publish" });
  }
}
