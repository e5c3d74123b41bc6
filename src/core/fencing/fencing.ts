// Nodes that are reset before anything of theirs is taken over (heartbeat-resources 9).
//
// Silence does not prove that a host is off. Where ha.cf names a device that switches hosts off, who takes
// over has it reset the silent one first, again and again until that succeeds. Which nodes need it, and
// when, is asked elsewhere (../classic/clearance.ts, ../native/safeguard.ts): here is what becomes of the wish.
//
//   (none) ── aim ──▶ waiting ── its moment ──▶ running ── done ──▶ fenced, while it is not heard
//                        ▲                         │
//                        └───── 5 s ── failed ◀────┘

import type { Message } from "../../wire/message.ts";
import { fencingDraft } from "../classic/draft.ts";
import type { Effect } from "../effect.ts";
import { after, earliest, type Instant } from "../instant.ts";
import type { MemberEvent } from "../member.ts";
import { log } from "../native/decision.ts";

/** 3.0.6's own number. */
const againMs = 5_000;

/** A node that is to be reset, and what is known of it. */
export interface Target {
  readonly node: string;
  /** In which run it was heard last; 0: never. */
  readonly generation: number;
  /** Others have the time until then to do it. */
  readonly notBefore: Instant;
}

interface Wish extends Target {
  /** Set while the device is at it. */
  readonly job: number | undefined;
  readonly at: Instant;
  /** Why it is not reset yet. */
  readonly trouble: string | undefined;
  readonly tries: number;
}

interface Means {
  /** The type of this node's device; undefined: it has none. */
  device(): string | undefined;
  send(draft: Message, now: Instant): Effect[];
}

/** How an order ended. */
export interface Fenced {
  readonly job: number;
  readonly ok: boolean;
  readonly text: string;
  readonly tookMs: number;
}

export class Fencing {
  readonly #means: Means;
  readonly #wishes = new Map<string, Wish>();
  /** In which run each was reset: that one is over. */
  readonly #fenced = new Map<string, number>();
  #jobs = 0;

  constructor(means: Means) {
    this.#means = means;
  }

  /** This node can reset others. */
  get hasDevice(): boolean {
    return this.#means.device() !== undefined;
  }

  /** The runs that were ended, by their nodes. */
  get fenced(): ReadonlyMap<string, number> {
    return this.#fenced;
  }

  /** The run of the node that was heard last is over for certain. */
  isFenced({ node, generation }: Pick<Target, "node" | "generation">): boolean {
    const ended = this.#fenced.get(node);
    return ended !== undefined && ended >= generation;
  }

  /** Another node has reset it. */
  told(node: string, generation: number): void {
    const known = this.#fenced.get(node) ?? -1;
    if (generation > known) this.#fenced.set(node, generation);
  }

  /** News of membership, before anybody acts on them. */
  member(event: MemberEvent): void {
    switch (event.event) {
      case "up":
      case "restarted":
      case "returned":
        this.heard(event.node);
    }
  }

  /** The node was heard: it is there, whatever a device said. */
  heard(node: string): void {
    this.#wishes.delete(node);
    this.#fenced.delete(node);
  }

  /** These are to be reset, and no others. What the device is at goes on to its end. */
  aim(targets: readonly Target[], now: Instant): Effect[] {
    const wanted = new Set(targets.map(({ node }) => node));
    for (const [node, { job }] of this.#wishes) {
      if (!wanted.has(node) && job === undefined) this.#wishes.delete(node);
    }
    for (const target of targets) {
      const known = this.#wishes.get(target.node);
      const isKnown = known?.generation === target.generation;
      if (isKnown && (known.tries > 0 || known.notBefore <= target.notBefore)) continue;
      const at = target.notBefore > now ? target.notBefore : now;
      this.#wishes.set(target.node, {
        ...target,
        at,
        job: undefined,
        trouble: undefined,
        tries: 0,
      });
    }
    return this.expire(now);
  }

  /** Orders what is due. */
  expire(now: Instant): Effect[] {
    const device = this.#means.device();
    if (device === undefined) return [];
    const effects: Effect[] = [];
    for (const [node, wish] of this.#wishes) {
      if (wish.job !== undefined || wish.at > now) continue;
      this.#jobs += 1;
      const job = this.#jobs;
      this.#wishes.set(node, { ...wish, job, tries: wish.tries + 1 });
      const text = `Resetting node ${node} with [${device}]`;
      effects.push(log("info", "fencing", text, { peer: node, device, state: "running" }));
      effects.push({ do: "fence", job, node });
    }
    return effects;
  }

  /** How an order ended. One whose node was heard meanwhile proves nothing any more. */
  result({ job, ok, text, tookMs }: Fenced, now: Instant): Effect[] {
    const wish = this.#wishes.values().find((each) => each.job === job);
    if (wish === undefined) return [];
    const { node, generation } = wish;
    const took = `after ${Math.round(tookMs)} ms`;
    const said = this.#means.send(fencingDraft(node, ok ? "OK" : "bad"), now);
    if (!ok) {
      this.#wishes.set(node, { ...wish, job: undefined, at: after(now, againMs), trouble: text });
      const why = `STONITH of ${node} failed.  Retrying... (${text}, ${took})`;
      const fields = { peer: node, state: "failed", why: text, tookMs } as const;
      return [...said, log("error", "fencing", why, fields), { do: "publish" }];
    }
    this.#wishes.delete(node);
    this.told(node, generation);
    const done = `node ${node} now reset, ${took}`;
    const fields = { peer: node, state: "reset", tookMs } as const;
    return [...said, log("info", "fencing", done, fields), { do: "publish" }];
  }

  /** Why what the node may have is not taken yet, for a person. */
  why(node: string): string {
    const wish = this.#wishes.get(node);
    const first = `${node} must be fenced first`;
    if (wish?.trouble !== undefined) return `${first}: ${tried(wish.tries)} (${wish.trouble})`;
    return wish?.job === undefined ? first : `${first}: it is being reset`;
  }

  /** When the next order is due. */
  deadline(): Instant | undefined {
    if (!this.hasDevice) return undefined;
    const waiting = this.#wishes.values().filter(({ job }) => job === undefined);
    return earliest(...waiting.map(({ at }) => at));
  }
}

function tried(times: number): string {
  return times === 1 ? "that failed once" : `that failed ${times} times`;
}
