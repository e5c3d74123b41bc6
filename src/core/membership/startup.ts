// The way from "up" to "active": wait for everybody, ask one node for the node list, be a member
// (heartbeat-wire 10.1, steps 4 to 6). Who does not answer may not hear us: then the next one is asked, which
// 3.0.6 does only when the first one has died.

import type { ClusterConfig } from "../../config/cluster.ts";
import { after, type Instant } from "../instant.ts";
import type { Peer } from "./peer.ts";

/** A question that got no answer is asked again (heartbeat-wire 10.1). */
const ASK_AGAIN_MS = 1000;

/** What startup waits for, in words for the log and the status page. */
export type Step =
  | { readonly step: "wait" }
  | { readonly step: "ask"; readonly node: string }
  | { readonly step: "done"; readonly why: string };

export class Startup {
  #done = false;
  #answeredBy: string | undefined;
  #askAt: Instant | undefined;
  /** Nodes that have been asked since all were. */
  readonly #asked = new Set<string>();
  /** When time alone makes advance() worth calling. */
  #dueAt: Instant | undefined;
  /** When this run began, later by what this host slept. */
  #beganAt: Instant;
  #initdeadMs: number;
  /** With autojoin, nodes that nobody listed may still turn up until initdead. */
  #waitsForStrangers: boolean;

  constructor(config: ClusterConfig, now: Instant) {
    this.#beganAt = now;
    this.#initdeadMs = config.timing.initdeadMs;
    this.#waitsForStrangers = config.autojoin !== "none";
  }

  /** Goes over to a new configuration. Its initdead counts from the start of the run as well, so that
   *  reloads cannot postpone the end of the wait. */
  adopt(config: ClusterConfig): void {
    this.#initdeadMs = config.timing.initdeadMs;
    this.#waitsForStrangers = config.autojoin !== "none";
  }

  get done(): boolean {
    return this.#done;
  }

  /** The moment before which silence kills nobody; undefined once this node is a member. */
  get initdeadAt(): Instant | undefined {
    return this.#done ? undefined : after(this.#beganAt, this.#initdeadMs);
  }

  /** A node sent its list. False when nobody asked for it, or it comes too late to matter. */
  answered(by: string): boolean {
    if (this.#done || this.#askAt === undefined) return false;
    this.#answeredBy = by;
    return true;
  }

  /** Time that this host slept does not count. */
  forgive(ms: number): void {
    this.#beganAt = after(this.#beganAt, ms);
  }

  /** What to do next, given what the peers are like now. */
  advance(peers: Iterable<Peer>, now: Instant): Step {
    if (this.#done) return { step: "wait" };
    this.#dueAt = undefined;
    const all = [...peers];
    if (all.some((peer) => peer.unheard && peer.status !== "dead")) return { step: "wait" };
    const initdeadAt = after(this.#beganAt, this.#initdeadMs);
    if (this.#waitsForStrangers && now < initdeadAt) return this.#wait(initdeadAt);
    if (this.#answeredBy !== undefined) return this.#finish(`node list from ${this.#answeredBy}`);
    const candidates = all.filter((peer) => peer.kind === "normal" && peer.alive && !peer.left);
    if (candidates.length === 0) return this.#finish("no other node is alive");
    if (this.#askAt !== undefined && now < this.#askAt) return this.#wait(this.#askAt);
    this.#askAt = after(now, ASK_AGAIN_MS);
    this.#dueAt = this.#askAt;
    return { step: "ask", node: this.#next(candidates.map(({ name }) => name)) };
  }

  /** The first one that has not been asked yet, or again the first one. */
  #next(nodes: readonly string[]): string {
    if (nodes.every((node) => this.#asked.has(node))) this.#asked.clear();
    const [first = ""] = nodes.filter((node) => !this.#asked.has(node));
    this.#asked.add(first);
    return first;
  }

  deadline(): Instant | undefined {
    return this.#done ? undefined : this.#dueAt;
  }

  #wait(until: Instant): Step {
    this.#dueAt = until;
    return { step: "wait" };
  }

  #finish(why: string): Step {
    this.#done = true;
    return { step: "done", why };
  }
}
