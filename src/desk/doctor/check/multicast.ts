// Whether multicast heartbeats really arrive: the kernel has joined the group, and somebody is heard.

import { about, type Finding } from "../finding.ts";

export interface MulticastFacts {
  readonly device: string;
  readonly group: string;
  readonly isJoined: boolean;
  /** Nodes that are heard on this interface, whichever way. */
  readonly heard: readonly string[];
  /** Nodes that are heard somewhere else only: they run, and the fault is this interface's. */
  readonly missed: readonly string[];
}

export function judgeMulticast(facts: MulticastFacts): Finding[] {
  const { ok, warn, fail } = about("multicast");
  const { device, group, isJoined, heard, missed } = facts;
  if (!isJoined) {
    const text = `The agent has not joined ${group} on ${device}`;
    return [fail(text, { hint: 'Look at the interface above, and at "hb events"' })];
  }
  if (missed.length > 0) {
    const who = missed.join(", ");
    const text = `${group} does not arrive on ${device} from ${who}, heard another way`;
    const hint = `Switches with IGMP snooping need a querier; or "ucast ${device} ADDRESS" in ha.cf`;
    return [fail(text, { hint })];
  }
  if (heard.length === 0) {
    return [warn(`${group} is joined on ${device}, but nobody is heard there`)];
  }
  return [ok(`${group} arrives on ${device} from ${heard.join(", ")}`)];
}
