// A resource word of haresources, understood: an address that hb holds by itself, or a script it runs
// (heartbeat-config 4, heartbeat-resources 7 and 8).

/** An address that the pulse puts up and announces without any script. */
export interface AddressResource {
  readonly kind: "address";
  /** The word as written in haresources. */
  readonly word: string;
  readonly agent: "IPaddr" | "IPaddr2" | "IPv6addr";
  readonly family: 4 | 6;
  /** Canonical text of the address. */
  readonly address: string;
  /** Prefix length; absent: taken from the matching interface or route. */
  readonly prefix?: number;
  /** Interface; absent: found from the route to the address. */
  readonly device?: string;
  /** Full label ("eth0:0"); absent: for IPaddr the first free alias, for IPaddr2 none. */
  readonly label?: string;
  readonly broadcast?: string;
  /** Name of the virtual router that holds it; absent: a group does. The router's dead time is then
   *  the measure of its lease, and the router's macvlan, if it has one, the place where it lives. */
  readonly router?: string;
}

/** IPsrcaddr: the preferred source of the routes; SendArp: announcements without an address. */
export interface PulseResource {
  readonly kind: "srcaddr" | "sendarp";
  readonly word: string;
  readonly address: string;
  readonly device?: string;
}

/** Anything that the desk runs: a script or agent. */
export interface ScriptResource {
  readonly kind: "script";
  readonly word: string;
  /** "heartbeat": resource.d or init.d by name; "ocf": OCF agent; "systemd": a unit. */
  readonly style: "heartbeat" | "ocf" | "systemd";
  /** Script name, "provider:type" (or bare type for OCF::type::instance), or unit name. */
  readonly name: string;
  /** Arguments; for OCF:: the instance name. */
  readonly args: readonly string[];
}

export type Resource = AddressResource | PulseResource | ScriptResource;

/** One line of haresources. */
export interface GroupSpec {
  /** The first resource word: the group's name. */
  readonly key: string;
  /** Lower-cased name of the owner node. */
  readonly owner: string;
  readonly resources: readonly Resource[];
}
