// One virtual router: what `hb carp`, a `carp` line of ha.cf or a file of such lines asks for, checked
// and with every default filled in, JSON-clean. Rules: protocol/carp.md.

/** An address that all members of a virtual router share. */
export interface RouterAddress {
  readonly family: 4 | 6;
  /** Canonical text. */
  readonly address: string;
  /** Prefix length on the interface; absent: taken from the interface's own subnets, else 32 or 128. */
  readonly prefix?: number;
  /** Full label ("eth0:0"); IPv4 only. */
  readonly label?: string;
}

/** Something whose failure demotes the router: an interface without carrier, or a check command. */
export type Track =
  | { readonly kind: "interface"; readonly device: string }
  | { readonly kind: "script"; readonly path: string };

export interface RouterConfig {
  /** "eth0/42": interface and vhid; unique on a host. */
  readonly name: string;
  readonly device: string;
  /** 1–255. */
  readonly vhid: number;
  /** The digest's key, at most 19 bytes as a byte string: one character is one byte, whatever the text
   *  was encoded in (wire/bytes.ts; carp.md 2). */
  readonly password: string;
  /** At least one. The digest covers all of them, so they are the same on every member. */
  readonly addresses: readonly RouterAddress[];
  /** IPv4 source of adverts; absent: the interface's first address, which netlink tells. */
  readonly source?: string;
  /** Whole seconds, 0–255; 0 only with a skew (carp.md 6). */
  readonly advbase: number;
  /** 1/256 s, 0–255. */
  readonly advskew: number;
  /** ucarp's `-r`: the dead time is advbase · deadratio + advskew/256. */
  readonly deadratio: number;
  readonly preempt: boolean;
  /** No down script, and nothing taken down, at start. */
  readonly neutral: boolean;
  /** IPv4 group of adverts, 224.0.0.18 unless told otherwise. */
  readonly multicast: string;
  /** Adverts go to the Ethernet broadcast address and no group is joined (ucarp's `-M`). */
  readonly broadcast: boolean;
  /** Unicast peers instead of the group; empty: multicast. */
  readonly peers: readonly string[];
  readonly dialect: "ucarp" | "bsd";
  readonly seal: "auto" | "require" | "off";
  /** Ethernet source of adverts: 00:00:5e:00:00:VHID, 00:00:5e:00:01:VHID, or the interface's own. */
  readonly sourceMac: "ucarp" | "bsd" | "interface";
  /** The addresses live on a macvlan with 00:00:5e:00:01:VHID. */
  readonly vmac: boolean;
  /** A lost carrier changes nothing (ucarp's `-S`). */
  readonly ignoreIfState: boolean;
  /** hb puts the addresses up itself; false with scripts that do (or with none under the name ucarp). */
  readonly holdsAddresses: boolean;
  readonly upScript?: string;
  readonly downScript?: string;
  /** Third argument of the scripts. */
  readonly xparam?: string;
  readonly scriptTimeoutMs: number;
  /** Leaving takes everything down and says so (always, but under the name ucarp without `-z`). */
  readonly shutdown: boolean;
  /** Adverts and announcements exactly as ucarp's: a failed up script is ignored, nothing periodic. */
  readonly likeUcarp: boolean;
  readonly track: readonly Track[];
  /** Routers of one group are demoted together (BSD: carpdemote of an interface group). */
  readonly group?: string;
  /** While master, between periodic announcements; 0: none. */
  readonly announceIntervalMs: number;
}

/** The name of a router: unique on a host, for one vhid on one interface is one router. */
export function routerName(device: string, vhid: number): string {
  return `${device}/${vhid}`;
}
