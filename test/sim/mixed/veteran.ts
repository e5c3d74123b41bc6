// Which nodes run Heartbeat 3 now, and what its documented ways excuse.

import type { Shape } from "../../../src/sim/shape.ts";
import type { Sight } from "../../../src/sim/sight.ts";
import { type Message, textOf } from "../../../src/wire/message.ts";
import { isAlive, type Picture, type Seen } from "../law/picture.ts";

interface Request {
  readonly node: string;
  /** Whoever was to answer it was not there, or has ended since. */
  isLost: boolean;
}

export class Veterans {
  readonly #picture: Picture;
  readonly #now: Set<string>;
  /** What will run on a node from its next start on. */
  readonly #next = new Map<string, string>();
  readonly #leaving = new Set<string>();
  /** "node word", up since before the agent that runs there began. */
  readonly #leftUp = new Set<string>();
  /** Its ip-request that nobody has answered yet, by the group. */
  readonly #requests = new Map<string, Request>();

  constructor(shape: Shape, picture: Picture) {
    this.#picture = picture;
    const old = shape.hosts.filter(({ breed }) => breed === "heartbeat3");
    this.#now = new Set(old.map(({ config }) => config.self));
  }

  has(node: string): boolean {
    return this.#now.has(node);
  }

  see(sight: Sight): void {
    switch (sight.saw) {
      case "act":
        if (sight.act.act === "breed") this.#next.set(sight.act.node, sight.act.breed);
        return;
      case "asked":
        if (sight.what === "leave" && this.has(sight.node)) this.#leaving.add(sight.node);
        return;
      case "process":
        if (sight.process !== "pulse") return;
        if (sight.alive) this.#begins(sight.node);
        else this.#ends(sight.node);
        return;
      case "sent":
        this.#says(sight.node, sight.message);
        return;
      case "address":
      case "service":
        if (!sight.up) this.#leftUp.delete(`${sight.node} ${sight.word}`);
        return;
      default:
        return;
    }
  }

  /** It is leaving, or has left, as it was asked to: up to an hour later, when everything that moves has
   *  come to its end (heartbeat-resources 4.11). A start that came before that was for nothing. */
  isLeaving({ name }: Seen): boolean {
    return this.#leaving.has(name);
  }

  /** In mode legacy an answer to its ip-request may reach it while it is leaving: it starts the group and
   *  goes, and in its next run finds it running (heartbeat-resources 6). */
  leftUp({ name, config }: Seen, word: string): boolean {
    return config.autoFailback === "legacy" && this.#leftUp.has(`${name} ${word}`);
  }

  /** In mode legacy it asks once: when the other one dies before it has answered, and is back before it is
   *  called dead, the group stays down (heartbeat-resources 6, "No retries"). */
  isUnanswered(key: string): boolean {
    return this.#requests.get(key)?.isLost === true;
  }

  #says(node: string, message: Message): void {
    const [type, key] = [textOf(message, "t"), textOf(message, "ipaddr") ?? ""];
    if (type === "ip-request" && this.has(node)) {
      const isLost = this.#picture.all.some(({ name, pulse }) => name !== node && !pulse);
      this.#requests.set(key, { node, isLost });
    }
    if (type === "ip-request-resp") this.#requests.delete(key);
  }

  #ends(node: string): void {
    for (const [key, request] of this.#requests) {
      if (request.node === node) this.#requests.delete(key);
      else request.isLost = true;
    }
  }

  #begins(node: string): void {
    this.#leaving.delete(node);
    const breed = this.#next.get(node);
    if (breed === "heartbeat3") this.#now.add(node);
    else if (breed !== undefined) this.#now.delete(node);
    if (!this.has(node)) return;
    for (const word of this.#picture.host(node).up.keys()) this.#leftUp.add(`${node} ${word}`);
  }
}

/** Hosts that should run, and do not. */
export function missing(picture: Picture, veterans: Veterans): Seen[] {
  return picture.all.filter((host) => !isAlive(host) && !veterans.isLeaving(host));
}
