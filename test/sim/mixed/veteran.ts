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
  /** "node key": groups of its own that it has told itself to take and has not up yet. */
  readonly #toTake = new Set<string>();
  /** "node word": what it gave away before it came to take it. */
  readonly #takesLate = new Set<string>();
  /** It goes standby, and has not said yet that it is done. */
  readonly #giving = new Set<string>();
  /** What each said last that it holds, in this run of it. */
  readonly #claims = new Map<string, string>();
  /** Pulses in the order in which they began. */
  readonly #runs: string[] = [];
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
        // Rings send on what others said.
        if (textOf(sight.message, "src") === sight.node) this.#says(sight.node, sight.message);
        return;
      case "address":
      case "service":
        if (sight.up) this.#tookUp(sight.node, sight.word);
        else this.#gaveUp(sight.node, sight.word);
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

  /** It has this up although another may hold it: its ways, no fault of whoever is beside it. */
  mayDouble(host: Seen, word: string): boolean {
    return this.#wasLeftUp(host, word) || this.#tookLate(host, word);
  }

  /** In mode legacy an answer to its ip-request may reach it while it is leaving: it starts the group and
   *  goes, and in its next run finds it running (heartbeat-resources 6). */
  #wasLeftUp({ name, config }: Seen, word: string): boolean {
    return config.autoFailback === "legacy" && this.#leftUp.has(`${name} ${word}`);
  }

  /** What it takes at its start waits in a queue for one job after the other, and a standby passes that queue:
   *  it says that it gave all, and takes what still waits (heartbeat-resources 7.1, 7.3). Or what it starts while
   *  it stops it, script by script, is up again behind the stop. */
  #tookLate({ name }: Seen, word: string): boolean {
    return this.#takesLate.has(`${name} ${word}`);
  }

  /** In mode legacy it asks for a group once: when the other one dies before it has answered, and is back
   *  before it is called dead, the group stays down (heartbeat-resources 6, "No retries"). And it does not ask
   *  at all when the first resource is up already: what else was killed with it stays down. */
  neverTakes(key: string): boolean {
    const isLost = this.#requests.get(key)?.isLost === true;
    if (isLost || this.#isClaimed(key)) return true;
    return this.#picture.all.some((host) => this.#wasLeftUp(host, key));
  }

  /** Among three it claims to hold the groups of all others once it has taken those of one (heartbeat-resources 11):
   *  it is believed, and another owner that begins anew leaves its own alone. Only who heard it begin with empty
   *  hands can know whose groups it may have. */
  #isClaimed(key: string): boolean {
    const { all, alive, groups } = this.#picture;
    const owner = groups.find((group) => group.key === key)?.owner;
    if (all.length < 3) return false;
    const began = ({ name }: Seen) => this.#runs.indexOf(name);
    const firstHb = Math.min(...alive.filter(({ name }) => !this.has(name)).map(began));
    return alive.some((host) => {
      const claim = this.#claims.get(host.name) ?? "none";
      if (!this.has(host.name) || host.name === owner) return false;
      return (claim === "all" || claim === "foreign") && began(host) < firstHb;
    });
  }

  #says(node: string, message: Message): void {
    const [type, key] = [textOf(message, "t"), textOf(message, "ipaddr") ?? ""];
    if (type === "ip-request" && this.has(node)) {
      const isLost = this.#picture.all.some(({ name, pulse }) => name !== node && !pulse);
      this.#requests.set(key, { node, isLost });
    }
    if (type === "ip-request-resp") this.#requests.delete(key);
    if (!this.has(node)) return;
    const claim = textOf(message, "rsc_hold");
    if (type === "resource" && claim !== undefined) this.#claims.set(node, claim);
    if (type === "ip-request-resp" && textOf(message, "dest") === node) {
      this.#toTake.add(`${node} ${key}`);
    }
    if (type !== "ask_resources") return;
    if (textOf(message, "info") === "me") this.#giving.add(node);
    if (textOf(message, "info") === "done") this.#gave(node);
  }

  #gave(node: string): void {
    this.#giving.delete(node);
    for (const { key, resources } of this.#groups) {
      if (!this.#toTake.delete(`${node} ${key}`)) continue;
      for (const { word } of resources) this.#takesLate.add(`${node} ${word}`);
    }
  }

  #gaveUp(node: string, word: string): void {
    this.#leftUp.delete(`${node} ${word}`);
    this.#takesLate.delete(`${node} ${word}`);
  }

  #tookUp(node: string, word: string): void {
    const { up } = this.#picture.host(node);
    for (const { key, resources } of this.#groups) {
      const isLate = this.#giving.has(node) && this.#toTake.has(`${node} ${key}`);
      if (isLate && resources.some((each) => each.word === word))
        this.#takesLate.add(`${node} ${word}`);
      if (resources.every(({ word }) => up.has(word))) this.#toTake.delete(`${node} ${key}`);
    }
  }

  #ends(node: string): void {
    this.#claims.delete(node);
    const n = this.#runs.indexOf(node);
    if (n >= 0) this.#runs.splice(n, 1);
    for (const [key, request] of this.#requests) {
      if (request.node === node) this.#requests.delete(key);
      else request.isLost = true;
    }
  }

  #begins(node: string): void {
    this.#leaving.delete(node);
    this.#runs.push(node);
    this.#giving.delete(node);
    for (const { key, resources } of this.#groups) {
      this.#toTake.delete(`${node} ${key}`);
      for (const { word } of resources) this.#takesLate.delete(`${node} ${word}`);
    }
    const breed = this.#next.get(node);
    if (breed === "heartbeat3") this.#now.add(node);
    else if (breed !== undefined) this.#now.delete(node);
    if (!this.has(node)) return;
    for (const word of this.#picture.host(node).up.keys()) this.#leftUp.add(`${node} ${word}`);
  }

  get #groups(): Picture["groups"] {
    return this.#picture.groups;
  }
}

/** Hosts that should run, and do not. */
export function missing(picture: Picture, veterans: Veterans): Seen[] {
  return picture.all.filter((host) => !isAlive(host) && !veterans.isLeaving(host));
}
