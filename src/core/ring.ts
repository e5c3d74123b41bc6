// The ring: a message that arrived on one cable leaves on the others, so that nodes which share no
// cable hear each other (heartbeat-config 10; Heartbeat 3 forwards nothing, heartbeat-wire 14.5).
//
// A node passes on what is not its own and has a ttl above 0, one less each time. A message that is sent
// once leaves each cable of a node once, whatever copies of it still arrive: at most two packets for each
// cable of the whole cluster. What arrives again on a cable by which it came before, with as many hops
// left as the best copy had, was sent again by its author, because somebody missed it, and is passed on
// anew; a copy that took a longer way was not. Should that be taken wrongly, the ttl ends it.

import { encodeLines } from "../wire/classic.ts";
import { type Message, textOf } from "../wire/message.ts";
import type { Instant } from "./instant.ts";

/** So many messages are remembered: several deadtimes of a large cluster. */
const MEMORY = 1_000;
/** Requests that may go unheard before a longer way counts. */
const ANYWAY = 8;
/** ttl is hopfudge (at most 255) plus the number of nodes (at most 100). */
const TTL_MAX = 355;

/** One sending of a message, as far as it was seen here. */
interface Sending {
  readonly beganAt: Instant;
  readonly cameBy: Set<string>;
  readonly leftBy: Set<string>;
  /** Hops left of the copy that took the shortest way. */
  best: number;
}

export interface Relay {
  /** The message with one hop less, not signed yet. */
  readonly message: Message;
  /** Names of the links that it leaves by. */
  readonly to: readonly string[];
}

export class Ring {
  readonly #self: string;
  /** A node sends the same message again after this time at the earliest (heartbeat-wire 7.3). */
  readonly #againMs: number;
  /** After this time the shortest way may be another one: a cable was cut. */
  readonly #anywayMs: number;
  readonly #sendings = new Map<string, Sending>();

  constructor(options: { readonly self: string; readonly maxRexmitDelayMs: number }) {
    this.#self = options.self;
    this.#againMs = options.maxRexmitDelayMs / 2;
    this.#anywayMs = options.maxRexmitDelayMs * ANYWAY;
  }

  /** What to do with an authentic message that arrived on the cable `by`; `cables` are all that this node
   *  has. Undefined: nothing. */
  pass(
    message: Message,
    { by, cables }: { readonly by: string; readonly cables: readonly string[] },
    now: Instant,
  ): Relay | undefined {
    const src = textOf(message, "src");
    const ttl = hopsLeft(message);
    if (src === undefined || src === this.#self || ttl === undefined || ttl <= 0) return undefined;
    const sending = this.#sending(identity(message, src), { by, ttl }, now);
    if (sending === undefined) return undefined;
    const to = cables.filter((cable) => cable !== by && !sending.leftBy.has(cable));
    if (to.length === 0) return undefined;
    for (const cable of to) sending.leftBy.add(cable);
    return { message: withHops(message, ttl - 1), to };
  }

  /** The sending that this copy belongs to; undefined for a copy that says nothing new. */
  #sending(
    key: string,
    { by, ttl }: { readonly by: string; readonly ttl: number },
    now: Instant,
  ): Sending | undefined {
    const known = this.#sendings.get(key);
    if (known !== undefined && !known.cameBy.has(by)) {
      known.cameBy.add(by);
      known.best = Math.max(known.best, ttl);
      return known;
    }
    if (known !== undefined && !this.#isNew(known, ttl, now)) return undefined;
    const fresh = { beganAt: now, cameBy: new Set([by]), leftBy: new Set<string>(), best: ttl };
    this.#sendings.delete(key);
    this.#sendings.set(key, fresh);
    if (this.#sendings.size > MEMORY) this.#forgetOldest();
    return fresh;
  }

  #forgetOldest(): void {
    const [oldest] = this.#sendings.keys();
    if (oldest !== undefined) this.#sendings.delete(oldest);
  }

  /** True when a copy on a known way was sent again. */
  #isNew(known: Sending, ttl: number, now: Instant): boolean {
    const ageMs = now - known.beganAt;
    return ageMs >= this.#anywayMs || (ageMs >= this.#againMs && ttl >= known.best);
  }
}

/** Run and number name a message; those without a number (NS_…) are what they say. */
function identity(message: Message, src: string): string {
  const seq = textOf(message, "seq");
  if (seq !== undefined) return `${src} ${textOf(message, "hg") ?? ""} ${seq}`;
  return encodeLines(message.fields.filter(({ name }) => name !== "ttl"));
}

function hopsLeft(message: Message): number | undefined {
  const digits = textOf(message, "ttl");
  if (digits === undefined || !/^\d{1,3}$/.test(digits)) return undefined;
  return Math.min(Number(digits), TTL_MAX);
}

function withHops(message: Message, ttl: number): Message {
  const fields = message.fields.map((field) =>
    field.name === "ttl" ? ({ name: "ttl", type: "string", value: String(ttl) } as const) : field,
  );
  return { fields };
}
