// Whether a packet as large as this interface sends gets through to another node, and back.

import { about, type Finding } from "../finding.ts";

export interface MtuFacts {
  readonly node: string;
  readonly device: string;
  readonly mtu: number;
  /** The largest packet that was answered; 0: not even a small one was; absent: nobody could ask. */
  readonly largest?: number;
}

export function judgeMtu(all: readonly MtuFacts[]): Finding[] {
  const { ok, warn, fail } = about("mtu");
  const tried = all.filter(({ largest }) => largest !== undefined);
  const findings = tried.flatMap(({ node, device, mtu, largest = 0 }) => {
    // A host that answers no echo tells nothing of its MTU; whether it is heard is said elsewhere.
    if (largest === 0 || largest >= mtu) return [];
    const text = `${node} gets no packet larger than ${largest} bytes over ${device}, whose MTU is ${mtu}`;
    return [fail(text, { fix: `ip link set ${device} mtu ${largest}` })];
  });
  if (findings.length > 0) return findings;
  const answered = tried.filter(({ largest = 0 }) => largest > 0);
  if (answered.length > 0) {
    const who = answered.map(({ node, device, mtu }) => `${node} (${device}, ${mtu})`);
    return [ok(`Full packets reach ${who.join(", ")}`)];
  }
  if (tried.length === 0 && all.length > 0) {
    const hint = 'Install "ping" (Debian: iputils-ping)';
    return [warn("Whether full packets arrive was not tried", { hint })];
  }
  return [];
}
