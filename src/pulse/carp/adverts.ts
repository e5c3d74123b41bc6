// The virtual routers' packets on a real host: what arrives is judged and told to the core, what the
// core says leaves as frames. Who is master is the core's business, addresses are the book's.

import { reasonOf, SysError } from "../../../ffi/error.ts";
import { addressBytes, addressText } from "../../../ffi/layout.ts";
import { ARPHRD_ETHER } from "../../../ffi/rtnetlink.ts";
import type { ClusterConfig } from "../../config/cluster.ts";
import type { SealGrant } from "../../core/channel.ts";
import type { Effect } from "../../core/effect.ts";
import { earliest, type Instant } from "../../core/instant.ts";
import type { RouterView } from "../../core/snapshot.ts";
import { arpOfUcarp } from "../../wire/arp.ts";
import { complaint } from "../../wire/carp/complaint.ts";
import { peersOf } from "../../wire/carp/destination.ts";
import { type AdvertReason, dissect } from "../../wire/carp/packet.ts";
import type { Standpoint, Utterance } from "../../wire/carp/voice.ts";
import { neighbourAdvertisement } from "../../wire/neighbour.ts";
import type { Changes } from "../interfaces.ts";
import type { LinksHost } from "../links.ts";
import { keyOf } from "../place.ts";
import type { Tally } from "../tally.ts";
import { Mouth } from "./mouth.ts";
import { SealNumber } from "./sealnumber.ts";
import { Seat } from "./seat.ts";
import { Stand } from "./stand.ts";

/** A rejected packet is worth a line when it is the first, then each time ten times as many came. */
const NOTABLE = new Set([1, 10, 100, 1_000, 10_000, 100_000, 1_000_000]);

type AdvertEffect = Extract<Effect, { do: "advert" }>;

export class Adverts {
  readonly #host: LinksHost;
  readonly #seats = new Map<string, Seat>();
  readonly #stands = new Map<string, Stand>();
  readonly #told = new Map<string, string>();
  #shared = new Set<string>();
  #mouth: Mouth | undefined;
  #number: SealNumber | undefined;

  constructor(config: Pick<ClusterConfig, "routers">, host: LinksHost, grant?: SealGrant) {
    this.#host = host;
    if (grant !== undefined) this.grant(grant);
    this.#seat(config);
  }

