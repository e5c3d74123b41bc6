// What a made-up pulse says: messages on every link, echo requests, adverts of virtual routers.

import type { ClusterConfig } from "../../config/cluster.ts";
import type { Effect } from "../../core/effect.ts";
import type { Instant } from "../../core/instant.ts";
import { denial } from "../../wire/denial.ts";
import { type Message, text } from "../../wire/message.ts";
import type { Happening } from "../agenda.ts";
import type { Port } from "../network/network.ts";
import { Packet } from "../network/packet.ts";
import { isPing } from "../network/wiring.ts";
import { Adverts } from "./advert.ts";
import type { Host } from "./host.ts";

export class Mouth {
  readonly #host: Host;
  readonly #adverts: Adverts;
  #config: ClusterConfig;

  constructor(host: Host, config: ClusterConfig) {
    this.#host = host;
    this.#config = config;
    this.#adverts = new Adverts(host, config);
  }

  reconfigure(config: ClusterConfig): void {
    this.#config = config;
    this.#adverts.reconfigure(config);
  }

  send(message: Message): void {
    const packet = new Packet(this.#host.name, message, this.#config);
    for (const port of this.#host.world.network.ports(this.#host)) {
      send(this.#host, port, packet);
    }
  }

  /** One echo request for each ping node; every one that is reached answers. */
  ping(ts: number): void {
    const { world, name } = this.#host;
    for (const medium of this.#config.media) {
      if (!isPing(medium) || world.network.blind.has(name)) continue;
      const there = world.network.frameMs(medium.name);
      const back = world.network.frameMs(medium.name);
      if (there === undefined || back === undefined) continue;
      const fields = { t: "NS_st", st: "ping", info: medium.kind, src: medium.name };
      const message = text({ ...fields, ts: Math.floor(ts).toString(16) });
      world.plan(world.now + there + back, new Echo(this.#host, medium.name, message));
    }
  }

  advertise(effect: Extract<Effect, { do: "advert" }>, now: Instant): void {
    this.#adverts.send(effect, now);
  }
}

/** Sends a packet by one port, in the form that its medium carries. */
export function send(host: Host, port: Port, packet: Packet): void {
  const { world, name: node, kernel } = host;
  const { link, medium } = port;
  if (host.isMute || !kernel.carries(link)) return;
  const own = medium.kind === "serial" ? packet.forLine(medium.baud) : packet;
  const form = own ?? denialOf(packet);
  if (form === undefined) return;
  if (world.watched) world.tell({ saw: "sent", node, link, message: form.message });
  world.network.send(port, form);
}

/** Whoever misses a message that a line cannot carry would ask for it for ever. */
function denialOf(packet: Packet): Packet | undefined {
  const message = denial(packet.message);
  return message && packet.with(message);
}

/** The echo of a ping node. */
class Echo implements Happening {
  readonly #host: Host;
  readonly #link: string;
  readonly #message: Message;

  constructor(host: Host, link: string, message: Message) {
    this.#host = host;
    this.#link = link;
    this.#message = message;
  }

  happen(): void {
    this.#host.pulse?.give({ on: "message", link: this.#link, message: this.#message });
  }
}
