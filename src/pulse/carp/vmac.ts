// Virtual MACs: a macvlan with 00:00:5e:00:01:VHID for each router that wants one (carp.md 9), so that
// hosts behind old ARP caches never need to relearn.
//
// It is made, down, when it is first needed, up while the router is master, and removed at the end; a
// crash leaves it behind, marked by its alias, and the next start removes it. The interface below must
// not answer ARP for addresses of the one above (arp_ignore), or hosts would learn both MACs.

import { errnoOf, reasonOf, SysError } from "../../../ffi/error.ts";
import { readText, writeText } from "../../../ffi/file.ts";
import { interfaceIndex } from "../../../ffi/interface.ts";
import { addMacvlan, lowerLink, nameLink, raiseLink, removeLink } from "../../../ffi/macvlan.ts";
import type { LinkRow } from "../../../ffi/rtnetlink.ts";
import type { AddressResource } from "../../config/resource.ts";
import type { RouterConfig } from "../../config/router.ts";
import { virtualMac } from "../../wire/carp/destination.ts";
import type { Interfaces } from "../interfaces.ts";

const ALIAS = "hb carp";
const EEXIST = errnoOf("EEXIST");

export interface VmacHost {
  readonly interfaces: Interfaces;
  /** Takes in the kernel's queued news. */
  refresh(): void;
  log(level: "warn", text: string, topic: string): void;
}

interface Vmac {
  readonly router: RouterConfig;
  readonly index: number;
  readonly name: string;
  up: boolean;
}

export class Vmacs {
  readonly #host: VmacHost;
  /** Those that want a virtual MAC, by name. */
  #routers = new Map<string, RouterConfig>();
  readonly #made = new Map<string, Vmac>();
  /** arp_ignore of interfaces as it was before us. */
  readonly #before = new Map<string, string>();

  /** Removes what a run before this one left of these routers: its addresses go with it. */
  constructor(routers: readonly RouterConfig[], host: VmacHost) {
    this.#host = host;
    this.#learn(routers);
    for (const link of host.interfaces.links()) {
      const left = routers.find((router) => link.alias.startsWith(`${aliasOf(router)} `));
      if (left === undefined) continue;
      this.#change((sequence) => removeLink(link.index, sequence));
      // The alias tells how the interface below was before.
      if (link.alias.endsWith(" 0")) this.#sysctl(`ipv4/conf/${left.device}/arp_ignore`, "0");
    }
  }

  /** The same resource where it is to live: on the macvlan of its router, which is up from now on, and
   *  without a network of its own there: the interface below has that. Throws why it cannot be made. */
  house(resource: AddressResource): AddressResource {
    const router = resource.router === undefined ? undefined : this.#routers.get(resource.router);
    if (router === undefined) return resource;
    const prefix = resource.family === 4 ? 32 : 128;
    return { ...resource, device: this.#raise(router).name, prefix };
  }

  #raise(router: RouterConfig): LinkRow {
    const before = this.#quieten(router.device);
    const vmac = this.#made.get(router.name) ?? this.#make(router);
    const alias = `${aliasOf(router)} ${before}`;
    this.#must((sequence) => nameLink(vmac.index, alias, sequence), vmac.name);
    this.#must((sequence) => raiseLink(vmac.index, sequence), vmac.name);
    vmac.up = true;
    this.#host.refresh();
    const link = this.#host.interfaces.link(vmac.index);
    if (link === undefined) throw new SysError("find", errnoOf("ENODEV"), vmac.name);
    return link;
  }

  /** Sets it down: a backup's must not take frames that are for the master. */
  lower(name: string): void {
    const vmac = this.#made.get(name);
    if (vmac === undefined || !vmac.up) return;
    vmac.up = false;
    this.#change((sequence) => lowerLink(vmac.index, sequence));
    this.#restore(vmac.router.device);
  }

