// Plays a plan before a judge. The end comes early when peace has come: what would follow is hours of
// heartbeats. A plan that ends before its last act is one that is being shrunk: it has no verdict.

import type { Plan } from "../../src/sim/shape.ts";
import type { Onlooker } from "../../src/sim/sight.ts";
import { World, type WorldOptions } from "../../src/sim/world.ts";
import type { Outcome, PlayOptions, Violation } from "./kind.ts";
import { Twin } from "./twin.ts";

/** Who sees a run and says what was wrong with it. */
export interface Bench {
  readonly violations: readonly Violation[];
  readonly see: Onlooker;
  /** A violation that others saw. */
  found(violation: Violation): void;
  /** Everybody is here, and nothing has moved for long. */
  isPeaceful(now: number): boolean;
  /** The run is over; everything was mended before and had its time. */
  verdict(now: number): void;
  /** The run itself broke. */
  thrown(error: unknown): void;
}

/** How often one looks whether the end has come early, and what the twin did. */
const lookMs = 5_000;
/** Thrown when the run has shown what it was played for. */
const enough = new Error("enough");

/** `hasTwin`: the same is played without what must not count (twin.ts). */
export function enact(
  { shape, acts, endMs }: Plan,
  judgeOf: (tell: (violation: Violation) => void) => Bench,
  { spectator, until }: PlayOptions,
  { hasTwin = false, ...options }: WorldOptions & { readonly hasTwin?: boolean },
): Outcome {
  const judge = judgeOf((violation) => {
    spectator?.({ saw: "violation", violation }, violation.at);
    if (until?.(violation) === true) throw enough;
  });
  const twin = hasTwin ? new Twin(shape, options) : undefined;
  const lookers = [...(options.onlookers ?? []), spectator, judge.see, twin?.see];
  const onlookers = lookers.filter((looker) => looker !== undefined);
  const world = new World(shape, { ...options, onlookers });
  const advance = (ms: number) => {
    world.advance(ms);
    const difference = twin?.follow(world.now);
    if (difference !== undefined) judge.found(difference);
  };
  try {
    for (const { at, ...act } of acts) {
      if (at > endMs) break;
      for (let ms = at - world.now; ms > 0; ms -= lookMs) advance(Math.min(lookMs, ms));
      world.act(act);
      twin?.act(act);
    }
    while (world.now < endMs && !judge.isPeaceful(world.now)) {
      advance(Math.min(lookMs, endMs - world.now));
    }
    const isWhole = acts.every(({ at }) => at <= endMs);
    if (isWhole) judge.verdict(world.now);
  } catch (error) {
    if (error !== enough) judge.thrown(error);
  }
  return { violations: judge.violations, nodeMs: world.now * shape.hosts.length };
}