  /** Opens the ears; the core is told of each interface how it is. */
  open(): void {
    for (const stand of this.#stands.values()) this.#look(stand);
  }

  reconfigure(config: Pick<ClusterConfig, "routers">): void {
    this.#seat(config);
    // A router that is new on a known interface was not told how that is.
    this.#told.clear();
    this.#mouth?.forget();
    this.open();
  }

  /** Seals bear these numbers from now on. */
  grant(grant: SealGrant): void {
    this.#number = new SealNumber(grant);
  }

  /** The desk has written down that seals may go on to here. */
  extend(until: number): void {
    this.#number?.extend(until);
  }

  changed(changes: Changes): void {
    if (this.#stands.size === 0) return;
    // Shared addresses come and go by hundreds, and nothing is sent from them.
    const others = [...changes.addresses].some((key) => !this.#shared.has(key));
    const touched = [...this.#stands.values()].filter(
      ({ device }) => changes.all || others || changes.devices.has(device),
    );
    for (const stand of touched) {
      const before = keyOf(stand.source4 ?? new Uint8Array(0));
      this.#look(stand);
      if (before !== keyOf(stand.source4 ?? new Uint8Array(0))) this.#mouth?.forget();
    }
  }

  /** Sends one advert in every family of the router, and to each of its peers. */
  send(effect: AdvertEffect): void {
    const seat = this.#seats.get(effect.router);
    if (seat === undefined) return;
    const wasTroubled = seat.troubled;
    const reason = this.#speak(seat, effect);
    if (seat.noteSent(reason === undefined)) {
      const ok = reason === undefined;
      this.#host.deliver({ on: "advert-sent", router: effect.router, ok });
    }
    if (reason === undefined || wasTroubled) return;
    const text = seat.config.likeUcarp
      ? `write() has failed: ${reason}`
      : `No advert of ${effect.router} could be sent: ${reason}`;
    this.#host.log("warn", text, "carp");
  }

  /** One frame for each address of this router, as ucarp makes them; false when it is no router's
   *  name. They leave from `via` (a macvlan), or from the interface. */
  announce(name: string, via?: { readonly index: number; readonly mac: Uint8Array }): boolean {
    const seat = this.#seats.get(name);
    if (seat === undefined) return false;
    const link = via ?? this.#stands.get(seat.config.device)?.link;
    if (link === undefined) return true;
    for (const { family, address } of seat.config.addresses) {
      const sender = { mac: link.mac, address: addressBytes(address) };
      try {
        const frame = family === 4 ? arpOfUcarp(sender) : neighbourAdvertisement(sender);
        this.#speaker().say(frame, link.index);
      } catch (error) {
        const why = error instanceof SysError ? error.message : reasonOf(error);
        const text = seat.config.likeUcarp ? `write() in garp: ${why}` : `No announcement: ${why}`;
        this.#host.log("warn", text, "carp");
      }
    }
    return true;
  }

  expire(now: Instant): void {
    for (const stand of this.#stands.values()) {
      const due = stand.deadline();
      if (due !== undefined && due <= now) this.#look(stand);
    }
  }

  deadline(): Instant | undefined {
    return earliest(...[...this.#stands.values()].map((stand) => stand.deadline()));
  }

  /** What was sent, received and rejected, by router; undefined when there is none. */
  views(): Readonly<Record<string, RouterView["packets"]>> | undefined {
    if (this.#seats.size === 0) return undefined;
    const views = [...this.#seats].map(([name, { tally, config }]) => {
      const { sent, received, rejected } = tally.view();
      // What nobody could be named for concerns every router of the interface.
      const common = this.#stands.get(config.device)?.tally.view().rejected;
      return [name, { sent, received, rejected: { ...common, ...rejected } }] as const;
    });
    return Object.fromEntries(views);
  }

  close(): void {
    for (const stand of this.#stands.values()) stand.close();
    this.#mouth?.close();
  }

  #seat({ routers }: Pick<ClusterConfig, "routers">): void {
    const before = new Map(this.#seats);
    this.#seats.clear();
    for (const stand of this.#stands.values()) stand.seats.clear();
    for (const config of routers) {
      const known = before.get(config.name);
      const same = known !== undefined && JSON.stringify(known.config) === JSON.stringify(config);
      const seat = same ? known : new Seat(config, known?.tally);
      this.#seats.set(config.name, seat);
      this.#stand(config.device).seats.set(config.vhid, seat);
      for (const track of config.track) if (track.kind === "interface") this.#stand(track.device);
    }
    this.#prune(routers);
    const addresses = routers.flatMap((router) => router.addresses);
    this.#shared = new Set(addresses.map(({ address }) => keyOf(addressBytes(address))));
  }

  #stand(device: string): Stand {
    const known = this.#stands.get(device);
    if (known !== undefined) return known;
    const stand = new Stand(device);
    this.#stands.set(device, stand);
    return stand;
  }

  /** Forgets interfaces that no router stands on or tracks any more. */
  #prune(routers: ClusterConfig["routers"]): void {
    const needed = new Set(
      routers.flatMap(({ device, track }) => [
        device,
        ...track.flatMap((one) => (one.kind === "interface" ? [one.device] : [])),
      ]),
    );
    for (const [device, stand] of this.#stands) {
      if (needed.has(device)) continue;
      stand.close();
      this.#stands.delete(device);
      this.#told.delete(device);
    }
  }

  #look(stand: Stand): void {
    const { watch, interfaces } = this.#host;
    stand.look(interfaces, this.#shared);
    const heard = (frame: Uint8Array) => this.#hear(stand, frame);
    const trouble = stand.listen(watch, heard, this.#host.now());
    if (trouble !== undefined) {
      this.#host.log("error", `Cannot hear adverts on ${stand.device}: ${trouble}`, "carp");
    }
    const input = stand.input();
    const text = JSON.stringify(input);
    if (this.#told.get(stand.device) === text) return;
    this.#told.set(stand.device, text);
    this.#host.deliver(input);
  }

  #hear(stand: Stand, frame: Uint8Array): void {
    const dissected = dissect(frame);
    const { tally } = stand;
    if (!dissected.ok) {
      this.#reject(tally, dissected.reason, frame, stand.seats.values().next().value);
      return;
    }
    const { packet } = dissected;
    const seat = stand.seats.get(packet.vhid);
    if (seat === undefined) {
      this.#reject(tally, "vhid", frame, stand.seats.values().next().value);
      return;
    }
    const judged = seat.ear.judge(packet, this.#standpoint(seat, stand));
    if (!judged.ok) {
      this.#reject(seat.tally, judged.reason, frame, seat);
      return;
    }
    seat.tally.received += 1;
    this.#host.deliver({ on: "advert", router: seat.config.name, advert: judged.advert });
  }

  #reject(tally: Tally, reason: AdvertReason, frame: Uint8Array, seat: Seat | undefined): void {
    const count = tally.reject(reason);
    if (!NOTABLE.has(count) || seat === undefined) return;
    const said = complaint(reason, frame, seat.ear);
    if (said === undefined) return;
    const times = count === 1 || seat.config.likeUcarp ? "" : ` (${count} times so far)`;
    this.#host.log(said.level, `${said.text}${times}`, "carp");
  }

  #standpoint(seat: Seat, stand: Stand): Standpoint {
    const { source } = seat.config;
    const source4 = source === undefined ? stand.source4 : addressBytes(source);
    const { source6 } = stand;
    return {
      mac: stand.link?.mac ?? new Uint8Array(6),
      ...(source4 === undefined ? {} : { source4 }),
      ...(source6 === undefined ? {} : { source6 }),
    };
  }

  /** Undefined when everything left, or why not. */
  #speak(seat: Seat, effect: AdvertEffect): string | undefined {
    const stand = this.#stands.get(seat.config.device);
    const link = stand?.link;
    if (stand === undefined || link === undefined) return `no interface "${seat.config.device}"`;
    const here = this.#standpoint(seat, stand);
    if (link.type === ARPHRD_ETHER && here.mac.length !== 6) return "the interface has no MAC";
    const [id = 0] = crypto.getRandomValues(new Uint16Array(1));
    const said = this.#utterance(seat, effect);
    try {
      let left = 0;
      for (const frame of seat.voice.frames(said, here, id)) {
        if (!this.#speaker().say(frame, link.index)) return "the kernel has no room for packets";
        left += 1;
      }
      left += this.#speakToPeers(seat, said, { here, device: link.name, index: link.index });
      return left > 0 ? undefined : `${link.name} has no address to send from`;
    } catch (error) {
      return error instanceof SysError ? error.message : reasonOf(error);
    }
  }

  #speakToPeers(
    seat: Seat,
    said: Utterance,
    { here, device, index }: { here: Standpoint; device: string; index: number },
  ): number {
    let left = 0;
    for (const family of seat.voice.families) {
      const source = family === 4 ? here.source4 : here.source6;
      if (source === undefined) continue;
      for (const peer of peersOf(seat.config, family)) {
        const from = { device, index, source: addressText(source) };
        const payload = seat.voice.payload(said, source);
        if (this.#speaker().sayTo(peer, payload, from)) left += 1;
      }
    }
    return left;
  }

  #utterance(seat: Seat, effect: AdvertEffect): Utterance {
    const [random = 0n] = crypto.getRandomValues(new BigUint64Array(1));
    const counter = effect.counter === "random" ? random : effect.counter;
    const seal = seat.config.seal === "off" ? undefined : this.#number?.next();
    const { advbase, advskew, demote } = effect;
    return { advbase, advskew, demote, counter, ...(seal === undefined ? {} : { seal }) };
  }

  #speaker(): Mouth {
    this.#mouth ??= new Mouth();
    return this.#mouth;
  }
}
