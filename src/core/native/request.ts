// The operators' requests that are under way among hb nodes: which groups shall get where, and the one
// answer that each request ends with.

import type { Effect } from "../effect.ts";
import { after, earlier, type Instant } from "../instant.ts";

export interface Move {
  readonly key: string;
  readonly from: string | null;
  readonly to: string;
}

/** How a move stands: under way, done, or impossible with a reason. */
export type Standing = "moving" | "done" | { readonly failed: string };

interface NewRequest {
  readonly id: number;
  readonly moves: readonly Move[];
  /** Groups of the request that could not be moved from the start, with reasons. */
  readonly refused: readonly string[];
  /** How long it may take. */
  readonly limitMs: number;
}

interface Request {
  readonly id: number;
  readonly begunAt: Instant;
  readonly until: Instant;
  readonly moves: readonly Move[];
  /** Groups of the request that could not be moved from the start, with reasons. */
  readonly refused: readonly string[];
}

export class Requests {
  #open: Request[] = [];

  get isEmpty(): boolean {
    return this.#open.length === 0;
  }

  /** A request wants this group to move. */
  concerns(key: string): boolean {
    return this.#open.some(({ moves }) => moves.some((move) => move.key === key));
  }

  add({ id, moves, refused, limitMs }: NewRequest, now: Instant): void {
    this.#open.push({ id, begunAt: now, until: after(now, limitMs), moves, refused });
  }

  /** Answer the requests that have ended. */
  check(standing: (move: Move) => Standing, now: Instant): Effect[] {
    const effects: Effect[] = [];
    this.#open = this.#open.filter((request) => {
      const reply = judge(request, standing, now);
      if (reply !== undefined) effects.push(reply);
      return reply === undefined;
    });
    return effects;
  }

  /** Answer all of them: they cannot be carried out any more. */
  cancel(reason: string): Effect[] {
    const replies = this.#open.map(({ id }): Effect => refusal(id, reason));
    this.#open = [];
    return replies;
  }

  deadline(): Instant | undefined {
    let first: Instant | undefined;
    for (const { until } of this.#open) first = earlier(first, until);
    return first;
  }
}

export function refusal(request: number, reason: string): Effect {
  return { do: "reply", request, ok: false, text: reason };
}

function judge(
  request: Request,
  standing: (move: Move) => Standing,
  now: Instant,
): Effect | undefined {
  const done: Move[] = [];
  const troubles = [...request.refused];
  for (const move of request.moves) {
    const state = standing(move);
    if (state === "done") done.push(move);
    else if (state !== "moving") troubles.push(`${move.key}: ${state.failed}`);
    else if (now >= request.until) troubles.push(`${move.key}: still moving, not waiting any more`);
    else return undefined;
  }
  const tookMs = Math.round(now - request.begunAt);
  const moved = done.map(({ key, from, to }) => `${key} from ${from ?? "nowhere"} to ${to}`);
  const text = [
    ...(done.length > 0 ? [`Moved in ${tookMs} ms: ${moved.join(", ")}`] : []),
    ...(troubles.length > 0 ? [`Not moved: ${troubles.join("; ")}`] : []),
  ].join(". ");
  return { do: "reply", request: request.id, ok: troubles.length === 0, text };
}
