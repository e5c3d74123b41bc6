// Adverts as bytes: every breed of host makes and reads its own frames. hb with the codec that it ships,
// ucarp and BSD with what was written down a second time for their models.

import type { RouterConfig } from "../../../../src/config/router.ts";
import type { Chance } from "../../../../src/sim/chance.ts";
import type { Breed } from "../../../../src/sim/shape.ts";
import { Ear } from "../../../../src/wire/carp/ear.ts";
import type { HeardAdvert } from "../../../../src/wire/carp/heard.ts";
import { dissect } from "../../../../src/wire/carp/packet.ts";
import { Voice } from "../../../../src/wire/carp/voice.ts";
import { addressToBytes } from "../../../../src/wire/ipaddress.ts";
import { bsdShapeOf } from "../../neighbour/bsd/mind.ts";
import { frameOf, readFrame } from "../../neighbour/bsd/wire.ts";
import { hear } from "../../neighbour/ucarp/ear.ts";

/** An advert on its way. */
export interface Packet {
  /** Name of the host that sent it. */
  readonly sender: string;
  readonly breed: Breed;
  readonly router: RouterConfig;
  readonly advert: HeardAdvert;
}

export type Reading =
  | { readonly ok: true; readonly advert: HeardAdvert }
  | { readonly ok: false; readonly reason: string };

const ethernet = 14;
const mac = Uint8Array.of(2, 0, 0, 0, 0, 1);

export function encode({ breed, router, advert }: Packet): Uint8Array {
  if (breed === "openbsd" || breed === "freebsd") {
    return Uint8Array.from(frameOf(bsdShapeOf(breed, router), advert, 0));
  }
  const here = { mac, source4: addressToBytes(advert.from) };
  const [frame] = new Voice(router).frames(advert, here, 0);
  if (frame === undefined) throw new Error("an advert without a frame");
  return frame;
}

/** One to three bits of what is behind the Ethernet header are turned. */
export function damage(frame: Uint8Array, chance: Chance): Uint8Array {
  const damaged = Uint8Array.from(frame);
  for (let bits = 1 + chance.below(3); bits > 0; bits -= 1) {
    const place = ethernet + chance.below(frame.length - ethernet);
    damaged[place] = (damaged[place] ?? 0) ^ (1 << chance.below(8));
  }
  return damaged;
}

/** What a host of this breed reads there. */
export function read(frame: Uint8Array, breed: Breed, router: RouterConfig): Reading {
  const source = router.source ?? "0.0.0.0";
  if (breed === "openbsd" || breed === "freebsd") {
    const said = readFrame(bsdShapeOf(breed, router), Buffer.from(frame));
    if (said === undefined || typeof said === "string") {
      return { ok: false, reason: said ?? "nobody's" };
    }
    return { ok: true, advert: { ...said, mac: "00:00:5e:00:01:2a" } };
  }
  if (breed === "ucarp") {
    const [address] = router.addresses;
    const { vhid, password, multicast } = router;
    const own = { vhid, password, multicast, source, address: address?.address ?? "" };
    const { verdict, advert } = hear(frame, own);
    return advert === undefined ? { ok: false, reason: verdict } : { ok: true, advert };
  }
  const dissected = dissect(frame);
  if (!dissected.ok) return dissected;
  return new Ear(router).judge(dissected.packet, { mac, source4: addressToBytes(source) });
}

/** The same without bytes, for what nobody touched. */
export function readUntouched(packet: Packet, breed: Breed, router: RouterConfig): Reading {
  if (packet.advert.from === router.source) return { ok: false, reason: "own" };
  if (secretOf(packet.router) !== secretOf(router)) return { ok: false, reason: "digest" };
  const looksAtSeals = breed === "hb" && router.seal !== "off";
  if (looksAtSeals || packet.advert.seal === undefined) return { ok: true, advert: packet.advert };
  const { seal: _, ...bare } = packet.advert;
  return { ok: true, advert: bare };
}

const secrets = new WeakMap<RouterConfig, string>();

/** What all members must agree on to hear each other. */
export function secretOf(router: RouterConfig): string {
  const known = secrets.get(router);
  if (known !== undefined) return known;
  const { vhid, password, addresses, multicast } = router;
  const shared = addresses.map(({ address }) => address).sort();
  const secret = JSON.stringify([vhid, password, shared, multicast]);
  secrets.set(router, secret);
  return secret;
}
