// The addresses that this host holds: put up, renewed, watched, announced, taken down.
//
// The core decides which; the book keeps them true. An address that somebody else removes is put
// back at once; only when that fails does the core hear of it. Renewal belongs to the loop: a turn
// that was not healthy renews nothing, so that the kernel ends the leases of a sick host.

import { errnoOf, reasonOf, SysError } from "../../ffi/error.ts";
import { addressBytes } from "../../ffi/layout.ts";
import type { LinkRow } from "../../ffi/rtnetlink.ts";
import type { ClusterConfig } from "../config/cluster.ts";
import type { AddressResource, PulseResource } from "../config/resource.ts";
import { earliest, type Instant } from "../core/instant.ts";
import { Leases } from "../core/leases.ts";
import { Announcer } from "./announcer.ts";
import { Vmacs } from "./carp/vmac.ts";
import { announceable, describe, type Held, isFought, type Resources, type Work } from "./held.ts";
import type { Changes } from "./interfaces.ts";
import type { LinksHost } from "./links.ts";
import { keyOf } from "./place.ts";
import { isUp, lower, raise } from "./raise.ts";
import { rehearse } from "./rehearsal.ts";
import { laterRoute, Renewals } from "./renewals.ts";
import { RivalListener } from "./rival.ts";
import { SourceAddress } from "./source.ts";
import { Stranger } from "./stranger.ts";
import { interfaceFor, leftovers, placeAll } from "./survey.ts";

/** So many addresses are put up in one turn: a few milliseconds of work. */
const SLICE = 128;

/** The job that nobody asked for. */
const REHEARSAL = -1;

export interface BookHost extends LinksHost {
  /** Takes in the kernel's queued news. */
  refresh(): void;
}

export class AddressBook {
  readonly #host: BookHost;
  readonly #held = new Map<string, Held>();
  readonly #byKey = new Map<string, Held>();
  readonly #announcer: Announcer;
  readonly #rivals: RivalListener;
  readonly #source: SourceAddress;
  readonly #strangers: Stranger;
  #config: ClusterConfig;
  readonly #leases: Leases;
  readonly #renewals: Renewals;
  readonly #vmacs: Vmacs;
  #work: Work | undefined;