  /** The link of a router, if it is up. */
  of(name: string): LinkRow | undefined {
    const vmac = this.#made.get(name);
    return vmac?.up === true ? this.#host.interfaces.link(vmac.index) : undefined;
  }

  /** Removes those of routers that are not there any more, or all. */
  keep(routers: readonly RouterConfig[]): void {
    this.#learn(routers);
    for (const [name, vmac] of this.#made) {
      if (this.#routers.has(name)) continue;
      this.lower(name);
      this.#made.delete(name);
      this.#change((sequence) => removeLink(vmac.index, sequence));
    }
  }

  #learn(routers: readonly RouterConfig[]): void {
    this.#routers = new Map(routers.filter(({ vmac }) => vmac).map((one) => [one.name, one]));
  }

  #make(router: RouterConfig): Vmac {
    const parent = this.#host.interfaces.named(router.device);
    if (parent === undefined) throw new SysError("find", errnoOf("ENODEV"), router.device);
    const name = `carp-${parent.index}-${router.vhid}`;
    const spec = { name, parent: parent.index, mac: virtualMac(router.vhid) };
    const [errno] = this.#host.interfaces.route.change([(sequence) => addMacvlan(spec, sequence)]);
    if (errno === EEXIST) throw new Error(`An interface "${name}" is there already: not ours`);
    if (errno !== 0) throw new SysError("make", errno ?? 0, name);
    const index = interfaceIndex(name);
    if (index === undefined) throw new SysError("find", errnoOf("ENODEV"), name);
    const vmac = { router, index, name, up: false };
    this.#made.set(router.name, vmac);
    this.#settle(name, router);
    return vmac;
  }

  /** No addresses of its own making; answers for what is on it alone, whatever way packets go back. */
  #settle(name: string, { addresses }: RouterConfig): void {
    const hasV6 = addresses.some(({ family }) => family === 6);
    this.#sysctl(`ipv6/conf/${name}/disable_ipv6`, hasV6 ? "0" : "1");
    if (hasV6) this.#sysctl(`ipv6/conf/${name}/addr_gen_mode`, "1");
    if (hasV6) this.#sysctl(`ipv6/conf/${name}/accept_ra`, "0");
    this.#sysctl(`ipv4/conf/${name}/arp_ignore`, "1");
    this.#sysctl(`ipv4/conf/${name}/rp_filter`, "2");
  }

  /** Keeps the interface from answering for its macvlans; how it was before. */
  #quieten(device: string): string {
    const known = this.#before.get(device);
    if (known !== undefined) return known;
    const path = `ipv4/conf/${device}/arp_ignore`;
    const before = this.#read(path);
    this.#before.set(device, before);
    if (before === "0") this.#sysctl(path, "1");
    return before;
  }

  /** Gives the interface its manners back when no router there is master. */
  #restore(device: string): void {
    const others = [...this.#made.values()].some((one) => one.up && one.router.device === device);
    const before = this.#before.get(device);
    if (others || before === undefined) return;
    this.#before.delete(device);
    if (before === "0") this.#sysctl(`ipv4/conf/${device}/arp_ignore`, before);
  }

  #read(path: string): string {
    try {
      return readText(`/proc/sys/net/${path}`).trim();
    } catch {
      return "";
    }
  }

  #sysctl(path: string, value: string): void {
    try {
      writeText(`/proc/sys/net/${path}`, value);
    } catch (error) {
      this.#host.log("warn", `Cannot set net/${path} to ${value}: ${reasonOf(error)}`, "carp");
    }
  }

  #must(make: (sequence: number) => Uint8Array, about: string): void {
    const errno = this.#change(make);
    if (errno !== 0) throw new SysError("change", errno, about);
  }

  #change(make: (sequence: number) => Uint8Array): number {
    return this.#host.interfaces.route.change([make])[0] ?? 0;
  }
}

function aliasOf({ name }: RouterConfig): string {
  return `${ALIAS} ${name}`;
}
