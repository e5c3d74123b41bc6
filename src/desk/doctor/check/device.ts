// Whether a network interface can carry what ha.cf and virtual routers want of it.

import { about, type Finding } from "../finding.ts";

export interface DeviceFacts {
  readonly device: string;
  /** What the media and virtual routers on it need. */
  readonly needs: {
    /** Who needs it: "bcast", "CARP". */
    readonly broadcast?: string;
    readonly multicast?: string;
    readonly arp: boolean;
    readonly ipv4: boolean;
  };
  /** Absent: there is no such interface. */
  readonly link?: {
    readonly isUp: boolean;
    /** It has a carrier. */
    readonly isRunning: boolean;
    readonly hasBroadcast: boolean;
    readonly hasMulticast: boolean;
    /** IFF_NOARP: neighbours cannot be asked for, nor told of an address. */
    readonly hasNoArp: boolean;
    readonly mtu: number;
    readonly ipv4?: string;
  };
}

/** IPv6 is not spoken on anything smaller (RFC 8200); heartbeats with many groups become many fragments. */
const mtuMin = 1_280;

/** What is written instead. */
const unicasts: Readonly<Record<string, string>> = { bcast: '"ucast" in ha.cf', CARP: '"peer="' };

export function judgeDevice({ device, needs, link }: DeviceFacts): Finding[] {
  const { ok, warn, fail } = about("interface");
  if (link === undefined) {
    const hint = 'Correct the name: "ip link" shows what is there';
    return [fail(`There is no ${device}`, { hint })];
  }
  const { isUp, isRunning, hasBroadcast, hasMulticast, hasNoArp, mtu, ipv4 } = link;
  if (!isUp) return [fail(`${device} is down`, { fix: `ip link set ${device} up` })];
  const findings: Finding[] = [];
  if (!isRunning) {
    const hint = `Look at the cable and the switch: ethtool ${device}`;
    findings.push(fail(`${device} has no carrier`, { hint }));
  }
  if (needs.broadcast !== undefined && !hasBroadcast) {
    const hint = `It joins two ends only: send to the other one, ${unicasts[needs.broadcast] ?? ""}`;
    findings.push(fail(`${device} cannot broadcast, as ${needs.broadcast} needs it`, { hint }));
  }
  if (needs.multicast !== undefined && !hasMulticast) {
    const fix = `ip link set ${device} multicast on`;
    findings.push(fail(`${device} does no multicast, as ${needs.multicast} needs it`, { fix }));
  }
  if (needs.arp && hasNoArp) {
    const fix = `ip link set ${device} arp on`;
    findings.push(fail(`${device} does no ARP: nobody learns where an address has gone`, { fix }));
  }
  if (needs.ipv4 && ipv4 === undefined) {
    const hint = `ip address add ADDRESS/PREFIX dev ${device}`;
    findings.push(fail(`${device} has no IPv4 address to send from`, { hint }));
  }
  if (mtu < mtuMin) {
    const fix = `ip link set ${device} mtu 1500`;
    const text = `${device} has an MTU of ${mtu}, which is less than the ${mtuMin} of IPv6`;
    findings.push(warn(text, { fix }));
  }
  if (findings.length > 0) return findings;
  return [ok(`${device} is up${ipv4 === undefined ? "" : ` with ${ipv4}`}, MTU ${mtu}`)];
}