  /** `left`: words of resources that an earlier run left up. */
  constructor(config: ClusterConfig, host: BookHost, left: readonly string[] = []) {
    this.#config = config;
    this.#host = host;
    this.#announcer = new Announcer(host, config.announceIntervalMs);
    this.#source = new SourceAddress(host.interfaces);
    this.#leases = new Leases(config);
    const lost = (held: Held, error: SysError) => this.#lost(held, error);
    this.#renewals = new Renewals({ leases: this.#leases, host, lost, route: laterRoute() });
    this.#vmacs = new Vmacs(config.routers, host);
    this.#strangers = new Stranger(config, host, left);
    this.#rivals = new RivalListener(host, (key) => {
      const held = this.#byKey.get(key);
      return held?.up === true ? held.resource.word : undefined;
    });
  }

  /** Makes the first takeover as quick as later ones. */
  rehearse(): void {
    try {
      const places = rehearse(this.#config, this.#host.interfaces);
      this.#rivals.listen(new Set(places), false);
      for (let round = 0; round < 3; round += 1) {
        this.hold(REHEARSAL, []);
        this.drop(REHEARSAL, []);
      }
    } catch (error) {
      this.#host.log("warn", `Cannot rehearse a takeover: ${reasonOf(error)}`, "address");
    }
  }

  reconfigure(config: ClusterConfig): void {
    this.#config = config;
    this.#announcer.intervalMs = config.announceIntervalMs;
    this.#strangers.reconfigure(config);
    this.#leases.reconfigure(config, this.#held.values(), this.#host.now());
    this.#vmacs.keep(config.routers);
  }

  /** Puts all of them up, or none; the first announcement of each leaves at once. A long list is
   *  worked off in slices, one in each turn, so that heartbeats leave in between. */
  hold(job: number, resources: Resources): void {
    this.#finish();
    const work: Work = { job, resources, began: this.#host.now(), batch: [], done: 0 };
    this.#work = work;
    try {
      this.#host.refresh();
      work.batch = this.#place(resources.filter((one) => one.kind === "address"));
      this.#advance();
    } catch (error) {
      this.#end(work, reasonOf(error));
    }
  }

  /** Takes all of them down, in reverse order; what is not up is no failure. */
  drop(job: number, resources: Resources): void {
    this.#finish();
    const began = this.#host.now();
    let failure: string | undefined;
    try {
      this.#host.refresh();
      failure = this.#takeDown(resources).join("; ") || undefined;
    } catch (error) {
      failure = reasonOf(error);
    }
    this.#result(job, failure, began);
  }

  /** Takes them off the interface now; hold() puts them back. */
  suspend(resources: Resources): void {
    // What was on its way up when this host fell asleep is given up: nothing of it may be announced
    // now.
    if (this.#work !== undefined) this.#end(this.#work, "this host must hold nothing now");
    for (const failure of this.#takeDown(resources)) this.#host.log("error", failure, "address");
  }

  announce(words: readonly string[]): void {
    this.#announcer.again(words, this.#host.now());
  }

  /** The macvlan of a virtual router, while it is up. */
  vmacOf(router: string): LinkRow | undefined {
    return this.#vmacs.of(router);
  }

  /** Renews what is due. To be called only after a healthy turn. */
  renew(now: Instant): void {
    this.#renewals.renew(this.#held, now);
  }

  /** Goes on with a long list and sends the announcements that are due. */
  expire(now: Instant): void {
    this.#advance();
    this.#announcer.expire(now);
  }

  deadline(): Instant | undefined {
    return earliest(this.#announcer.deadline(), this.#renewals.deadline(), this.#work?.began);
  }

  /** Compares what should be up with what is. */
  changed(changes: Changes): void {
    const looked = changes.all
      ? [...this.#held.values()]
      : [...changes.addresses].flatMap((key) => this.#byKey.get(key) ?? []);
    if (changes.all || changes.devices.size > 0) this.#rivals.prune();
    const missing = new Set(looked.filter((held) => held.up && !isUp(held, this.#host.interfaces)));
    for (const held of this.#held.values()) {
      const touched = changes.all || changes.devices.has(held.place.device);
      const link = touched ? this.#host.interfaces.link(held.place.index) : undefined;
      if (!touched || !held.up) continue;
      if (link === undefined) missing.add(held);
      else this.#announcer.carrier(link, this.#host.now());
    }
    if (missing.size > 0) this.#putBack([...missing]);
    this.#strangers.look(changes, (key) => this.#byKey.get(key)?.up === true);
  }

  /** The process ends: what the kernel will not take down by itself is taken down, and the host
   *  speaks from its own address again. */
  close(): void {
    this.#finish();
    const unleased = [...this.#held.values()].filter(
      (held) => held.up && !this.#leases.isLeased(held),
    );
    this.#takeDown(unleased.map((held) => held.resource));
    this.#source.dropAll();
    this.#vmacs.keep([]);
    this.#rivals.close();
    this.#renewals.close();
    this.#announcer.close();
  }

  /** The next slice of the list that is being put up, and the end after the last. */
  #advance(): void {
    const work = this.#work;
    if (work === undefined) return;
    try {
      const failure = this.#put(work.batch.slice(work.done, work.done + SLICE));
      work.done += SLICE;
      if (failure !== undefined) throw new Error(failure);
      if (work.done < work.batch.length) return;
      const others = work.resources.filter((one) => one.kind !== "address");
      // What follows may speak of the addresses that are up since a moment ago.
      if (others.length > 0) this.#host.refresh();
      for (const one of others) this.#holdOther(one);
      this.#end(work, undefined);
    } catch (error) {
      this.#end(work, reasonOf(error));
    }
  }

  #end(work: Work, failure: string | undefined): void {
    this.#work = undefined;
    if (failure !== undefined) this.#takeDown(work.resources);
    this.#listen();
    this.#result(work.job, failure, work.began);
  }

  /** Nothing else may happen to addresses in the middle of a list. */
  #finish(): void {
    while (this.#work !== undefined) this.#advance();
  }

  #place(resources: readonly AddressResource[]): Held[] {
    const housed = resources.map((resource) => this.#vmacs.house(resource));
    const batch = placeAll(housed, this.#host.interfaces, this.#config.addressMethod);
    for (const { resource, place } of batch) {
      const { address, device } = resource;
      if (device === undefined || device === place.device) continue;
      const text = `${address} is on ${place.device}, not on ${device}: it stays there`;
      this.#host.log("warn", text, "address");
    }
    return batch;
  }

  /** Puts a batch up, records and announces it; undefined, or why the kernel refused. */
  #put(batch: readonly Held[]): string | undefined {
    const { interfaces } = this.#host;
    for (const held of batch) {
      this.#held.set(held.resource.word, held);
      this.#byKey.set(held.key, held);
      const { loopback } = held.place;
      if (loopback !== undefined) this.#strangers.liftOff(loopback, interfaces.route);
    }
    const failure = raise(batch, (one) => this.#leases.seconds(one), interfaces);
    if (failure !== undefined) return failure;
    const now = this.#host.now();
    this.#leases.began(batch, now);
    for (const held of batch) held.up = true;
    this.#announcer.add(batch.map(announceable), now);
    if (batch.some((held) => held.method === "ioctl") && this.#config.addressLease !== "off") {
      const text = "Addresses made by ioctl cannot be leased: they stay up when this host hangs";
      this.#host.log("warn", text, "address");
    }
    return undefined;
  }

  #holdOther(resource: PulseResource): void {
    if (resource.kind === "srcaddr") {
      this.#source.hold(resource);
      return;
    }
    const address = addressBytes(resource.address);
    const index = interfaceFor(resource, this.#host.interfaces);
    const { word } = resource;
    this.#announcer.add([{ word, address, index, periodic: false }], this.#host.now());
  }

  /** Takes down what is up of these, last first; the failures. */
  #takeDown(resources: Resources): string[] {
    this.#renewals.settle();
    const failures: string[] = [];
    const batch: Held[] = [];
    for (const resource of [...resources].reverse()) {
      this.#announcer.remove(resource.word);
      try {
        if (resource.kind === "srcaddr") this.#source.drop(resource);
        if (resource.kind === "address") batch.push(...this.#forget(resource));
      } catch (error) {
        failures.push(reasonOf(error));
      }
    }
    failures.push(...lower(batch, this.#host.interfaces));
    this.#strangers.putDown(batch, this.#host.interfaces.route);
    for (const { resource } of batch) if (resource.router) this.#vmacs.lower(resource.router);
    return failures;
  }

  /** Everything of this address that must leave an interface: what we hold, and what an earlier
   *  run or somebody else left there. */
  #forget(resource: AddressResource): Held[] {
    const held = this.#held.get(resource.word);
    const key = keyOf(addressBytes(resource.address));
    this.#held.delete(resource.word);
    if (this.#byKey.get(key) === held) this.#byKey.delete(key);
    const left = leftovers(resource, held?.place.index, this.#host.interfaces);
    return held === undefined ? left : [held, ...left];
  }

  #putBack(missing: readonly Held[]): void {
    const now = this.#host.now();
    for (const held of missing) {
      held.up = false;
      if (isFought(held, now)) {
        this.#lost(
          held,
          new Error(`${describe(held)} is removed again and again by somebody else`),
        );
        continue;
      }
      if (this.#host.interfaces.link(held.place.index) === undefined) {
        this.#lost(held, new SysError("put back", errnoOf("ENODEV"), describe(held)));
        continue;
      }
      try {
        const failure = this.#put([held]);
        if (failure !== undefined) throw new Error(failure);
        const text = `${describe(held)} was removed by somebody else: put back and announced`;
        this.#host.log("warn", text, "address");
      } catch (error) {
        this.#lost(held, error);
      }
    }
    this.#listen();
  }

  #lost(held: Held, error: unknown): void {
    held.up = false;
    held.renewAt = undefined;
    this.#announcer.remove(held.resource.word);
    const recoverable = this.#host.interfaces.named(held.place.device) !== undefined;
    const reason = reasonOf(error);
    this.#host.deliver({ on: "address-lost", word: held.resource.word, reason, recoverable });
  }

  /** Listens for rivals where something is held. */
  #listen(): void {
    const up = [...this.#held.values()].filter((held) => held.up);
    const arp = up.filter((held) => held.resource.family === 4);
    try {
      this.#rivals.listen(new Set(arp.map((held) => held.place.index)), up.length > arp.length);
    } catch (error) {
      this.#host.log("warn", `Cannot listen for rivals: ${reasonOf(error)}`, "rival");
    }
  }

  #result(job: number, failure: string | undefined, began: Instant): void {
    if (job === REHEARSAL) return;
    const tookMs = this.#host.now() - began;
    const text = failure ?? "done";
    this.#host.deliver({ on: "result", job, ok: failure === undefined, text, tookMs });
  }
}
